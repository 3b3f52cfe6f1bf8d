/* SPDX-License-Identifier: MIT */
/* Four levels of tables of 512 entries. */
#ifndef MACHINE_TABLE_H
#define MACHINE_TABLE_H

#include "arch/boot.h"
#include "arch/pagetable.h"

enum { TABLE_ENTRIES = 512, TABLE_LEVELS = 4, LARGE_PAGE_BYTES = 2 << 20 };

/* What one entry of a level covers; level 1 holds pages. */
static inline unsigned table_shift(unsigned level)
{
    return PAGE_SHIFT + 9 * (level - 1);
}

static inline pte_t *table_entry(
    uint64_t table, uintptr_t address, unsigned level)
{
    return (pte_t *)physical_to_pointer(table) +
           (address >> table_shift(level)) % TABLE_ENTRIES;
}

static inline pte_t table_link(uint64_t table)
{
    return table | PTE_PRESENT | PTE_WRITE | PTE_ACCESSED;
}

extern const struct table_pages *table_pages; /* NULL at boot */

#endif
