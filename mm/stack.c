/* SPDX-License-Identifier: MIT */
/* Kernel stacks.  Each has an aligned slot of twice its size, the lower half of
 * which is never mapped: the guard.  A freed stack stays mapped and is used
 * again, first by the CPU that freed it, so that none is ever flushed. */
#include "arch/cpu.h"
#include "arch/pagetable.h"
#include "mm/heap.h"
#include "mm/pages.h"

enum { STACKS_KEPT = 8, SLOT_BYTES = 2 * KERNEL_STACK_BYTES };
#define STACK_PAGES (KERNEL_STACK_BYTES / PAGE_BYTES)

/* A CPU's own, never touched by others: kernel code is not preempted. */
static struct {
    unsigned count;
    void *stacks[STACKS_KEPT];
} kept[CPU_MAX];

static struct spinlock stacks_lock = SPINLOCK_INIT(RANK_HEAP);
static void *free_stacks; /* [stacks_lock] chained by their first words */
static uintptr_t next_slot = STACKS_BASE; /* [stacks_lock] */

static void *stack_map_locked(void)
{
    if (next_slot + SLOT_BYTES > STACKS_END)
        return NULL;
    uintptr_t start = next_slot + KERNEL_STACK_BYTES;
    for (unsigned i = 0; i < STACK_PAGES; i++) {
        struct page *page = page_alloc(PAGE_KERNEL, 0);
        if (page &&
            !pagetable_map_kernel(start + i * PAGE_BYTES, page_physical(page),
                PAGE_BYTES, ACCESS_READ | ACCESS_WRITE))
            continue;
        /* Pages that are mapped already stay: the slot is given up. */
        if (page)
            pages_free(page);
        next_slot += i ? SLOT_BYTES : 0;
        return NULL;
    }
    next_slot += SLOT_BYTES;
    return (void *)start;
}

void *stack_alloc(void)
{
    unsigned cpu = cpu_id();
    if (kept[cpu].count)
        return kept[cpu].stacks[--kept[cpu].count];
    spin_lock(&stacks_lock);
    void *stack = free_stacks;
    if (stack)
        free_stacks = *(void **)stack;
    else
        stack = stack_map_locked();
    spin_unlock(&stacks_lock);
    return stack;
}

void stack_free(void *stack)
{
    if (!stack)
        return;
    unsigned cpu = cpu_id();
    if (kept[cpu].count < STACKS_KEPT) {
        kept[cpu].stacks[kept[cpu].count++] = stack;
        return;
    }
    spin_lock(&stacks_lock);
    *(void **)stack = free_stacks;
    free_stacks = stack;
    spin_unlock(&stacks_lock);
}
