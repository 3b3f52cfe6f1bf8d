/* SPDX-License-Identifier: MIT */
/* Free blocks of 2^order pages, by order; neighbours join again when freed.
 *
 * The hard part is the array of struct page.  It spans all physical addresses
 * but is filled a section of 32 MiB at a time, when the sections before are
 * used up, so that a small guest touches little memory and boots soon.  Its
 * memory, and that of the page tables that map it, is carved from the section
 * it describes: nothing else may be left to give.  A block never reaches over
 * the end of a section, so buddies are always described. */
#include "mm/buddy.h"
#include "arch/cpu.h"
#include "arch/pagetable.h"
#include "lib/bitmap.h"
#include "lib/panic.h"
#include "lib/shadow.h"
#include "lib/string.h"

enum {
    ORDERS = PAGES_ORDER_MAX + 1,
    SECTION_SHIFT = 25,
    SECTION_PAGES = 1 << (SECTION_SHIFT - PAGE_SHIFT),
    SECTIONS_MAX = 32768, /* 1 TiB */
    RANGES_MAX = BOOT_RANGES_MAX + 16,
    CARVE_PAGES = 4, /* tables of three levels, and one to spare */
};
#define ARRAY_BYTES (SECTION_PAGES * sizeof(struct page))

static struct spinlock buddy_lock = SPINLOCK_INIT(RANK_PAGES);
/* All under buddy_lock: */
static struct list free_blocks[ORDERS];
static unsigned orders_in_stock; /* bit n: free_blocks[n] is not empty */
static uint64_t free_pages;      /* in free_blocks */
static uint64_t unfilled_pages;  /* in sections still to be filled */
static uint64_t total_pages;
static struct boot_range ranges[RANGES_MAX];
static unsigned range_count;
static unsigned fill_range;  /* where filling goes on, */
static uint64_t fill_section_number; /* and in which section */
static unsigned long sections[bitmap_longs(SECTIONS_MAX)]; /* filled */
static unsigned filling_cpu; /* CPU + 1 */
static uint64_t carve_at, carve_end;

static void block_add(struct page *page, unsigned order)
{
    page->use = PAGE_FREE;
    page->order = order;
    page->flags |= PAGE_FLAG_BUDDY;
    list_add_first(&free_blocks[order], &page->link);
    orders_in_stock |= 1u << order;
}

static void block_remove(struct page *page, unsigned order)
{
    page->flags &= ~PAGE_FLAG_BUDDY;
    list_remove(&page->link);
    if (list_is_empty(&free_blocks[order]))
        orders_in_stock &= ~(1u << order);
}

static void free_locked(struct page *page, unsigned order)
{
    free_pages += 1ull << order;
    uint64_t number = page - (struct page *)PAGES_BASE;
    for (; order < PAGES_ORDER_MAX; order++) {
        struct page *buddy =
            (struct page *)PAGES_BASE + (number ^ 1ull << order);
        if (!(buddy->flags & PAGE_FLAG_BUDDY) || buddy->order != order)
            break;
        block_remove(buddy, order);
        number &= ~(1ull << order);
    }
    block_add((struct page *)PAGES_BASE + number, order);
}

static void free_range_locked(uint64_t start, uint64_t end)
{
    for (struct page *page = page_at(start); page < page_at(end); page++)
        page->use = PAGE_FREE;
    shadow_poison(physical_to_pointer(start), end - start, SHADOW_PAGE_FREE);
    while (start < end) {
        unsigned order = 0;
        while (order < PAGES_ORDER_MAX &&
               !(start & ((PAGE_BYTES << (order + 1)) - 1)) &&
               start + (PAGE_BYTES << (order + 1)) <= end)
            order++;
        free_locked(page_at(start), order);
        start += PAGE_BYTES << order;
    }
}

/* The part of a range that lies in a section; empty: start >= end. */
static struct boot_range piece_of(
    const struct boot_range *range, uint64_t section)
{
    uint64_t from = section << SECTION_SHIFT;
    return (struct boot_range){
        .start = max(range->start, from),
        .end = min(range->end, from + (1ull << SECTION_SHIFT)),
    };
}

