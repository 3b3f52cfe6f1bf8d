/* SPDX-License-Identifier: MIT */
/* From the loader's start info to kernel_main.
 *
 * All that the loader left in RAM is copied before any RAM is used, but for the
 * initrd, which stays where it is: the pool of the kernel's page tables is
 * found around it. */
#include "arch/boot.h"
#include "arch/console.h"
#include "arch/trap.h"
#include "kernel/entry.h"
#include "lib/log.h"
#include "lib/panic.h"
#include "lib/string.h"
#include "machine/acpi.h"
#include "machine/apic.h"
#include "machine/clock.h"
#include "machine/console.h"
#include "machine/cpu_local.h"
#include "machine/features.h"
#include "machine/kernel_map.h"
#include "machine/start_info.h"
#include "machine/trampoline.h"
#include "machine/traps.h"

void boot_main(uint64_t start_info);
noreturn_fn void boot_switch_stack(uintptr_t top, void (*next)(void));

/* What the first page tables map. */
#define BOOT_MAPPED (1ull << 30)

static struct boot_info boot;
static struct boot_range ram[BOOT_RANGES_MAX]; /* all of it, merged */
static unsigned ram_count;
static uint64_t rsdp;

extern const char image_start[], image_end[];

static const void *early_pointer(uint64_t physical, uint64_t bytes)
{
    if (physical >= BOOT_MAPPED || bytes > BOOT_MAPPED - physical)
        panic("boot data at %#llx is out of reach",
            (unsigned long long)physical);
    return physical_to_pointer(physical);
}

/* ------------------------------------------------------ lists of ranges */

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

/* ------------------------------------------------------ the loader's words */

static void read_memory_map(const struct start_info *info)
{
    if (info->version < 1 || !info->memory_map)
        panic("the loader gave no memory map");
    const struct start_memory *entries = early_pointer(
        info->memory_map, info->memory_count * sizeof *entries);
    uint64_t most = min((uint64_t)1 << cpu_features.physical_bits,
        (uint64_t)LINEAR_BYTES);
    for (unsigned i = 0; i < info->memory_count; i++) {
        if (entries[i].type != START_MEMORY_RAM)
            continue;
        uint64_t end = entries[i].start + entries[i].bytes;
        range_insert(ram, &ram_count,
            align_up(entries[i].start, PAGE_BYTES),
            align_down(min(end, most), PAGE_BYTES));
    }
    ranges_merge(ram, &ram_count);
}

static void read_start_info(uint64_t physical)
{
    const struct start_info *info = early_pointer(physical, sizeof *info);
    if (info->magic != START_INFO_MAGIC)
        panic("not started by a PVH loader");
    read_memory_map(info);
    rsdp = info->rsdp;
    if (info->command_line)
        string_copy(boot.command_line,
            early_pointer(info->command_line, COMMAND_LINE_BYTES),
            COMMAND_LINE_BYTES);
    if (info->module_count) {
        const struct start_module *first =
            early_pointer(info->modules, sizeof *first);
        boot.initrd_start = first->start;
        boot.initrd_bytes = first->bytes;
    }
}

/* The initrd must be whole and apart from us: the loader does not look. */
static void check_initrd(void)
{
    uint64_t start = boot.initrd_start, end = start + boot.initrd_bytes;
    uint64_t image = pointer_to_physical(image_start);
    if (!boot.initrd_bytes)
        return;
    bool is_ram = false;
    for (unsigned i = 0; i < ram_count; i++)
        is_ram |= start >= ram[i].start && end <= ram[i].end;
    if (end < start || !is_ram ||
        (start < pointer_to_physical(image_end) && end > image))
        panic("too little memory: the initrd lies over the kernel");
}

/* ------------------------------------------------------ room for tables */

static uint64_t find_pool(uint64_t bytes)
{
    uint64_t initrd_end =
        align_up(boot.initrd_start + boot.initrd_bytes, PAGE_BYTES);
    for (unsigned i = 0; i < boot.range_count; i++) {
        uint64_t start = boot.ranges[i].start;
        uint64_t end = min(boot.ranges[i].end, (uint64_t)BOOT_MAPPED);
        if (boot.initrd_bytes && start < initrd_end &&
            start + bytes > boot.initrd_start && boot.initrd_start < end)
            start = initrd_end;
        if (start < end && end - start >= bytes)
            return start;
    }
    panic("too little memory");
}

static void make_map(void)
{
    memcpy(boot.ranges, ram, sizeof ram);
    boot.range_count = ram_count;
    boot.kernel_bytes = image_end - image_start;
    range_remove(boot.ranges, &boot.range_count, 0, PAGE_BYTES);
    range_remove(boot.ranges, &boot.range_count, TRAMPOLINE,
        TRAMPOLINE + PAGE_BYTES);
    range_remove(boot.ranges, &boot.range_count,
        pointer_to_physical(image_start), pointer_to_physical(image_end));

    uint64_t pages = kernel_map_pages_needed(ram, ram_count);
    uint64_t pool = find_pool(pages * PAGE_BYTES);
    range_remove(boot.ranges, &boot.range_count, pool,
        pool + pages * PAGE_BYTES);
    kernel_map_make(ram, ram_count, pool, pages);
}

static void go_on(void)
{
    kernel_main(&boot);
}

void boot_main(uint64_t start_info)
{
    console_init();
    cpu_detect();
    traps_init();
    cpu_init(0);
    read_start_info(start_info);
    check_initrd();
    cpu_patch_user_access();
    make_map();
    if (!cpu_make_stacks(0))
        panic("no memory for the stacks of the first CPU");
    acpi_init(rsdp);
    apic_init();
    clock_init();
    cpu_locals[0].is_online = true;
    boot_switch_stack(cpu_locals[0].idle_stack_top - 16, go_on);
}
