/* SPDX-License-Identifier: MIT */
/* What arch/common/tables.h asks of this CPU. */
#ifndef MACHINE_TABLE_H
#define MACHINE_TABLE_H

#include "machine/registers.h"

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

/* start.S: from the map at boot, in which large pages are elsewhere, by way of
 * none at all.  Interrupts off. */
void kernel_table_load(uint64_t root);

#endif
