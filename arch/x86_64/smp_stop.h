/* SPDX-License-Identifier: MIT */
/* The NMI: how a panic stops the other CPUs. */
#ifndef MACHINE_SMP_STOP_H
#define MACHINE_SMP_STOP_H

/* An NMI came: stops for ever if a panic sent it. */
void smp_nmi(void);

#endif
