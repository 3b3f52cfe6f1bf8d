/* SPDX-License-Identifier: MIT */
/* The RAM the loader told of: gathered, and given to the kernel's map. */
#ifndef COMMON_BOOT_MEMORY_H
#define COMMON_BOOT_MEMORY_H

#include "arch/boot.h"

/* What kernel_main is given. */
extern struct boot_info boot_info;

void boot_add_ram(uint64_t start, uint64_t end);
/* Not RAM the kernel may have: after all RAM was added. */
void boot_reserve(uint64_t start, uint64_t end);
/* The kernel's own map, with its tables from RAM in [from, to), which is mapped
 * already.  Panics when the initrd lies over the kernel. */
void boot_make_map(uint64_t from, uint64_t to);

#endif
