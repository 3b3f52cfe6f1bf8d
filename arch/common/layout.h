/* SPDX-License-Identifier: MIT */
/* The map of the kernel's half of an address space.  Each stretch has top-level
 * entries of its own, made at boot and shared by all spaces.  machine/layout.h
 * adds the user's half, and KERNEL_PHYSICAL: where the image was loaded. */
#ifndef COMMON_LAYOUT_H
#define COMMON_LAYOUT_H

#define PAGE_SHIFT 12
#define PAGE_BYTES 4096ul

#define LINEAR_BASE  0xffff800000000000ul
#define LINEAR_BYTES 0x0000080000000000ul /* 8 TiB */
#define PAGES_BASE   0xffffc00000000000ul
#define STACKS_BASE  0xffffd00000000000ul
#define STACKS_END   0xffffd08000000000ul /* 512 GiB: one top-level entry */
#define DEVICES_BASE 0xffffe00000000000ul
#define DEVICES_END  0xffffe08000000000ul
#define KERNEL_BASE  0xffffffff80000000 /* also for assembler */

#ifdef CONFIG_KASAN
#define KERNEL_STACK_BYTES 16384ul
/* The shadow of the kernel's half: see arch/shadow.h.  configure tells the
 * compiler the same offset. */
#define SHADOW_OFFSET 0xdffffc0000000000
#define SHADOW_START  0xffffec0000000000
#define SHADOW_END    0xfffffc0000000000
#else
#define KERNEL_STACK_BYTES 8192ul
#endif

#ifndef __ASSEMBLER__

#include "lib/types.h"

static inline void *physical_to_pointer(uint64_t physical)
{
    return (void *)(LINEAR_BASE + physical);
}

/* Of the linear map or of the kernel's image. */
static inline uint64_t pointer_to_physical(const void *pointer)
{
    uintptr_t address = (uintptr_t)pointer;
    return address >= KERNEL_BASE ? address - KERNEL_BASE + KERNEL_PHYSICAL
                                  : address - LINEAR_BASE;
}

#endif
#endif
