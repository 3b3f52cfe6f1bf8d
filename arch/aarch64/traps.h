/* SPDX-License-Identifier: MIT */
/* What entry.S calls, and what exceptions are called. */
#ifndef MACHINE_TRAPS_H
#define MACHINE_TRAPS_H

#include "lib/types.h"

struct frame;

/* The class of an exception: the top of its syndrome. */
enum {
    CLASS_UNKNOWN = 0x00,
    CLASS_FP_TRAP = 0x07,
    CLASS_BRANCH_TARGET = 0x0d,
    CLASS_ILLEGAL_STATE = 0x0e,
    CLASS_CALL = 0x15,
    CLASS_REGISTER = 0x18, /* MSR, MRS */
    CLASS_SVE = 0x19,
    CLASS_POINTER_AUTHENTICATION = 0x1c,
    CLASS_SME = 0x1d,
    CLASS_CODE_USER = 0x20,
    CLASS_CODE_KERNEL = 0x21,
    CLASS_PC_ALIGNMENT = 0x22,
    CLASS_DATA_USER = 0x24,
    CLASS_DATA_KERNEL = 0x25,
    CLASS_SP_ALIGNMENT = 0x26,
    CLASS_FP_ERROR = 0x2c,
    CLASS_BREAKPOINT = 0x30,
    CLASS_STEP = 0x32,
    CLASS_WATCHPOINT = 0x34,
    CLASS_BRK = 0x3c,
};

/* Called by entry.S, interrupts off: */
void trap_from_user(struct frame *frame);
void trap_from_kernel(struct frame *frame);
noreturn_fn void trap_no_room(struct frame *frame);
noreturn_fn void trap_unexpected(struct frame *frame, unsigned kind);
void irq_handle(const struct frame *frame);

/* Does what an MRS of user code would have, if it is one that it may have:
 * then the frame is behind it. */
bool emulate_register_read(struct frame *frame);

#endif
