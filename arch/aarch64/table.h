/* SPDX-License-Identifier: MIT */
/* What arch/common/tables.h asks of this CPU. */
#ifndef MACHINE_TABLE_H
#define MACHINE_TABLE_H

#include "arch/irq.h"
#include "machine/registers.h"
#include "machine/tlb.h"

enum { TABLE_USER_ENTRIES = 512 };

static inline pte_t table_link(uint64_t table)
{
    return table | PTE_VALID | PTE_PAGE;
}

static inline pte_t table_link_user(uint64_t table)
{
    return table_link(table);
}

static inline pte_t pte_make_kernel(uint64_t physical, unsigned access)
{
    return pte_make(physical, access);
}

static inline pte_t pte_make_large(uint64_t physical, unsigned access)
{
    return pte_make(physical, access) & ~PTE_PAGE;
}

/* Between the two nothing of C may run, for it may look there. */
static inline void pte_replace_kernel(
    pte_t *entry, uintptr_t address, pte_t pte)
{
    unsigned long irq_state = irq_save();
    __asm__ volatile("str xzr, [%0]\n\t"
                     "dsb ishst\n\t"
                     "tlbi vaae1is, %1\n\t"
                     "dsb ish\n\t"
                     "str %2, [%0]\n\t"
                     "dsb ishst\n\t"
                     "isb"
                     :
                     : "r"(entry), "r"(tlb_operand(0, address)), "r"(pte)
                     : "memory");
    irq_restore(irq_state);
}

void table_load(struct pagetable *table);
void table_unload(void);
void table_forget(const struct pagetable *table);

/* start.S: from the map at boot, in which large pages are elsewhere, by way of
 * none at all.  Interrupts off. */
void kernel_table_load(uint64_t root);

#endif
