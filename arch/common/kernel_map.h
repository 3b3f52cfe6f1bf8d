/* SPDX-License-Identifier: MIT */
/* The kernel's half of all address spaces. */
#ifndef COMMON_KERNEL_MAP_H
#define COMMON_KERNEL_MAP_H

#include "lib/types.h"

struct boot_range;

/* The kernel's own top-level table; its upper half is in every table. */
extern uint64_t kernel_root;

/* How many pages kernel_map_make takes at most for RAM as given, and those
 * that later mappings of page arrays may want before there is an allocator. */
uint64_t kernel_map_pages_needed(
    const struct boot_range *ram, unsigned count);
/* Makes the map of RAM and of the image from the pages at `pool`, and loads
 * it.  What is left of the pool serves pagetable_map_kernel. */
void kernel_map_make(const struct boot_range *ram, unsigned count,
    uint64_t pool, uint64_t pool_pages);

/* A stack below a fresh address, over a page that is not mapped: its upper
 * end, or 0.  Never freed. */
uintptr_t kernel_stack_make(size_t bytes);

/* The addresses that device_map and kernel_stack_make gave so far. */
void kernel_map_devices(uintptr_t *from, uintptr_t *to);

bool kernel_has_code(uintptr_t address); /* in .text? */

#endif
