/* SPDX-License-Identifier: MIT */
/* A machine whose RAM is a mapping of the test's own. */
#ifndef MACHINE_LAYOUT_H
#define MACHINE_LAYOUT_H

#define PAGE_SHIFT 12
#define PAGE_BYTES 4096ul

#define USER_START 0x10000ul
#define USER_END   0x7ffffffff000ul

extern char *hosted_ram, *hosted_page_array;
#define LINEAR_BASE ((uintptr_t)hosted_ram)
#define PAGES_BASE  ((uintptr_t)hosted_page_array)
#define STACKS_BASE 0xffffd00000000000ul
#define STACKS_END  0xffffd08000000000ul
#define KERNEL_STACK_BYTES 8192ul

static inline void *physical_to_pointer(uint64_t physical)
{
    return hosted_ram + physical;
}

static inline uint64_t pointer_to_physical(const void *pointer)
{
    return (const char *)pointer - hosted_ram;
}

#endif
