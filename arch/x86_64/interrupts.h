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

/* Handlers of the CPU's own vectors. */
void clock_interrupt(void);
void smp_call_interrupt(void);
void smp_kick_interrupt(void);

#endif
