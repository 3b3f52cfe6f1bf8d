/* SPDX-License-Identifier: MIT */
/* Which page tables are loaded, and what TLBs must forget.
 *
 * Every CPU hears a TLBI that is broadcast, so nobody is interrupted for one.
 * The order is: the entry, a barrier until all walks see it, the TLBI, a
 * barrier until all have obeyed. */
#include "arch/pagetable.h"
#include "arch/common/kernel_map.h"
#include "arch/common/tables.h"
#include "lib/errno.h"
#include "machine/asid.h"
#include "machine/empty_table.h"
#include "machine/features.h"
#include "machine/tlb.h"

enum { FLUSH_PAGES_MOST = 32, ASID_SHIFT = 48 }; /* beyond, all at once */

extern const char boot_empty[];

int pagetable_init(struct pagetable *table)
{
    uint64_t root = table_pages->alloc();
    *table = (struct pagetable){ .root = root, .pages = 1 };
    return root ? 0 : -ENOMEM;
}

static void user_table_load(uint64_t root, uint64_t asid)
{
    register_write(ttbr0_el1, root | asid << ASID_SHIFT);
    isb();
}

void user_table_load_empty(void)
{
    user_table_load(pointer_to_physical(boot_empty), 0);
}

void table_unload(void)
{
    user_table_load_empty();
    asid_leave();
}

/* It all dies with its number: before its pages and tables are used again
 * nobody may walk there any more. */
void table_forget(const struct pagetable *table)
{
    if (asid_of(table))
        tlb_forget_space(asid_of(table));
}

void table_load(struct pagetable *table)
{
    user_table_load(table->root, asid_use(table));
}

void flush_finish(struct flush *flush)
{
    if (flush->from >= flush->to)
        return;
    tlb_barrier_before();
    uint64_t asid = asid_of(flush->table);
    if (!asid) {
        /* Nobody ran on it yet. */
    } else if ((flush->to - flush->from) >> PAGE_SHIFT > FLUSH_PAGES_MOST) {
        tlb_forget_asid(asid);
    } else {
        for (uintptr_t at = flush->from; at < flush->to; at += PAGE_BYTES)
            tlb_forget_page(asid, at);
    }
    tlb_barrier_after();
    flush_init(flush, flush->table);
}

void pagetable_flush_kernel(uintptr_t from, uintptr_t to)
{
    tlb_barrier_before();
    if ((to - from) >> PAGE_SHIFT > FLUSH_PAGES_MOST)
        tlb_forget_all();
    else
        for (uintptr_t at = from; at < to; at += PAGE_BYTES)
            tlb_forget_kernel_page(at);
    tlb_barrier_after();
    isb();
}

/* Data caches give the code to where instruction caches find it; then those
 * forget what they had. */
void pagetable_sync_code(void *page, size_t bytes)
{
    unsigned line = cpu_features.data_line_bytes;
    uintptr_t end = (uintptr_t)page + bytes;
    if (!cpu_features.data_is_coherent)
        for (uintptr_t at = align_down((uintptr_t)page, (uintptr_t)line);
             at < end; at += line)
            __asm__ volatile("dc cvau, %0" : : "r"(at) : "memory");
    __asm__ volatile("dsb ish" ::: "memory");
    if (cpu_features.code_is_coherent)
        return;
    __asm__ volatile("ic ialluis\n\tdsb ish\n\tisb" ::: "memory");
}
