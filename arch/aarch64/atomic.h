/* SPDX-License-Identifier: MIT */
/* The word for every spin loop, and the one after every atomic step. */
#ifndef MACHINE_ATOMIC_H
#define MACHINE_ATOMIC_H

static inline void cpu_relax(void)
{
    __asm__ volatile("yield" : : : "memory");
}

/* A step is a load with acquire and a store with release: what comes after may
 * still be done before the store, and must not. */
static inline void atomic_settle(void)
{
    __asm__ volatile("dmb ish" : : : "memory");
}

#endif
