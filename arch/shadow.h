/* SPDX-License-Identifier: MIT */
/* The shadow of the kernel's half, for builds whose accesses are checked
 * (CONFIG_KASAN): one byte says what eight bytes are good for.
 *
 * What each CPU offers: machine/layout.h defines SHADOW_OFFSET, the shadow of
 * address being (address >> 3) + SHADOW_OFFSET, and KERNEL_STACK_BYTES of 16
 * KiB; configure gives the same offset to the compiler.  When the first C
 * function runs, the shadow of every address of the kernel's half can be read
 * and written, and reads as zero, wherever it was not written: all may be one
 * page.  pagetable_map_kernel puts another page there. */
#ifndef ARCH_SHADOW_H
#define ARCH_SHADOW_H

#include "lib/types.h"

struct shadow_range {
    uintptr_t from, to; /* addresses, not their shadow */
};
enum { SHADOW_RANGES_MAX = 4 };

/* What has to have a shadow of its own from the start, besides RAM by the
 * linear map: the image's data and the stacks made so far.  Their number. */
unsigned shadow_boot_ranges(struct shadow_range ranges[SHADOW_RANGES_MAX]);

/* Has that page of the shadow other contents than zeros for all? */
bool shadow_is_own(uintptr_t shadow);

/* From now on the page of zeros is that, and cannot be written to.  Called once
 * by CPU 0, when all that is in use has a shadow of its own. */
void shadow_seal(void);

#endif
