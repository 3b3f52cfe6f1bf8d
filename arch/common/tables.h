/* SPDX-License-Identifier: MIT */
/* Four levels of tables of 512 entries, on every CPU so far. */
#ifndef COMMON_TABLES_H
#define COMMON_TABLES_H

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

/* machine/table.h has:
 *   TABLE_USER_ENTRIES  of the first table, that are the user's
 *   table_link, table_link_user    entries that lead to a table
 *   pte_make_kernel, pte_make_large  of the kernel's own mappings
 *   pte_replace_kernel  another page in the place of one that nobody needs, but
 *                       whose entry CPUs may remember; touches only the entry
 *   table_load          this CPU runs on these user's tables from now on
 *   table_unload        this CPU has no user's tables loaded from now on
 *   table_forget        no TLB remembers anything of tables that none has loaded
 *   kernel_table_load   makes a first table the kernel's
 */
#include "machine/table.h"

extern const struct table_pages *table_pages; /* NULL at boot */

/* Leaves the tables `data` (a struct pagetable), if this CPU has them loaded: a
 * kernel thread may run on them lazily.  Interrupts off. */
void table_leave(void *data);

/* Frees the tables below a first one, and that. */
void tables_free(uint64_t root);

#endif
