/* SPDX-License-Identifier: MIT */
/* Which CPU has which page tables loaded, and what must be flushed where. */
#include "arch/pagetable.h"
#include "arch/common/kernel_map.h"
#include "arch/common/tables.h"
#include "arch/irq.h"
#include "arch/smp.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "machine/cpu_local.h"
#include "machine/registers.h"

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

void table_unload(void)
{
    cr3_write(kernel_root);
}

void table_load(struct pagetable *table)
{
    cr3_write(table->root);
}

enum { FLUSH_PAGES_MOST = 32 }; /* beyond, all at once is cheaper */

static void flush_here(void *data)
{
    const struct flush *flush = data;
    struct cpu_local *cpu = cpu_local();
    if (cpu->table != flush->table)
        return;
    if (cpu->is_lazy)
        return table_leave(flush->table);
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
    /* Who has left used the pages before that. */
    cpu_mask others = atomic_load_acquire(&flush->table->cpus) & ~self;
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
