/* SPDX-License-Identifier: MIT */
/* What of a thread's state is this CPU's own: the first words of a stack, and the
 * register with user code's TLS. */
#include "arch/common/context.h"
#include "arch/irq.h"
#include "arch/trap.h"
#include "machine/registers.h"

extern const char context_begin[];

/* What context_switch_stacks takes from a new stack. */
struct first_words {
    uint64_t x19, x20, others[8], frame_pointer, link;
};

uintptr_t context_first_stack(
    struct frame *frame, void (*start)(void *), void *argument)
{
    struct first_words *words = (struct first_words *)frame - 1;
    *words = (struct first_words){ .x19 = (uint64_t)start,
        .x20 = (uint64_t)argument,
        .link = (uint64_t)context_begin };
    return (uintptr_t)words;
}

/* They begin where the kernel's stack pointer was left. */
void context_tell_stack(struct cpu_local *cpu, const struct context *to)
{
}

void tls_save(struct context *context)
{
    context->tls = register_read(tpidr_el0);
}

void tls_load(struct context *context)
{
    register_write(tpidr_el0, context->tls);
}

void tls_copy(struct context *child, struct context *maker)
{
    child->tls = context_tls(maker);
}

void tls_reset(struct context *context)
{
    context_set_tls(context, 0);
}

void context_set_tls(struct context *context, uintptr_t tls)
{
    unsigned long irq_state = irq_save();
    context->tls = tls;
    if (context_is_loaded(context))
        register_write(tpidr_el0, tls);
    irq_restore(irq_state);
}

/* Nothing looks at it but the program. */
bool context_tls_is_ok(uintptr_t tls)
{
    (void)tls;
    return true;
}

uintptr_t context_tls(struct context *context)
{
    return context_is_loaded(context) ? register_read(tpidr_el0) : context->tls;
}
