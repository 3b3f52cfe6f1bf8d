/* SPDX-License-Identifier: MIT */
/* What arch/common/tables.h asks of a CPU, as far as it is tried. */
#ifndef MACHINE_TABLE_H
#define MACHINE_TABLE_H

enum { TABLE_USER_ENTRIES = 256 };

static inline pte_t table_link(uint64_t table)
{
    return table | PTE_PRESENT;
}

static inline pte_t table_link_user(uint64_t table)
{
    return table_link(table);
}

void table_load(struct pagetable *table);
void table_unload(void);

static inline void table_forget(const struct pagetable *table)
{
}

#endif
