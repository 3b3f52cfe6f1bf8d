/* SPDX-License-Identifier: MIT */
/* The way out of the kernel, between the CPU's code and kernel/entry.h. */
#ifndef COMMON_LEAVE_H
#define COMMON_LEAVE_H

#include "lib/types.h"

struct frame;

/* Called by the CPU's code before it goes back to user code: does what there is
 * to do.  Interrupts off; returns with them off. */
void user_leave(struct frame *frame);

/* The CPU's: user_leave, and out. */
noreturn_fn void leave_to_user(struct frame *frame);

#endif
