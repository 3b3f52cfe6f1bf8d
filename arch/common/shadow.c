/* SPDX-License-Identifier: MIT */
/* The shadow's page tables: see arch/common/shadow.h. */
#include "arch/common/shadow.h"

#ifdef CONFIG_KASAN

#include "lib/shadow.h"
#include "arch/common/kernel_map.h"

enum {
    ROOT_FIRST = SHADOW_START >> 39 & (TABLE_ENTRIES - 1),
    ROOT_ENTRIES = (SHADOW_END - SHADOW_START) >> 39,
};

extern const char rodata_start[], image_end[];

void shadow_enter(uint64_t root)
{
    pte_t *entries = physical_to_pointer(root);
    for (unsigned i = 0; i < ROOT_ENTRIES; i++)
        entries[ROOT_FIRST + i] =
            table_link(pointer_to_physical(shadow_tables));
}

unsigned shadow_boot_ranges(struct shadow_range ranges[SHADOW_RANGES_MAX])
{
    ranges[0].from = (uintptr_t)rodata_start;
    ranges[0].to = (uintptr_t)image_end;
    kernel_map_devices(&ranges[1].from, &ranges[1].to);
    /* So that the top-level entry is there before it is copied. */
    ranges[2] = (struct shadow_range){ STACKS_BASE, STACKS_BASE + 1 };
    return 3;
}

/* Below one entry of a table of `level`, what leads to the page of zeros. */
static void seal_below(uint64_t table, unsigned level)
{
    pte_t *entries = physical_to_pointer(table);
    uint64_t zeros = pointer_to_physical(shadow_zeros);
    for (unsigned i = 0; i < TABLE_ENTRIES; i++)
        if (level > 1 && !shadow_is_shared(entries[i]))
            seal_below(pte_physical(entries[i]), level - 1);
        else if (level == 1 && pte_physical(entries[i]) == zeros)
            entries[i] = pte_make_kernel(zeros, ACCESS_READ);
}

void shadow_seal(void)
{
    const pte_t *root = physical_to_pointer(kernel_root);
    for (unsigned i = ROOT_FIRST; i < ROOT_FIRST + ROOT_ENTRIES; i++)
        if (!shadow_is_shared(root[i]))
            seal_below(pte_physical(root[i]), TABLE_LEVELS - 1);
    seal_below(
        pointer_to_physical(shadow_tables + 2 * PAGE_BYTES), 1);
    /* Till it is over, the flush itself may mark its frame there, by a page that
     * the CPU remembers. */
    pagetable_flush_kernel(SHADOW_START, SHADOW_END);
    memory_fill(shadow_zeros, 0, sizeof shadow_zeros);
}

bool shadow_is_own(uintptr_t shadow)
{
    uint64_t at = kernel_root;
    for (unsigned level = TABLE_LEVELS; level; level--)
        at = pte_physical(*table_entry(at, shadow, level));
    return at != pointer_to_physical(shadow_zeros);
}

bool shadow_was_stale(uintptr_t address)
{
    if (address < SHADOW_START || address >= SHADOW_END ||
        !shadow_is_own(address))
        return false;
    return true;
}

#endif
