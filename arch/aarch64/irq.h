/* SPDX-License-Identifier: MIT */
/* The interrupt mask. */
#ifndef MACHINE_IRQ_H
#define MACHINE_IRQ_H

enum { DAIF_INTERRUPT = 0x80 };

static inline unsigned long irq_flags(void)
{
    unsigned long flags;
    __asm__ volatile("mrs %0, daif" : "=r"(flags) : : "memory");
    return flags;
}

static inline void irq_on(void)
{
    __asm__ volatile("msr daifclr, #2" : : : "memory");
}

static inline void irq_off(void)
{
    __asm__ volatile("msr daifset, #2" : : : "memory");
}

static inline unsigned long irq_save(void)
{
    unsigned long flags = irq_flags();
    irq_off();
    return flags;
}

static inline void irq_restore(unsigned long state)
{
    if (!(state & DAIF_INTERRUPT))
        irq_on();
    else
        irq_off();
}

static inline bool irq_is_on(void)
{
    return !(irq_flags() & DAIF_INTERRUPT);
}

#endif
