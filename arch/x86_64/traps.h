/* SPDX-License-Identifier: MIT */
/* The interrupt descriptor table and what entry.S calls. */
#ifndef MACHINE_TRAPS_H
#define MACHINE_TRAPS_H

#include "lib/types.h"

struct frame;

enum vector {
    VECTOR_DIVIDE = 0,
    VECTOR_DEBUG = 1,
    VECTOR_NMI = 2,
    VECTOR_BREAKPOINT = 3,
    VECTOR_OVERFLOW = 4,
    VECTOR_DOUBLE_FAULT = 8,
    VECTOR_GENERAL_PROTECTION = 13,
    VECTOR_PAGE_FAULT = 14,
    VECTOR_FPU = 16,
    VECTOR_ALIGNMENT = 17,
    VECTOR_MACHINE_CHECK = 18,
    VECTOR_SIMD = 19,
    VECTOR_DEVICES = 32, /* + the number of the line */
    VECTOR_DEVICES_END = 0xe0,
    VECTOR_OLD_PIC = 0xe0, /* masked; spurious ones at most */
    VECTOR_TIMER = 0xf0,
    VECTOR_CALL = 0xf1,
    VECTOR_KICK = 0xf2,
    VECTOR_APIC_ERROR = 0xfe,
    VECTOR_SPURIOUS = 0xff,
};

/* Fills the table and loads it. */
void traps_init(void);
void traps_load(void);

/* Called by entry.S: */
/* The frame to leave by. */
struct frame *trap_handle(struct frame *frame, unsigned vector);
/* Of kernel code, on a stack of its own. */
void trap_handle_apart(struct frame *frame, unsigned vector);
#endif
