/* SPDX-License-Identifier: MIT */
/* The alternate stack at a handler's begin and end. */
#include "abi/linux/altstack.h"

#include "lib/string.h"

enum { SS_AUTODISARM_BIT = 31 };

/* The mode and the flags of current's alternate stack, as sigaltstack(2). */
void altstack_save(stack_t *stack, uintptr_t sp)
{
    uintptr_t at;
    size_t bytes;
    unsigned flags;
    signal_altstack(NULL, NULL, NULL, sp, &at, &bytes, &flags);
    memset(stack, 0, sizeof *stack);
    stack->ss_sp = (void *)at;
    stack->ss_size = bytes;
    /* Linux never says SS_ONSTACK here. */
    stack->ss_flags = (flags & ALTSTACK_OFF ? SS_DISABLE : 0) |
        (flags & ALTSTACK_AUTO ? (int)(1u << SS_AUTODISARM_BIT) : 0);
}

bool altstack_is_in_use(uintptr_t sp)
{
    return !(current->signals.altstack_flags & ALTSTACK_AUTO) &&
        current->signals.altstack_bytes && sp > current->signals.altstack &&
        sp - current->signals.altstack <= current->signals.altstack_bytes;
}

uintptr_t altstack_choose(
    const struct action *action, uintptr_t sp, uintptr_t *lowest)
{
    bool was_on = altstack_is_in_use(sp);
    bool enters = action->flags & ACTION_ALTSTACK && !was_on &&
        current->signals.altstack_bytes;
    *lowest = was_on || enters ? current->signals.altstack : 0;
    return enters
        ? current->signals.altstack + current->signals.altstack_bytes
        : sp;
}

void altstack_disarm(void)
{
    if (!(current->signals.altstack_flags & ALTSTACK_AUTO))
        return;
    current->signals.altstack = current->signals.altstack_bytes = 0;
    current->signals.altstack_flags = 0;
}

void altstack_restore(const stack_t *stack, uintptr_t sp)
{
    uintptr_t at = (uintptr_t)stack->ss_sp;
    size_t bytes = stack->ss_size;
    unsigned mode = (unsigned)stack->ss_flags;
    unsigned flags = (mode & SS_DISABLE ? ALTSTACK_OFF : 0) |
        (mode & SS_ONSTACK ? ALTSTACK_ON : 0) |
        (mode >> SS_AUTODISARM_BIT ? ALTSTACK_AUTO : 0);
    signal_altstack(&at, &bytes, &flags, sp, NULL, NULL, NULL);
}
