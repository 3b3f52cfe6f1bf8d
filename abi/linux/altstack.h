/* SPDX-License-Identifier: MIT */
/* current's alternate signal stack, as a signal frame holds it. */
#ifndef ABI_LINUX_ALTSTACK_H
#define ABI_LINUX_ALTSTACK_H

#include <linux/signal.h>

#include "kernel/signal.h"

void altstack_save(stack_t *stack, uintptr_t sp);
/* What sigaltstack(2) would refuse changes nothing, as on Linux. */
void altstack_restore(const stack_t *stack, uintptr_t sp);

bool altstack_is_in_use(uintptr_t sp);
/* Where a handler's frame begins, downwards: sp, or the alternate stack's end;
 * *lowest: what it may not pass. */
uintptr_t altstack_choose(
    const struct action *action, uintptr_t sp, uintptr_t *lowest);
/* The handler runs: one that is to be forgotten then is (SS_AUTODISARM). */
void altstack_disarm(void);

#endif
