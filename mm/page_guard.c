/* SPDX-License-Identifier: MIT */
/* Notes, poison and quarantine of pages: see mm/page_guard.h. */
#include "mm/page_guard.h"

#ifdef CONFIG_DEBUG

#include "arch/atomic.h"
#include "arch/cpu.h"
#include "lib/panic.h"
#include "lib/shadow.h"
#include "lib/string.h"

enum { POISON = 0x5a };

static bool has_period; /* somebody asked for an account */

/* ------------------------------------------------------ notes and poison */

static void check_poison(const struct page *page)
{
    const uint64_t *words = page_pointer(page);
    for (unsigned i = 0; i < PAGE_BYTES / sizeof *words; i++)
        if (words[i] != 0x5a5a5a5a5a5a5a5aull)
            panic("page %#lx was written to after it was freed: [%u] is %#lx",
                (unsigned long)page_physical(page), i, (unsigned long)words[i]);
}

void page_guard_check(struct page *page, unsigned order)
{
    for (unsigned i = 0; i < 1u << order; i++) {
        if (page[i].flags & PAGE_FLAG_POISONED)
            check_poison(&page[i]);
        page[i].flags = 0;
    }
}

void page_guard_taken(struct page *page)
{
    callers maker = callers_note();
    for (unsigned i = 0; i < 1u << page->order; i++)
        page[i].maker = maker;
    if (atomic_load(&has_period) && page->use != PAGE_HEAP)
        page->flags = PAGE_FLAG_COUNTED;
}

void page_guard_freed(struct page *page)
{
    callers freer = callers_note();
    memory_fill(page_pointer(page), POISON, PAGE_BYTES << page->order);
    for (unsigned i = 0; i < 1u << page->order; i++) {
        page[i].freer = freer;
        page[i].flags = PAGE_FLAG_POISONED;
    }
}

/* ------------------------------------------------------------ quarantine */

/* Large blocks are too dear to wait. */
enum { WAITING_MAX = 64, ORDER_MAX = 2 };

static struct quarantine {
    struct spinlock lock;
    unsigned first, count;
    unsigned pages; /* [atomic] of all blocks */
    struct page *ring[WAITING_MAX];
} quarantines[CPU_MAX];

static struct page *take_locked(struct quarantine *quarantine)
{
    if (!quarantine->count)
        return NULL;
    struct page *page = quarantine->ring[quarantine->first];
    quarantine->first = (quarantine->first + 1) % WAITING_MAX;
    quarantine->count--;
    atomic_sub(&quarantine->pages, 1u << page->order);
    return page;
}

struct page *page_quarantine_swap(struct page *page)
{
    if (page->order > ORDER_MAX)
        return page;
    struct quarantine *quarantine = &quarantines[cpu_id()];
    struct page *oldest = NULL;
    spin_lock(&quarantine->lock);
    if (quarantine->count == WAITING_MAX)
        oldest = take_locked(quarantine);
    unsigned place = quarantine->first + quarantine->count++;
    quarantine->ring[place % WAITING_MAX] = page;
    atomic_add(&quarantine->pages, 1u << page->order);
    spin_unlock(&quarantine->lock);
    return oldest;
}

struct page *page_quarantine_take(void)
{
    struct page *page = NULL;
    for (unsigned i = 0; i < CPU_MAX && !page; i++) {
        struct quarantine *quarantine = &quarantines[i];
        if (!atomic_load(&quarantine->pages))
            continue;
        spin_lock(&quarantine->lock);
        page = take_locked(quarantine);
        spin_unlock(&quarantine->lock);
    }
    return page;
}

uint64_t page_quarantine_pages(void)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < CPU_MAX; i++)
        sum += atomic_load(&quarantines[i].pages);
    return sum;
}

/* -------------------------------------------------------------- accounts */

void page_guard_begin_period(void)
{
    struct page *page;
    atomic_store(&has_period, true);
    for (uint64_t at = 0; (page = pages_next(&at)); at += PAGE_BYTES)
        if (page->use != PAGE_FREE && page->use != PAGE_RESERVED)
            atomic_and(&page->flags, (uint8_t)~PAGE_FLAG_COUNTED);
}

/* Read while others change it: an account, no more. */
void page_guard_visit(
    void (*visit)(void *data, callers who, size_t bytes), void *data)
{
    const struct page *page;
    for (uint64_t at = 0; (page = pages_next(&at)); at += PAGE_BYTES)
        if (page->use != PAGE_FREE && page->use != PAGE_RESERVED &&
            atomic_load(&page->flags) & PAGE_FLAG_COUNTED)
            visit(data, page->maker, PAGE_BYTES << page->order);
}

#endif
