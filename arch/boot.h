/* SPDX-License-Identifier: MIT */
/* What the boot loader said, in one form for all machines. */
#ifndef ARCH_BOOT_H
#define ARCH_BOOT_H

#include "lib/types.h"

enum { BOOT_RANGES_MAX = 64, COMMAND_LINE_BYTES = 4096 };

struct boot_range {
    uint64_t start, end; /* physical, page aligned (inwards), RAM */
};

/* Made by arch before kernel_main; the command line is a copy. */
struct boot_info {
    char command_line[COMMAND_LINE_BYTES];
    uint64_t initrd_start, initrd_bytes; /* physical; 0 bytes: none */
    unsigned range_count;
    /* RAM the kernel may have: without the kernel image, the boot data still
     * in use and the trampoline, but with the initrd inside. Sorted. */
    struct boot_range ranges[BOOT_RANGES_MAX];
    uint64_t kernel_bytes; /* of the image, for the memory line */
    unsigned char seed[64]; /* randomness from the loader */
    unsigned seed_bytes;
};

/* RAM is mapped linearly. Good for RAM only. */
static inline void *physical_to_pointer(uint64_t physical);
static inline uint64_t pointer_to_physical(const void *pointer);

#include "machine/layout.h" /* the two functions, PAGE_BYTES, the map below */

/* machine/layout.h also defines:
 *   PAGE_BYTES 4096, PAGE_SHIFT 12
 *   USER_START, USER_END        addresses a program may have
 *   LINEAR_BASE                 physical 0 in the linear map
 *   PAGES_BASE                  the array of struct page
 *   STACKS_BASE, STACKS_END     kernel stacks and their guards
 *   KERNEL_STACK_BYTES
 */

#endif
