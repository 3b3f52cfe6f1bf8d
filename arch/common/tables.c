/* SPDX-License-Identifier: MIT */
/* Walks through the user's page tables.
 *
 * Tables are made on the way down and freed with the whole only, so a walk
 * down needs no lock; a new table is hung in under the lock of its parent.  Its
 * zeros must be seen before the entry that leads to it: a release there, and
 * on the way down an acquire, or the MMU's own order of its walk. */
#include "arch/common/tables.h"
#include "lib/spinlock.h"

const struct table_pages *table_pages;

void pagetable_set_pages(const struct table_pages *pages)
{
    table_pages = pages;
}

unsigned long pagetable_pages(const struct pagetable *table)
{
    return atomic_load(&table->pages);
}

/* The table of `level` for address, or 0.  make_below writes what is read here. */
static uint64_t find_table(
    const struct pagetable *table, uintptr_t address, unsigned level)
{
    uint64_t at = table->root;
    for (unsigned i = TABLE_LEVELS; at && i > level; i--)
        at = pte_physical(atomic_load_acquire(table_entry(at, address, i)));
    return at;
}

static pte_t *lock_entry(uint64_t last, uintptr_t address)
{
    spin_lock(table_pages->lock(last));
    return table_entry(last, address, 1);
}

pte_t *pagetable_lock_find(struct pagetable *table, uintptr_t address)
{
    uint64_t last = find_table(table, address, 1);
    return last ? lock_entry(last, address) : NULL;
}

/* What entry of `parent` leads to, made if need be; 0: no memory. */
static uint64_t make_below(
    struct pagetable *table, uint64_t parent, pte_t *entry)
{
    uint64_t below = pte_physical(atomic_load_acquire(entry));
    if (below)
        return below;
    uint64_t fresh = table_pages->alloc();
    if (!fresh)
        return 0;
    struct spinlock *lock = table_pages->lock(parent);
    spin_lock(lock);
    below = pte_physical(*entry);
    if (!below)
        atomic_store_release(entry, table_link_user(fresh)); /* find_table */
    spin_unlock(lock);
    if (below) {
        table_pages->free(fresh);
        return below;
    }
    atomic_add(&table->pages, 1);
    return fresh;
}

pte_t *pagetable_lock_make(struct pagetable *table, uintptr_t address)
{
    uint64_t at = table->root;
    for (unsigned level = TABLE_LEVELS; level > 1; level--) {
        at = make_below(table, at, table_entry(at, address, level));
        if (!at)
            return NULL;
    }
    return lock_entry(at, address);
}

void pagetable_unlock(struct pagetable *table, uintptr_t address, pte_t *entry)
{
    spin_unlock(table_pages->lock(
        pointer_to_physical((void *)align_down((uintptr_t)entry, PAGE_BYTES))));
}

uintptr_t pagetable_stretch_end(struct pagetable *table, uintptr_t address)
{
    unsigned level = TABLE_LEVELS;
    uint64_t at = table->root;
    while (level > 2) {
        at = pte_physical(atomic_load_acquire(table_entry(at, address, level)));
        if (!at)
            break;
        level--;
    }
    uintptr_t bytes = (uintptr_t)1 << table_shift(level);
    return align_down(address, bytes) + bytes;
}

/* Tables are nearly empty, and each space that ends has its own looked through:
 * so many entries at a time. */
enum { AT_A_TIME = 8 };
static_assert(TABLE_USER_ENTRIES % AT_A_TIME == 0
        && TABLE_ENTRIES % AT_A_TIME == 0, "tables have no odd end");

static bool are_empty(const pte_t *entries)
{
    pte_t all = 0;
#pragma GCC unroll 8
    for (unsigned i = 0; i < AT_A_TIME; i++)
        all |= entries[i];
    return !all;
}

static void free_below(uint64_t table, unsigned level)
{
    const pte_t *entries = physical_to_pointer(table);
    unsigned count =
        level == TABLE_LEVELS ? TABLE_USER_ENTRIES : TABLE_ENTRIES;
    for (unsigned i = 0; level > 1 && i < count; i++) {
        if (i % AT_A_TIME == 0 && are_empty(entries + i))
            i += AT_A_TIME - 1;
        else if (entries[i])
            free_below(pte_physical(entries[i]), level - 1);
    }
    table_pages->free(table);
}

void tables_free(uint64_t root)
{
    free_below(root, TABLE_LEVELS);
}
