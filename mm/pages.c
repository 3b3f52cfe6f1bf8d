/* SPDX-License-Identifier: MIT */
/* Pages for everyone: per-CPU stocks of single pages before the buddy system,
 * counts by use, the reserve.
 *
 * A stock is its CPU's own but for pages_drain, so its lock is never fought
 * for.  Who may wait leaves the reserve alone, kernel allocations leave half
 * of it, and a victim on its way out may have all: so it always gets out. */
#include "lib/panic.h"
#include "lib/shadow.h"
#include "lib/string.h"
#include "arch/cpu.h"
#include "mm/buddy.h"
#include "mm/fail.h"
#include "mm/heap.h"
#include "mm/page_guard.h"
#include "mm/shrink.h"

enum {
    STOCK_MAX = 62,
    STOCK_BATCH = 31,
    RESERVE_MIN = 48,
    RESERVE_MAX = 1024,
    SHRINK_BATCH = 32,
};

struct stock {
    struct spinlock lock;
    unsigned count;
    struct page *pages[STOCK_MAX];
    int64_t used[PAGE_USES]; /* the CPU's own: allocated less freed here */
} aligned_to(64);

static struct stock stocks[CPU_MAX];
static uint64_t reserve;

void pages_init(const struct boot_info *boot)
{
    buddy_init(boot);
    reserve = buddy_total_pages() / 256;
    reserve = max(reserve, (uint64_t)RESERVE_MIN);
    reserve = min(reserve, (uint64_t)RESERVE_MAX);
    heap_init();
}

void pages_release_range(uint64_t start, uint64_t end)
{
    buddy_release(start, end);
}

static uint64_t spare_of(unsigned wish)
{
    if (wish & PAGE_RESERVE)
        return 0;
    return wish & (PAGE_MAY_WAIT | PAGE_USER) ? reserve : reserve / 2;
}

static struct page *take_single(unsigned wish)
{
    struct stock *stock = &stocks[cpu_id()];
    struct page *page = NULL;
    spin_lock(&stock->lock);
    if (unlikely(!stock->count))
        stock->count =
            buddy_alloc_singles(stock->pages, STOCK_BATCH, spare_of(wish));
    if (likely(stock->count))
        page = stock->pages[--stock->count];
    spin_unlock(&stock->lock);
    return page;
}

static void give_single(struct page *page)
{
    struct stock *stock = &stocks[cpu_id()];
    spin_lock(&stock->lock);
    if (unlikely(stock->count == STOCK_MAX)) {
        stock->count -= STOCK_BATCH;
        buddy_free_singles(&stock->pages[stock->count], STOCK_BATCH);
    }
    stock->pages[stock->count++] = page;
    spin_unlock(&stock->lock);
}

static struct page *take(unsigned order, unsigned wish)
{
    return order ? buddy_alloc(order, spare_of(wish)) : take_single(wish);
}

/* True: there is more to take from now. */
static bool end_quarantine(void)
{
    struct page *page;
    bool is_any = false;
    while ((page = page_quarantine_take())) {
        buddy_free(page, page->order);
        is_any = true;
    }
    return is_any;
}

static struct page *try_alloc(unsigned order, unsigned wish)
{
    struct page *page = take(order, wish);
    return likely(page) || !end_quarantine() ? page : take(order, wish);
}

/* What the heap takes was asked for already; users' own may wait for more. */
static bool may_fail(enum page_use use, unsigned wish)
{
    return use != PAGE_HEAP &&
        !(wish & (PAGE_MAY_WAIT | PAGE_USER | PAGE_RESERVE));
}

/* What lies on lists of single pages may be what a block lacks. */
static void drain_all(void)
{
    stacks_drain();
    heap_drain();
    pages_drain();
}

/* Where pages are free, no victim makes them contiguous; those that end already
 * may. */
static bool wait_for_block(unsigned order)
{
    drain_all();
    bool is_short = buddy_free_pages() <= reserve + SHRINK_BATCH;
    return shrink_all(SHRINK_BATCH << order) ||
        memory_choose_victim(is_short ? VICTIM_CHOOSE : VICTIM_AWAIT_ONLY);
}

struct page *pages_alloc(unsigned order, enum page_use use, unsigned wish)
{
    if (order > PAGES_ORDER_MAX)
        return NULL;
    if (may_fail(use, wish) && unlikely(fail_is_wanted()))
        return NULL;
    struct page *page;
    while (unlikely(!(page = try_alloc(order, wish)))) {
        if (!(wish & PAGE_MAY_WAIT))
            return NULL;
        assert(!lock_spins_held());
        if (order ? wait_for_block(order) : pages_wait())
            continue;
        page = try_alloc(order, wish);
        if (!page)
            return NULL;
        break;
    }
    assert(page->use == PAGE_FREE);
    shadow_unpoison(page_pointer(page), PAGE_BYTES << order);
    page_guard_check(page, order);
    page->counts = PAGE_ONE_PIN;
    page->use = use;
    page->order = order;
    page->flags = 0;
    page_guard_taken(page);
    stocks[cpu_id()].used[use] += 1l << order;
    if (wish & PAGE_ZEROED)
        memset(page_pointer(page), 0, PAGE_BYTES << order);
    return page;
}

void pages_free(struct page *page)
{
    unsigned order = page->order;
    assert(page->use != PAGE_FREE && page->use != PAGE_RESERVED);
    stocks[cpu_id()].used[page->use] -= 1l << order;
    page->use = PAGE_FREE;
    page->flags = 0;
    page_guard_freed(page);
    shadow_poison(page_pointer(page), PAGE_BYTES << order, SHADOW_PAGE_FREE);
    if (!(page = page_quarantine_swap(page)))
        return;
    if (page->order)
        buddy_free(page, page->order);
    else
        give_single(page);
}

void pages_count_carved(void)
{
    stocks[cpu_id()].used[PAGE_TABLE]++;
}

bool pages_are_short(void)
{
    return buddy_free_pages() <= 2 * (reserve + SHRINK_BATCH);
}

bool pages_wait(void)
{
    uint64_t before = buddy_free_pages();
    drain_all();
    uint64_t enough = reserve + SHRINK_BATCH, now = buddy_free_pages();
    if (now > enough && (before > enough || now > before + SHRINK_BATCH))
        return true;
    return shrink_all(SHRINK_BATCH) || memory_choose_victim(VICTIM_CHOOSE);
}

void pages_drain(void)
{
    end_quarantine();
    for (unsigned i = 0; i < CPU_MAX; i++) {
        struct stock *stock = &stocks[i];
        if (!atomic_load(&stock->count))
            continue;
        spin_lock(&stock->lock);
        buddy_free_singles(stock->pages, stock->count);
        stock->count = 0;
        spin_unlock(&stock->lock);
    }
}

static uint64_t used_for(enum page_use use)
{
    int64_t sum = 0;
    for (unsigned i = 0; i < CPU_MAX; i++)
        sum += stocks[i].used[use];
    return max(sum, (int64_t)0);
}

void page_totals(struct page_totals *totals)
{
    *totals = (struct page_totals){
        .total = buddy_total_pages(),
        .free = buddy_free_pages() + page_quarantine_pages(),
        .kernel = used_for(PAGE_KERNEL),
        .heap = used_for(PAGE_HEAP),
        .tables = used_for(PAGE_TABLE),
        .anonymous = used_for(PAGE_ANONYMOUS),
        .store = used_for(PAGE_STORE),
    };
    for (unsigned i = 0; i < CPU_MAX; i++)
        totals->free += atomic_load(&stocks[i].count);
}
