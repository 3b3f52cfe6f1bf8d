/* SPDX-License-Identifier: MIT */
/* There are no interrupts; but who turns them off must turn them on again,
 * each thread for itself. */
#ifndef MACHINE_IRQ_H
#define MACHINE_IRQ_H

static __thread unsigned long hosted_irq_off __attribute__((unused));

static inline unsigned long irq_save(void)
{
    unsigned long before = hosted_irq_off;
    hosted_irq_off = 1;
    return before;
}

static inline void irq_restore(unsigned long state)
{
    hosted_irq_off = state;
}

static inline void irq_on(void)
{
    hosted_irq_off = 0;
}

static inline bool irq_is_on(void)
{
    return !hosted_irq_off;
}

#endif
