/* SPDX-License-Identifier: MIT */
/* CPUs that come up, and what each machine says to it. */
#ifndef COMMON_SMP_START_H
#define COMMON_SMP_START_H

#include "lib/types.h"

/* A further CPU comes here, on its idle stack, from the machine's first
 * instructions. */
noreturn_fn void smp_enter(unsigned cpu);
/* Did it come, at the latest after so long? */
bool smp_has_come(unsigned cpu, uint64_t longest_ns);

/* The machine's: how many CPUs it has, and of the i-th: its name there; whether
 * it is the one that booted; that it is to start as CPU `cpu`, 0 or why not; and
 * that it must not come any more: false if it might, on the stack it was given. */
unsigned smp_machine_cpus(void);
uint64_t smp_machine_name(unsigned i);
bool smp_machine_is_first(unsigned i);
long smp_machine_start(unsigned i, unsigned cpu);
bool smp_machine_call_off(unsigned i);
/* On the new CPU: its interrupts and its clock. */
void smp_machine_begin(void);
noreturn_fn void smp_machine_park(void);

#endif
