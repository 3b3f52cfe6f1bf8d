/* SPDX-License-Identifier: MIT */
/* From the loader's start info to kernel_main.
 *
 * All that the loader left in RAM is copied before any RAM is used, but for the
 * initrd, which stays where it is. */
#include "arch/boot.h"
#include "arch/common/boot_memory.h"
#include "arch/common/kernel_map.h"
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
#include "machine/start_info.h"
#include "machine/trampoline.h"
#include "machine/traps.h"

void boot_main(uint64_t start_info);
noreturn_fn void boot_switch_stack(uintptr_t top, void (*next)(void));

/* What the first page tables map. */
#define BOOT_MAPPED (1ull << 30)

static uint64_t rsdp;

static const void *early_pointer(uint64_t physical, uint64_t bytes)
{
    if (physical >= BOOT_MAPPED || bytes > BOOT_MAPPED - physical)
        panic("boot data at %#llx is out of reach",
            (unsigned long long)physical);
    return physical_to_pointer(physical);
}

/* ------------------------------------------------------ the loader's words */

static void read_memory_map(const struct start_info *info)
{
    if (info->version < 1 || !info->memory_map)
        panic("the loader gave no memory map");
    const struct start_memory *entries = early_pointer(
        info->memory_map, info->memory_count * sizeof *entries);
    uint64_t most = (uint64_t)1 << cpu_features.physical_bits;
    for (unsigned i = 0; i < info->memory_count; i++) {
        if (entries[i].type != START_MEMORY_RAM)
            continue;
        uint64_t end = entries[i].start + entries[i].bytes;
        boot_add_ram(entries[i].start, min(end, most));
    }
}

static void read_start_info(uint64_t physical)
{
    const struct start_info *info = early_pointer(physical, sizeof *info);
    if (info->magic != START_INFO_MAGIC)
        panic("not started by a PVH loader");
    read_memory_map(info);
    rsdp = info->rsdp;
    if (info->command_line)
        string_copy(boot_info.command_line,
            early_pointer(info->command_line, COMMAND_LINE_BYTES),
            COMMAND_LINE_BYTES);
    if (info->module_count) {
        const struct start_module *first =
            early_pointer(info->modules, sizeof *first);
        boot_info.initrd_start = first->start;
        boot_info.initrd_bytes = first->bytes;
    }
}

static void make_map(void)
{
    boot_reserve(0, PAGE_BYTES);
    boot_reserve(TRAMPOLINE, TRAMPOLINE + PAGE_BYTES);
    boot_make_map(0, BOOT_MAPPED);
}

static void go_on(void)
{
    kernel_main(&boot_info);
}

void boot_main(uint64_t start_info)
{
    console_init();
    cpu_detect();
    traps_init();
    cpu_init(0);
    read_start_info(start_info);
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
