/* SPDX-License-Identifier: MIT */
/* The user's half of page tables.
 *
 * Tables are made on the way down and freed with the whole only, so a walk
 * down needs no lock; a new table is hung in under the lock of its parent. */
#include "arch/pagetable.h"
#include "arch/boot.h"
#include "arch/irq.h"
#include "arch/smp.h"
#include "lib/errno.h"
#include "lib/spinlock.h"
#include "lib/string.h"
#include "machine/cpu_local.h"
#include "machine/kernel_map.h"
#include "machine/registers.h"
#include "machine/table.h"

const struct table_pages *table_pages;

void pagetable_set_pages(const struct table_pages *pages)
{
    table_pages = pages;
}

int pagetable_init(struct pagetable *table)
{
    uint64_t root = table_pages->alloc();
    *table = (struct pagetable){ .root = root, .pages = 1 };
    if (!root)
        return -ENOMEM;
    pte_t *entries = physical_to_pointer(root);
    const pte_t *kernel = physical_to_pointer(kernel_root);
    memcpy(entries + TABLE_ENTRIES / 2, kernel + TABLE_ENTRIES / 2,
        PAGE_BYTES / 2);
    return 0;
}

unsigned long pagetable_pages(const struct pagetable *table)
{
    return atomic_load(&table->pages);
}

/* The table of `level` for address, or 0. */
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
        atomic_store_release(entry, table_link(fresh) | PTE_USER);
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

static void free_below(uint64_t table, unsigned level)
{
    const pte_t *entries = physical_to_pointer(table);
    unsigned count =
        level == TABLE_LEVELS ? TABLE_ENTRIES / 2 : TABLE_ENTRIES;
    for (unsigned i = 0; level > 1 && i < count; i++)
        if (entries[i])
            free_below(pte_physical(entries[i]), level - 1);
    table_pages->free(table);
}

/* Leaves whatever table a kernel thread runs on lazily. */
static void leave_table(void *data)
{
    struct pagetable *table = data;
    struct cpu_local *cpu = cpu_local();
    if (cpu->table != table)
        return;
    cr3_write(kernel_root);
    cpu->table = NULL;
    atomic_and(&table->cpus, ~((cpu_mask)1 << cpu->id));
}

void pagetable_destroy(struct pagetable *table)
{
    if (!table->root)
        return;
    cpu_mask cpus = atomic_load(&table->cpus);
    if (cpus) {
        unsigned long irq_state = irq_save();
        leave_table(table);
        irq_restore(irq_state);
        smp_call(cpus, leave_table, table);
    }
    free_below(table->root, TABLE_LEVELS);
    *table = (struct pagetable){ 0 };
}

/* The new table's mask has us before we load it and the old one's until we
 * have left: whoever changes either meanwhile sends us a flush. */
void pagetable_switch(struct pagetable *table)
{
    struct cpu_local *cpu = cpu_local();
    struct pagetable *old = cpu->table;
    cpu->is_lazy = !table;
    if (!table || table == old)
        return;
    cpu_mask self = (cpu_mask)1 << cpu->id;
    atomic_or(&table->cpus, self);
    cpu->table = table;
    cr3_write(table->root);
    if (old)
        atomic_and(&old->cpus, ~self);
}

enum { FLUSH_PAGES_MOST = 32 }; /* beyond, all at once is cheaper */

static void flush_here(void *data)
{
    const struct flush *flush = data;
    struct cpu_local *cpu = cpu_local();
    if (cpu->table != flush->table)
        return;
    if (cpu->is_lazy)
        return leave_table(flush->table);
    if ((flush->to - flush->from) >> PAGE_SHIFT > FLUSH_PAGES_MOST)
        return cr3_write(flush->table->root);
    for (uintptr_t at = flush->from; at < flush->to; at += PAGE_BYTES)
        page_invalidate(at);
}

void flush_finish(struct flush *flush)
{
    if (flush->from >= flush->to)
        return;
    unsigned long irq_state = irq_save();
    flush_here(flush);
    cpu_mask self = (cpu_mask)1 << cpu_id();
    irq_restore(irq_state);
    cpu_mask others = atomic_load(&flush->table->cpus) & ~self;
    if (others)
        smp_call(others, flush_here, flush);
    flush_init(flush, flush->table);
}

struct kernel_range {
    uintptr_t from, to;
};

/* Global entries outlive a new CR3, but not this. */
static void flush_all_here(void)
{
    uint64_t cr4 = cr4_read();
    if (!(cr4 & CR4_GLOBAL))
        return cr3_write(cr3_read());
    cr4_write(cr4 & ~CR4_GLOBAL);
    cr4_write(cr4);
}

static void flush_kernel_here(void *data)
{
    const struct kernel_range *range = data;
    if ((range->to - range->from) >> PAGE_SHIFT > FLUSH_PAGES_MOST)
        return flush_all_here();
    for (uintptr_t at = range->from; at < range->to; at += PAGE_BYTES)
        page_invalidate(at);
}

void pagetable_flush_kernel(uintptr_t from, uintptr_t to)
{
    struct kernel_range range = { from, to };
    unsigned long irq_state = irq_save();
    flush_kernel_here(&range);
    irq_restore(irq_state);
    smp_call(~(cpu_mask)0, flush_kernel_here, &range);
}

void pagetable_sync_code(void *page, size_t bytes)
{
    /* The CPU watches stores. */
}
