/* SPDX-License-Identifier: MIT */
/* Between the interrupt controllers and those that handle interrupts. */
#ifndef MACHINE_INTERRUPTS_H
#define MACHINE_INTERRUPTS_H

#include "lib/types.h"

void lines_init(void);        /* the device lines, all masked */
void apic_acknowledge(void);
struct frame;
/* Called by entry.S. */
void irq_handle(unsigned vector, const struct frame *frame);

/* The timer's handler. */
void clock_interrupt(void);

#endif
