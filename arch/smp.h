/* SPDX-License-Identifier: MIT */
/* The other CPUs. */
#ifndef ARCH_SMP_H
#define ARCH_SMP_H

#include "arch/cpu.h"

unsigned cpu_count(void); /* online */

/* Starts up to `most` CPUs in all, one after the other; each calls
 * main(its id) on its own stack, interrupts off, and never returns. */
void smp_start(unsigned most, noreturn_fn void (*main)(unsigned cpu));

/* Runs call(data) on each CPU of mask but this one, with interrupts off there;
 * returns when all have. Interrupts must be on, no spin lock held. */
void smp_call(cpu_mask mask, void (*call)(void *data), void *data);

/* Makes cpu go through its interrupt return path (and leave its halt). */
void smp_kick(unsigned cpu);
void smp_set_kick_handler(void (*kicked)(void));

/* For a panic: the others stop where they are. */
void smp_stop_others(void);

/* Sleeps until the next interrupt; called and returns with interrupts off. */
void cpu_idle(void);

#endif
