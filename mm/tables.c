/* SPDX-License-Identifier: MIT */
/* Page table pages: what arch/ builds page tables from. */
#include "arch/pagetable.h"
#include "lib/string.h"
#include "mm/buddy.h"

static uint64_t table_alloc(void)
{
    uint64_t carved = buddy_carve();
    if (carved) {
        memset(physical_to_pointer(carved), 0, PAGE_BYTES);
        pages_count_carved();
        return carved;
    }
    struct page *page = page_alloc(PAGE_TABLE, PAGE_ZEROED);
    if (!page)
        return 0;
    spin_init(&page->lock, RANK_PAGE_TABLE);
    page->replaced = 0;
    return page_physical(page);
}

static void table_free(uint64_t physical)
{
    pages_free(page_at(physical));
}

static struct spinlock *table_lock(uint64_t physical)
{
    return &page_at(physical)->lock;
}

const struct table_pages page_tables = {
    .alloc = table_alloc,
    .free = table_free,
    .lock = table_lock,
};
