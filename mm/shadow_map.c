/* SPDX-License-Identifier: MIT */
/* The shadow of RAM, of the kernel's image and of the first stacks.  All RAM
 * gets its eighth at boot, from one stretch of RAM; other addresses, of stacks,
 * get a page when they come to be used. */
#include "mm/shadow_map.h"

#include "arch/pagetable.h"
#include "arch/shadow.h"
#include "lib/panic.h"
#include "lib/shadow.h"
#include "mm/heap_guard.h"
#include "mm/pages.h"

enum { GRAIN = 8, SPARE_PAGES = 8 };

static uint64_t next, end; /* of the stretch */

static uint64_t take_reserved(void)
{
    uint64_t physical = next;
    if (next == end)
        return 0;
    next += PAGE_BYTES;
    memory_fill(physical_to_pointer(physical), 0, PAGE_BYTES);
    return physical;
}

static uint64_t take_page(void)
{
    struct page *page = page_alloc(PAGE_KERNEL, PAGE_ZEROED);
    return page ? page_physical(page) : 0;
}

static uint64_t pages_for(uintptr_t from, uintptr_t to)
{
    return from < to ? (to - from) / GRAIN / PAGE_BYTES + 2 : 0;
}

/* Cuts `bytes` off the range's beginning or end, clear of the initrd. */
static bool cut(struct boot_range *range, uint64_t bytes, uint64_t initrd,
    uint64_t initrd_end)
{
    bool is_apart = initrd >= range->end || initrd_end <= range->start;
    if (range->end - range->start < bytes)
        return false;
    if (is_apart || initrd - range->start >= bytes) {
        next = range->start;
        range->start += bytes;
    } else if (range->end >= initrd_end && range->end - initrd_end >= bytes) {
        next = range->end - bytes;
        range->end = next;
    } else {
        return false;
    }
    end = next + bytes;
    return true;
}

static bool reserve(struct boot_info *boot, uint64_t pages)
{
    uint64_t initrd = align_down(boot->initrd_start, PAGE_BYTES);
    uint64_t initrd_end =
        align_up(boot->initrd_start + boot->initrd_bytes, PAGE_BYTES);
    if (!boot->initrd_bytes)
        initrd = initrd_end = UINT64_MAX;
    for (unsigned i = 0; i < boot->range_count; i++)
        if (cut(&boot->ranges[i], pages * PAGE_BYTES, initrd, initrd_end))
            return true;
    return false;
}

static void cover(uintptr_t from, uintptr_t to)
{
    if (from < to && !shadow_cover(from, to - from))
        panic("There is too little memory for the shadow of the kernel's.");
}

void shadow_init(struct boot_info *boot)
{
    struct shadow_range others[SHADOW_RANGES_MAX];
    unsigned count = shadow_boot_ranges(others);
    struct boot_range *ram = boot->ranges;
    uint64_t pages = SPARE_PAGES;
    for (unsigned i = 0; i < count; i++)
        pages += pages_for(others[i].from, others[i].to);
    for (unsigned i = 0; i < boot->range_count; i++)
        pages += pages_for(ram[i].start, ram[i].end);
    if (!reserve(boot, pages))
        panic("There is too little memory to check accesses to it.");

    shadow_set_pages(take_reserved);
    for (unsigned i = 0; i < count; i++)
        cover(others[i].from, others[i].to);
    for (unsigned i = 0; i < boot->range_count; i++)
        cover((uintptr_t)physical_to_pointer(ram[i].start),
            (uintptr_t)physical_to_pointer(ram[i].end));
    shadow_set_pages(take_page);
    shadow_set_describe(heap_guard_describe);
    shadow_begin();
}
