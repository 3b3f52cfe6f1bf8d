/* SPDX-License-Identifier: MIT */
/* The kernel's heap.  A slab is a block of pages cut into objects of one size;
 * its free ones are chained from its struct page.  Before the slabs each CPU
 * has a chain of free objects per class, which only heap_drain takes from
 * elsewhere, so its lock is never fought for.
 *
 * The debug build fills what is free with poison: an object that was written
 * to after it was freed, or is freed twice, stops the kernel. */
#include "mm/heap.h"
#include "arch/cpu.h"
#include "lib/panic.h"
#include "lib/string.h"
#include "mm/fail.h"
#include "mm/heap_guard.h"
#include "mm/heap_poison.h"
#include "mm/pages.h"

struct heap_class {
    uint16_t bytes;
    uint8_t slab_order;
    uint8_t chain_most; /* objects a CPU keeps */
    struct spinlock lock;
    struct list partial; /* slabs with free objects, empty ones at the end */
    uint64_t capacity, taken; /* objects in all slabs, and out of them */
    unsigned empty_slabs;
};

#define CLASS(size, order, most)                                               \
    {                                                                          \
        .bytes = size, .slab_order = order, .chain_most = most                 \
    }
/* Powers of two from 64 on are naturally aligned, as slabs are; with guards
 * only as their slots are: from 128 on by 64 bytes. */
static struct heap_class classes[] = {
    CLASS(16, 0, 62),
    CLASS(32, 0, 62),
    CLASS(48, 0, 62),
    CLASS(64, 0, 62),
    CLASS(96, 0, 42),
    CLASS(128, 0, 42),
    CLASS(192, 0, 42),
    CLASS(256, 0, 32),
    CLASS(384, 0, 20),
    CLASS(512, 0, 16),
    CLASS(576, 0, 14),
    CLASS(768, 1, 14),
    CLASS(1024, 1, 12),
    CLASS(1536, 2, 10),
    CLASS(2048, 2, 8),
};
enum { CLASSES = array_size(classes), CLASS_LARGEST = 2048 };
static uint8_t class_index[CLASS_LARGEST / 16 + 1]; /* by 16 bytes, up */

struct chain {
    void *first; /* each begins with a pointer to the next */
    unsigned count;
};

struct cpu_heap {
    struct spinlock lock;
    struct chain chains[CLASSES];
    struct heap_quarantine quarantine;
} aligned_to(64);
static struct cpu_heap cpu_heaps[CPU_MAX];

void heap_init(void)
{
    unsigned index = 0;
    for (size_t i = 0; i < array_size(class_index); i++) {
        if (i * 16 > classes[index].bytes)
            index++;
        class_index[i] = index;
    }
    for (size_t i = 0; i < CLASSES; i++) {
        spin_init(&classes[i].lock, RANK_HEAP);
        list_init(&classes[i].partial);
    }
}

static unsigned objects_of(const struct heap_class *class)
{
    return ((PAGE_BYTES << class->slab_order) - HEAP_LEAD_BYTES) /
           class->bytes;
}

static struct page *slab_new(struct heap_class *class)
{
    struct page *slab = pages_alloc(class->slab_order, PAGE_HEAP, 0);
    if (!slab)
        return NULL;
    for (unsigned i = 0; i < 1u << class->slab_order; i++) {
        slab[i].use = PAGE_HEAP;
        slab[i].heap_class = class - classes;
    }
    slab->heap_used = 0;
    slab->heap_free = NULL;
    char *objects = heap_guard_slab(
        page_pointer(slab), PAGE_BYTES << class->slab_order);
    for (unsigned i = objects_of(class); i-- > 0;) {
        void *object = objects + i * class->bytes;
        heap_poison(object, class->bytes);
        *(void **)object = slab->heap_free;
        slab->heap_free = object;
    }
    list_add_first(&class->partial, &slab->link);
    class->capacity += objects_of(class);
    class->empty_slabs++;
    return slab;
}

static void slab_free(struct heap_class *class, struct page *slab)
{
    list_remove(&slab->link);
    class->capacity -= objects_of(class);
    class->empty_slabs--;
    for (unsigned i = 1; i < 1u << class->slab_order; i++)
        slab[i].use = PAGE_FREE;
    pages_free(slab);
}

