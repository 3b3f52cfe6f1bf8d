/* SPDX-License-Identifier: MIT */
/* What arch/common/tables.h asks of this CPU. */
#ifndef MACHINE_TABLE_H
#define MACHINE_TABLE_H

#include "machine/features.h"

enum { TABLE_USER_ENTRIES = 256 };

static inline pte_t table_link(uint64_t table)
{
    return table | PTE_PRESENT | PTE_WRITE | PTE_ACCESSED;
}

static inline pte_t table_link_user(uint64_t table)
{
    return table_link(table) | PTE_USER;
}

static inline pte_t pte_make_kernel(uint64_t physical, unsigned access)
{
    return pte_make(physical, access) | PTE_DIRTY |
           (cpu_features.has_global ? PTE_GLOBAL : 0);
}

static inline pte_t pte_make_large(uint64_t physical, unsigned access)
{
    return pte_make_kernel(physical, access) | PTE_LARGE;
}

/* Who remembers the old page faults when it writes there: see trap.c. */
static inline void pte_replace_kernel(
    pte_t *entry, uintptr_t address, pte_t pte)
{
    pte_install(entry, pte);
}

void table_load(struct pagetable *table);
void table_unload(void);

static inline void table_forget(const struct pagetable *table)
{
    /* A CPU that loads other tables has forgotten it. */
}

static inline void kernel_table_load(uint64_t root)
{
    cr3_write(root);
}

#endif
