/* SPDX-License-Identifier: MIT */
/* Kernel stacks.  Each has an aligned slot of twice its size, the lower half of
 * which is never mapped: the guard.  A freed stack stays mapped and is used
 * again, first by the CPU that freed it, so that in daily life none is ever
 * flushed.  stacks_drain gives the spare ones back: a slot may only have other
 * pages once no CPU remembers its old ones. */
#include "arch/cpu.h"
#include "arch/pagetable.h"
#include "lib/bitmap.h"
#include "lib/shadow.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "mm/pages.h"

enum {
    STACKS_KEPT = 8,
    STACK_PAGES = KERNEL_STACK_BYTES / PAGE_BYTES,
    SLOT_BYTES = 2 * KERNEL_STACK_BYTES,
    SLOTS = 65536,
};
static_assert(SLOTS * (uint64_t)SLOT_BYTES <= STACKS_END - STACKS_BASE, "room");

struct spare { /* in the first words of a free stack */
    struct spare *next;
};

/* A CPU's own, but for stacks_drain. */
static struct {
    struct spinlock lock;
    unsigned count;
    struct spare *stacks[STACKS_KEPT];
} aligned_to(64) kept[CPU_MAX];

static struct spinlock stacks_lock = SPINLOCK_INIT(RANK_HEAP);
/* Under stacks_lock: */
static struct spare *spares;
static unsigned long slots[bitmap_longs(SLOTS)]; /* taken */
static size_t first_slot; /* none before it is free */

static uintptr_t stack_of_slot(size_t slot)
{
    return STACKS_BASE + slot * SLOT_BYTES + KERNEL_STACK_BYTES;
}

static bool take_pages(struct page **pages)
{
    for (unsigned i = 0; i < STACK_PAGES; i++) {
        pages[i] = page_alloc(PAGE_KERNEL, 0);
        if (pages[i])
            continue;
        while (i--)
            pages_free(pages[i]);
        return false;
    }
    return true;
}

/* One table page has the whole slot, so only the first page can fail. */
static bool map_pages(uintptr_t stack, struct page **pages)
{
    for (unsigned i = 0; i < STACK_PAGES; i++)
        if (pagetable_map_kernel(stack + i * PAGE_BYTES,
                page_physical(pages[i]), PAGE_BYTES,
                ACCESS_READ | ACCESS_WRITE))
            return false;
    return true;
}

static void *stack_map_locked(void)
{
    struct page *pages[STACK_PAGES];
    size_t slot = bitmap_find_clear(slots, SLOTS, first_slot);
    if (slot == SLOTS || !take_pages(pages))
        return NULL;
    first_slot = slot;
    if (!shadow_cover(stack_of_slot(slot), KERNEL_STACK_BYTES) ||
        !map_pages(stack_of_slot(slot), pages)) {
        for (unsigned i = 0; i < STACK_PAGES; i++)
            pages_free(pages[i]);
        return NULL;
    }
    bitmap_add(slots, slot);
    first_slot = slot + 1;
    return (void *)stack_of_slot(slot);
}

static void *find_stack(void)
{
    unsigned cpu = cpu_id();
    void *stack = NULL;
    spin_lock(&kept[cpu].lock);
    if (kept[cpu].count)
        stack = kept[cpu].stacks[--kept[cpu].count];
    spin_unlock(&kept[cpu].lock);
    if (stack)
        return stack;
    spin_lock(&stacks_lock);
    stack = spares;
    if (stack)
        spares = spares->next;
    else
        stack = stack_map_locked();
    spin_unlock(&stacks_lock);
    return stack;
}

void *stack_alloc(void)
{
    void *stack = find_stack();
    if (stack)
        shadow_unpoison(stack, KERNEL_STACK_BYTES);
    return stack;
}

void stack_free(void *stack)
{
    if (!stack)
        return;
    struct spare *spare = stack;
    shadow_poison(stack, KERNEL_STACK_BYTES, SHADOW_STACK_FREE);
    unsigned cpu = cpu_id();
    spin_lock(&kept[cpu].lock);
    bool is_kept = kept[cpu].count < STACKS_KEPT;
    if (is_kept)
        kept[cpu].stacks[kept[cpu].count++] = spare;
    spin_unlock(&kept[cpu].lock);
    if (is_kept)
        return;
    spin_lock(&stacks_lock);
    spare->next = spares;
    spares = spare;
    spin_unlock(&stacks_lock);
}

/* ------------------------------------------------------------ giving back */

struct unmapped { /* in a former stack's first page, by the linear map */
    struct unmapped *next;
    uintptr_t stack;
    struct page *pages[STACK_PAGES];
};

static struct spare *collect_spares(void)
{
    struct spare *all = NULL;
    for (unsigned cpu = 0; cpu < CPU_MAX; cpu++) {
        if (!atomic_load(&kept[cpu].count))
            continue;
        spin_lock(&kept[cpu].lock);
        while (kept[cpu].count) {
            struct spare *spare = kept[cpu].stacks[--kept[cpu].count];
            spare->next = all;
            all = spare;
        }
        spin_unlock(&kept[cpu].lock);
    }
    spin_lock(&stacks_lock);
    while (spares) {
        struct spare *spare = spares;
        spares = spare->next;
        spare->next = all;
        all = spare;
    }
    spin_unlock(&stacks_lock);
    return all;
}

static struct unmapped *unmap(uintptr_t stack)
{
    struct page *pages[STACK_PAGES];
    for (unsigned i = 0; i < STACK_PAGES; i++)
        pages[i] = page_at(pagetable_unmap_kernel(stack + i * PAGE_BYTES));
    struct unmapped *unmapped = page_pointer(pages[0]);
    unmapped->stack = stack;
    memcpy(unmapped->pages, pages, sizeof pages);
    return unmapped;
}

static void give_back(struct unmapped *unmapped)
{
    size_t slot = (unmapped->stack - STACKS_BASE) / SLOT_BYTES;
    struct page *pages[STACK_PAGES];
    memcpy(pages, unmapped->pages, sizeof pages);
    for (unsigned i = 0; i < STACK_PAGES; i++)
        pages_free(pages[i]);
    spin_lock(&stacks_lock);
    bitmap_remove(slots, slot);
    first_slot = min(first_slot, slot);
    spin_unlock(&stacks_lock);
}

void stacks_drain(void)
{
    struct unmapped *list = NULL;
    uintptr_t from = UINTPTR_MAX, to = 0;
    for (struct spare *spare = collect_spares(), *next; spare; spare = next) {
        uintptr_t stack = (uintptr_t)spare;
        next = spare->next;
        struct unmapped *unmapped = unmap(stack);
        unmapped->next = list;
        list = unmapped;
        from = min(from, stack);
        to = max(to, stack + KERNEL_STACK_BYTES);
    }
    if (!list)
        return;
    pagetable_flush_kernel(from, to);
    while (list) {
        struct unmapped *next = list->next;
        give_back(list);
        list = next;
    }
}