static void *slab_take(struct heap_class *class)
{
    struct page *slab = list_first(&class->partial, struct page, link);
    if (!slab && !(slab = slab_new(class)))
        return NULL;
    void *object = slab->heap_free;
    slab->heap_free = *(void **)object;
    class->empty_slabs -= slab->heap_used == 0;
    slab->heap_used++;
    class->taken++;
    if (!slab->heap_free)
        list_remove(&slab->link);
    return object;
}

static struct page *slab_of(const struct heap_class *class, void *object)
{
    uintptr_t start =
        align_down((uintptr_t)object, PAGE_BYTES << class->slab_order);
    return page_of_pointer((void *)start);
}

static void slab_give(struct heap_class *class, void *object)
{
    struct page *slab = slab_of(class, object);
    bool was_full = !slab->heap_free;
    *(void **)object = slab->heap_free;
    slab->heap_free = object;
    class->taken--;
    if (was_full)
        list_add_first(&class->partial, &slab->link);
    if (--slab->heap_used)
        return;
    class->empty_slabs++;
    if (class->empty_slabs > 1) {
        slab_free(class, slab);
        return;
    }
    list_remove(&slab->link);
    list_add(&class->partial, &slab->link);
}

static void chain_fill(struct chain *chain, struct heap_class *class)
{
    spin_lock(&class->lock);
    for (unsigned i = 0; i < class->chain_most / 2u; i++) {
        void *object = slab_take(class);
        if (!object)
            break;
        *(void **)object = chain->first;
        chain->first = object;
        chain->count++;
    }
    spin_unlock(&class->lock);
}

static void chain_shorten(
    struct chain *chain, struct heap_class *class, unsigned to)
{
    spin_lock(&class->lock);
    while (chain->count > to) {
        void *object = chain->first;
        chain->first = *(void **)object;
        chain->count--;
        slab_give(class, object);
    }
    spin_unlock(&class->lock);
}

static void *large_alloc(size_t bytes)
{
    if (bytes > PAGE_BYTES << PAGES_ORDER_MAX)
        return NULL;
    unsigned order = 0;
    while (PAGE_BYTES << order < bytes)
        order++;
    struct page *page = pages_alloc(order, PAGE_KERNEL, 0);
    if (!page)
        return NULL;
    heap_guard_large(page_pointer(page), bytes, PAGE_BYTES << order);
    return page_pointer(page);
}

void *heap_alloc(size_t bytes)
{
    if (unlikely(fail_is_wanted()))
        return NULL;
    if (unlikely(bytes > CLASS_LARGEST - HEAP_GUARD_BYTES))
        return large_alloc(bytes);
    unsigned index = class_index[(bytes + HEAP_GUARD_BYTES + 15) / 16];
    struct cpu_heap *heap = &cpu_heaps[cpu_id()];
    struct chain *chain = &heap->chains[index];
    spin_lock(&heap->lock);
    if (unlikely(!chain->count))
        chain_fill(chain, &classes[index]);
    void *object = chain->first;
    if (likely(object)) {
        chain->first = *(void **)object;
        chain->count--;
    }
    spin_unlock(&heap->lock);
    if (object) {
        heap_guard_take(object, bytes, classes[index].bytes);
        heap_unpoison(object, classes[index].bytes - HEAP_GUARD_BYTES);
    }
    return object;
}

void *heap_alloc_zeroed(size_t bytes)
{
    void *block = heap_alloc(bytes);
    if (block)
        memset(block, 0, bytes);
    return block;
}

/* What is really free now, to the heap of its CPU. */
static void chain_give(struct cpu_heap *heap, void *block)
{
    unsigned index = page_of_pointer(block)->heap_class;
    struct chain *chain = &heap->chains[index];
    if (unlikely(chain->count >= classes[index].chain_most))
        chain_shorten(chain, &classes[index], chain->count / 2);
    *(void **)block = chain->first;
    chain->first = block;
    chain->count++;
}

