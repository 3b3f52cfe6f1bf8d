/* SPDX-License-Identifier: MIT */
/* The word for every spin loop, and the one after every atomic step. */
#ifndef MACHINE_ATOMIC_H
#define MACHINE_ATOMIC_H

/* An emulator that runs CPUs in turns goes on to the next one here. */
static inline void cpu_relax(void)
{
    __asm__ volatile("pause" : : : "memory");
}

/* Locked instructions order everything. */
static inline void atomic_settle(void)
{
}

#endif
