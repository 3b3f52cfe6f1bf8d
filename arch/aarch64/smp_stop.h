/* SPDX-License-Identifier: MIT */
/* How a panic stops the other CPUs. */
#ifndef MACHINE_SMP_STOP_H
#define MACHINE_SMP_STOP_H

/* Stops this CPU for ever if a panic asked for it. */
void smp_stop_here(void);

#endif