void heap_free(void *block)
{
    if (!block)
        return;
    struct page *page = page_of_pointer(block);
    if (unlikely(page->use != PAGE_HEAP)) {
        assert(page->use == PAGE_KERNEL && block == page_pointer(page));
        pages_free(page);
        return;
    }
    struct heap_class *class = &classes[page->heap_class];
    struct cpu_heap *heap = &cpu_heaps[cpu_id()];
    size_t offset = (char *)block - (char *)page_pointer(slab_of(class, block));
    heap_guard_free(block, (offset - HEAP_LEAD_BYTES) % class->bytes,
        class->bytes);
    heap_poison_freed(block, class->bytes - HEAP_GUARD_BYTES);
    spin_lock(&heap->lock);
    heap_quarantine_add(&heap->quarantine, block, class->bytes);
    while ((block = heap_quarantine_take(
                &heap->quarantine, HEAP_QUARANTINE_BYTES)))
        chain_give(heap, block);
    spin_unlock(&heap->lock);
}

#ifdef CONFIG_KASAN
size_t heap_slot_bytes(const void *block)
{
    return classes[page_of_pointer(block)->heap_class].bytes;
}

void *heap_slot_of(const void *at)
{
    const struct heap_class *class =
        &classes[page_of_pointer(at)->heap_class];
    char *first =
        (char *)page_pointer(slab_of(class, (void *)at)) + HEAP_LEAD_BYTES;
    size_t number = ((char *)at - first) / class->bytes;
    if ((char *)at < first || number >= objects_of(class))
        return NULL;
    return first + number * class->bytes;
}
#endif

size_t heap_size(const void *block)
{
    struct page *page = page_of_pointer(block);
    if (page->use != PAGE_HEAP)
        return heap_guard_large_size(block, PAGE_BYTES << page->order);
    return heap_guard_size(block, classes[page->heap_class].bytes);
}

void *heap_resize(void *block, size_t bytes)
{
    if (!block)
        return heap_alloc(bytes);
    size_t usable = heap_size(block);
    if (bytes <= usable && (bytes > usable / 2 || usable <= 64))
        return block;
    void *moved = heap_alloc(bytes);
    if (!moved)
        return NULL;
    memcpy(moved, block, min(bytes, usable));
    heap_free(block);
    return moved;
}

void *heap_copy(const void *from, size_t bytes)
{
    void *copy = heap_alloc(bytes);
    if (copy)
        memcpy(copy, from, bytes);
    return copy;
}

char *heap_copy_string(const char *text)
{
    return heap_copy(text, strlen(text) + 1);
}

unsigned heap_classes(void)
{
    return CLASSES;
}

void heap_class_totals(unsigned index, struct heap_class_totals *totals)
{
    struct heap_class *class = &classes[index];
    spin_lock(&class->lock);
    *totals = (struct heap_class_totals){
        .object_bytes = class->bytes,
        .used = class->taken,
        .capacity = class->capacity,
    };
    spin_unlock(&class->lock);
    /* Read while others change them: an account, no more. */
    for (unsigned cpu = 0; cpu < CPU_MAX; cpu++)
        totals->used -= min(totals->used,
            (uint64_t)atomic_load(&cpu_heaps[cpu].chains[index].count));
}

static void free_empty_slabs(struct heap_class *class)
{
    spin_lock(&class->lock);
    struct page *slab;
    while ((slab = list_last(&class->partial, struct page, link)) &&
           !slab->heap_used)
        slab_free(class, slab);
    spin_unlock(&class->lock);
}

void heap_drain(void)
{
    for (unsigned cpu = 0; cpu < CPU_MAX; cpu++) {
        struct cpu_heap *heap = &cpu_heaps[cpu];
        void *block;
        spin_lock(&heap->lock);
        while ((block = heap_quarantine_take(&heap->quarantine, 0)))
            chain_give(heap, block);
        spin_unlock(&heap->lock);
        for (unsigned i = 0; i < CLASSES; i++) {
            if (!atomic_load(&heap->chains[i].count))
                continue;
            spin_lock(&heap->lock);
            chain_shorten(&heap->chains[i], &classes[i], 0);
            spin_unlock(&heap->lock);
        }
    }
    for (unsigned i = 0; i < CLASSES; i++)
        free_empty_slabs(&classes[i]);
}