/* The largest piece in a section, and the pages of all of them. */
static struct boot_range largest_piece(uint64_t section, uint64_t *pages)
{
    struct boot_range best = { 0, 0 };
    *pages = 0;
    for (unsigned i = 0; i < range_count; i++) {
        struct boot_range piece = piece_of(&ranges[i], section);
        if (piece.start >= piece.end)
            continue;
        *pages += (piece.end - piece.start) >> PAGE_SHIFT;
        if (piece.end - piece.start > best.end - best.start)
            best = piece;
    }
    return best;
}

static bool can_carve(struct boot_range from)
{
    return from.end - from.start >= ARRAY_BYTES + CARVE_PAGES * PAGE_BYTES;
}

/* What a section will have to give when it is filled. */
static uint64_t usable_pages(uint64_t section)
{
    uint64_t pages;
    struct boot_range largest = largest_piece(section, &pages);
    return can_carve(largest) ? pages - ARRAY_BYTES / PAGE_BYTES : 0;
}

/* Maps the section's part of the page array, zeroed; where what was carved for
 * it ends, or 0. */
static uint64_t map_array(uint64_t section, struct boot_range from)
{
    memset(physical_to_pointer(from.start), 0, ARRAY_BYTES);
    carve_at = from.start + ARRAY_BYTES;
    carve_end = carve_at + CARVE_PAGES * PAGE_BYTES;
    filling_cpu = cpu_id() + 1;
    int error = pagetable_map_kernel(PAGES_BASE + section * ARRAY_BYTES,
        from.start, ARRAY_BYTES, ACCESS_READ | ACCESS_WRITE);
    filling_cpu = 0;
    return error ? 0 : carve_at;
}

static void reserve_all(uint64_t section)
{
    struct page *page = page_at(section << SECTION_SHIFT);
    for (unsigned i = 0; i < SECTION_PAGES; i++)
        page[i].use = PAGE_RESERVED;
}

static bool fill_section(uint64_t section)
{
    uint64_t pages;
    struct boot_range carved = largest_piece(section, &pages);
    if (!can_carve(carved))
        return false;
    unfilled_pages -= pages - ARRAY_BYTES / PAGE_BYTES;
    uint64_t carved_end = map_array(section, carved);
    if (!carved_end) {
        total_pages -= pages - ARRAY_BYTES / PAGE_BYTES;
        return false;
    }
    bitmap_add(sections, section);
    reserve_all(section);
    for (unsigned i = 0; i < range_count; i++) {
        struct boot_range piece = piece_of(&ranges[i], section);
        if (piece.start == carved.start)
            piece.start = carved_end;
        if (piece.start < piece.end)
            free_range_locked(piece.start, piece.end);
    }
    return true;
}

static bool fill_next(void)
{
    while (fill_range < range_count) {
        const struct boot_range *range = &ranges[fill_range];
        uint64_t section =
            max(fill_section_number, range->start >> SECTION_SHIFT);
        if (section << SECTION_SHIFT >= range->end) {
            fill_range++;
            continue;
        }
        fill_section_number = section + 1;
        if (!bitmap_has(sections, section) && fill_section(section))
            return true;
    }
    return false;
}

static void range_add(uint64_t start, uint64_t end)
{
    end = min(end, (uint64_t)SECTIONS_MAX << SECTION_SHIFT);
    if (start >= end || range_count == RANGES_MAX)
        return;
    ranges[range_count++] = (struct boot_range){ start, end };
}

/* Counts what the ranges will bring, each section once: they are sorted. */
static void count_ranges(void)
{
    uint64_t next = 0;
    for (unsigned i = 0; i < range_count; i++) {
        uint64_t section = max(next, ranges[i].start >> SECTION_SHIFT);
        for (; section << SECTION_SHIFT < ranges[i].end; section++)
            unfilled_pages += usable_pages(section);
        next = section;
    }
    total_pages = unfilled_pages;
}

void buddy_init(const struct boot_info *boot)
{
    for (unsigned i = 0; i < ORDERS; i++)
        list_init(&free_blocks[i]);
    uint64_t initrd = align_down(boot->initrd_start, PAGE_BYTES);
    uint64_t initrd_end =
        align_up(boot->initrd_start + boot->initrd_bytes, PAGE_BYTES);
    if (!boot->initrd_bytes)
        initrd = initrd_end = UINT64_MAX;
    for (unsigned i = 0; i < boot->range_count; i++) {
        struct boot_range range = boot->ranges[i];
        range_add(range.start, min(range.end, initrd));
        range_add(max(range.start, initrd_end), range.end);
    }
    count_ranges();
    pagetable_set_pages(&page_tables);
    spin_lock(&buddy_lock);
    bool is_filled = fill_next();
    spin_unlock(&buddy_lock);
    if (!is_filled)
        panic("no memory to begin with");
}

