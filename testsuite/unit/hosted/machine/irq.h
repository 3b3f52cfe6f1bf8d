/* SPDX-License-Identifier: MIT */
/* There are no interrupts; but who turns them off must turn them on again,
 * each thread for itself. */
#ifndef MACHINE_IRQ_H
#define MACHINE_IRQ_H

#include "machine/per_cpu.h"

static __thread unsigned long hosted_irq_off __attribute__((unused));

PER_CPU_INLINE unsigned long irq_save(void)
{
    unsigned long before = hosted_irq_off;
    hosted_irq_off = 1;
    return before;
}

PER_CPU_INLINE void irq_restore(unsigned long state)
{
    hosted_irq_off = state;
}

PER_CPU_INLINE void irq_on(void)
{
    hosted_irq_off = 0;
}

PER_CPU_INLINE bool irq_is_on(void)
{
    return !hosted_irq_off;
}

#endif
