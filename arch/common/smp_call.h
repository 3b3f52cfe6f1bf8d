/* SPDX-License-Identifier: MIT */
/* What CPUs tell each other, and how it comes in. */
#ifndef COMMON_SMP_CALL_H
#define COMMON_SMP_CALL_H

#include "lib/types.h"

/* The CPU's own: interrupts another so that it calls smp_call_interrupt. */
void smp_send_call(unsigned cpu);

/* In the interrupt: */
void smp_call_interrupt(void);
void smp_kick_interrupt(void);

#endif