uint64_t buddy_carve(void)
{
    if (filling_cpu != cpu_id() + 1 || carve_at == carve_end)
        return 0;
    uint64_t physical = carve_at;
    carve_at += PAGE_BYTES;
    return physical;
}

/* A released stretch within one section. */
static void release_locked(uint64_t start, uint64_t end)
{
    uint64_t section = start >> SECTION_SHIFT;
    if (section >= SECTIONS_MAX)
        return;
    if (bitmap_has(sections, section)) {
        free_range_locked(start, end);
        total_pages += (end - start) >> PAGE_SHIFT;
        return;
    }
    /* A section not filled yet, or that had too little to be: filled now,
     * since the filling may have gone by. */
    uint64_t before = usable_pages(section);
    range_add(start, end);
    uint64_t after = usable_pages(section);
    unfilled_pages += after - before;
    total_pages += after - before;
    if (after)
        fill_section(section);
}

void buddy_release(uint64_t start, uint64_t end)
{
    start = align_up(start, PAGE_BYTES);
    end = align_down(end, PAGE_BYTES);
    while (start < end) {
        uint64_t stop =
            min(end, ((start >> SECTION_SHIFT) + 1) << SECTION_SHIFT);
        spin_lock(&buddy_lock);
        release_locked(start, stop);
        spin_unlock(&buddy_lock);
        start = stop;
    }
}

static struct page *alloc_locked(unsigned order, uint64_t spare)
{
    if (free_pages + unfilled_pages < spare + (1ull << order))
        return NULL;
    unsigned fitting;
    while (!(fitting = orders_in_stock >> order))
        if (!fill_next())
            return NULL;
    unsigned found = order + __builtin_ctz(fitting);
    struct page *page = list_first(&free_blocks[found], struct page, link);
    block_remove(page, found);
    while (found > order) {
        found--;
        block_add(page + (1u << found), found);
    }
    free_pages -= 1ull << order;
    return page;
}

struct page *buddy_alloc(unsigned order, uint64_t spare)
{
    spin_lock(&buddy_lock);
    struct page *page = alloc_locked(order, spare);
    spin_unlock(&buddy_lock);
    return page;
}

unsigned buddy_alloc_singles(struct page **pages, unsigned most, uint64_t spare)
{
    unsigned count = 0;
    spin_lock(&buddy_lock);
    while (count < most && (pages[count] = alloc_locked(0, spare)))
        count++;
    spin_unlock(&buddy_lock);
    return count;
}

void buddy_free(struct page *page, unsigned order)
{
    spin_lock(&buddy_lock);
    free_locked(page, order);
    spin_unlock(&buddy_lock);
}

void buddy_free_singles(struct page **pages, unsigned count)
{
    spin_lock(&buddy_lock);
    for (unsigned i = 0; i < count; i++)
        free_locked(pages[i], 0);
    spin_unlock(&buddy_lock);
}

/* Single words, read for accounts: no lock. */
uint64_t buddy_free_pages(void)
{
    return atomic_load(&free_pages) + atomic_load(&unfilled_pages);
}

uint64_t buddy_total_pages(void)
{
    return atomic_load(&total_pages);
}

struct page *page_described(uint64_t physical)
{
    uint64_t section = physical >> SECTION_SHIFT;
    if (section >= SECTIONS_MAX || !bitmap_has(sections, section))
        return NULL;
    return page_at(physical);
}

struct page *pages_next(uint64_t *physical)
{
    uint64_t section = *physical >> SECTION_SHIFT;
    for (; section < SECTIONS_MAX; *physical = ++section << SECTION_SHIFT)
        if (bitmap_has(sections, section))
            return page_at(*physical);
    return NULL;
}

struct page *page_of(uint64_t physical)
{
    struct page *page = page_described(physical);
    return page && page->use != PAGE_RESERVED ? page : NULL;
}
