/* SPDX-License-Identifier: MIT */
/* Lists of stretches of RAM, and the place of the kernel's first page tables:
 * all that the loader left in RAM was copied or is reserved, but for the
 * initrd, which stays where it is, so the pool is found around it. */
#include "arch/common/boot_memory.h"
#include "arch/common/kernel_map.h"
#include "lib/panic.h"
#include "lib/string.h"

struct boot_info boot_info;

static struct boot_range ram[BOOT_RANGES_MAX]; /* all of it, merged */
static unsigned ram_count;
static struct boot_range reserved[BOOT_RANGES_MAX];
static unsigned reserved_count;

extern const char image_start[], image_end[];

static void range_insert(
    struct boot_range *ranges, unsigned *count, uint64_t start, uint64_t end)
{
    unsigned at = *count;
    if (start >= end || at == BOOT_RANGES_MAX)
        return;
    for (; at && ranges[at - 1].start > start; at--)
        ranges[at] = ranges[at - 1];
    ranges[at] = (struct boot_range){ start, end };
    ++*count;
}

static void ranges_merge(struct boot_range *ranges, unsigned *count)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < *count; i++) {
        if (kept && ranges[i].start <= ranges[kept - 1].end)
            ranges[kept - 1].end = max(ranges[kept - 1].end, ranges[i].end);
        else
            ranges[kept++] = ranges[i];
    }
    *count = kept;
}

static void range_remove(
    struct boot_range *ranges, unsigned *count, uint64_t start, uint64_t end)
{
    start = align_down(start, PAGE_BYTES);
    end = align_up(end, PAGE_BYTES);
    for (unsigned i = 0; i < *count; i++) {
        struct boot_range whole = ranges[i];
        if (whole.end <= start || whole.start >= end)
            continue;
        for (unsigned j = i + 1; j < *count; j++)
            ranges[j - 1] = ranges[j];
        --*count;
        range_insert(ranges, count, whole.start, min(whole.end, start));
        range_insert(ranges, count, max(whole.start, end), whole.end);
        i = (unsigned)-1; /* from the beginning: the list has changed */
    }
}

void boot_add_ram(uint64_t start, uint64_t end)
{
    range_insert(ram, &ram_count, align_up(start, PAGE_BYTES),
        align_down(min(end, (uint64_t)LINEAR_BYTES), PAGE_BYTES));
}

void boot_reserve(uint64_t start, uint64_t end)
{
    range_insert(reserved, &reserved_count, start, end);
}

/* The initrd must be whole and apart from us: the loader does not look. */
static void check_initrd(void)
{
    uint64_t start = boot_info.initrd_start;
    uint64_t end = start + boot_info.initrd_bytes;
    if (!boot_info.initrd_bytes)
        return;
    bool is_ram = false;
    for (unsigned i = 0; i < ram_count; i++)
        is_ram |= start >= ram[i].start && end <= ram[i].end;
    if (end < start || !is_ram ||
        (start < pointer_to_physical(image_end) &&
            end > pointer_to_physical(image_start)))
        panic("too little memory: the initrd lies over the kernel");
}

static uint64_t find_pool(uint64_t bytes, uint64_t from, uint64_t to)
{
    const struct boot_info *boot = &boot_info;
    uint64_t initrd_end =
        align_up(boot->initrd_start + boot->initrd_bytes, PAGE_BYTES);
    for (unsigned i = 0; i < boot->range_count; i++) {
        uint64_t start = max(boot->ranges[i].start, from);
        uint64_t end = min(boot->ranges[i].end, to);
        if (boot->initrd_bytes && start < initrd_end &&
            start + bytes > boot->initrd_start && boot->initrd_start < end)
            start = initrd_end;
        if (start < end && end - start >= bytes)
            return start;
    }
    panic("too little memory");
}

static void take_away(uint64_t start, uint64_t end)
{
    range_remove(boot_info.ranges, &boot_info.range_count, start, end);
}

void boot_make_map(uint64_t from, uint64_t to)
{
    ranges_merge(ram, &ram_count);
    check_initrd();
    memcpy(boot_info.ranges, ram, sizeof ram);
    boot_info.range_count = ram_count;
    boot_info.kernel_bytes = image_end - image_start;
    for (unsigned i = 0; i < reserved_count; i++)
        take_away(reserved[i].start, reserved[i].end);
    take_away(pointer_to_physical(image_start), pointer_to_physical(image_end));

    uint64_t pages = kernel_map_pages_needed(ram, ram_count);
    uint64_t pool = find_pool(pages * PAGE_BYTES, from, to);
    take_away(pool, pool + pages * PAGE_BYTES);
    kernel_map_make(ram, ram_count, pool, pages);
}
