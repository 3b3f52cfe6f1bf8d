/* SPDX-License-Identifier: MIT */
/* The interrupt flag. */
#ifndef MACHINE_IRQ_H
#define MACHINE_IRQ_H

enum { FLAGS_INTERRUPT = 0x200 };

static inline unsigned long irq_flags(void)
{
    unsigned long flags;
    __asm__ volatile("pushfq; popq %0" : "=r"(flags) : : "memory");
    return flags;
}

static inline unsigned long irq_save(void)
{
    unsigned long flags = irq_flags();
    __asm__ volatile("cli" : : : "memory");
    return flags;
}

static inline void irq_on(void)
{
    __asm__ volatile("sti" : : : "memory");
}

static inline void irq_off(void)
{
    __asm__ volatile("cli" : : : "memory");
}

static inline void irq_restore(unsigned long state)
{
    if (state & FLAGS_INTERRUPT)
        irq_on();
    else
        irq_off();
}

static inline bool irq_is_on(void)
{
    return irq_flags() & FLAGS_INTERRUPT;
}

#endif
