/* SPDX-License-Identifier: MIT */
/* The way out of the kernel. */
#include "arch/common/leave.h"
#include "arch/context.h"
#include "arch/irq.h"
#include "arch/trap.h"
#include "kernel/entry.h"

void user_leave(struct frame *frame)
{
    while (thread_has_work()) {
        irq_on();
        on_return_to_user(frame);
        irq_off();
    }
    frame_make_safe(frame);
}

noreturn_fn void context_enter_user(struct frame *frame)
{
    on_return_to_user(frame);
    irq_off();
    leave_to_user(frame);
}
