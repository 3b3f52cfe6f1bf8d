/* SPDX-License-Identifier: MIT */
/* Physical pages: one struct page for each, a buddy system with per-CPU lists
 * of single pages. */
#ifndef MM_PAGES_H
#define MM_PAGES_H

#include "arch/atomic.h"
#include "arch/boot.h"
#include "lib/callers.h"
#include "lib/list.h"
#include "lib/spinlock.h"

struct store;

enum page_use { /* page.use */
    PAGE_FREE,
    PAGE_RESERVED, /* the kernel image, boot data, holes */
    PAGE_KERNEL,   /* by whoever asked: stacks, large heap blocks */
    PAGE_HEAP,     /* a slab of the heap */
    PAGE_TABLE,    /* a page table; `lock` is the table's */
    PAGE_ANONYMOUS,
    PAGE_STORE,    /* in a store, at index (store NULL: cut off from it) */
    PAGE_USES,
};

/* Pins (references that look at the content: I/O, copies, a store's own) and
 * mappings (page table entries) are counted apart; a page is freed when the
 * sum reaches zero.  A write fault on a sole-mapped, unpinned anonymous page
 * reuses it. */
struct page {
    union {
        struct list link;         /* free list, slab list */
        struct {
            struct store *store;  /* PAGE_STORE */
            uint64_t index;
        };
        struct {
            struct spinlock lock; /* PAGE_TABLE */
            uintptr_t replaced;   /* [lock] see mm/fault.c */
        };
    };
    union {
        struct {
            uint32_t pins, mappings;
        };
        uint64_t counts; /* [atomic] both at once */
        void *heap_free; /* PAGE_HEAP: first free object of the slab */
    };
    uint8_t use;       /* enum page_use */
    uint8_t order;     /* of a block, in its first page */
    uint8_t flags;     /* [atomic or by the store's lock] */
    uint8_t heap_class;
    union {
        uint32_t heap_used; /* PAGE_HEAP: objects in use in the slab */
        struct {
            callers maker, freer; /* debug: who had it, who freed it */
        };
    };
};
static_assert(sizeof(struct page) == 32, "one entry of the page array");

enum {
    PAGE_FLAG_DIRTY = 1,
    PAGE_FLAG_UPTODATE = 2,
    PAGE_FLAG_COUNTED = 32,  /* debug: see page_guard_visit */
    PAGE_FLAG_POISONED = 64, /* debug: holds the poison of freed pages */
    PAGE_FLAG_BUDDY = 128,   /* first of a free block in the buddy system */
};

#define PAGE_ONE_PIN     1ull
#define PAGE_ONE_MAPPING (1ull << 32)

enum page_wish {
    PAGE_MAY_WAIT = 1,  /* for users: shrinks caches, picks a victim */
    PAGE_ZEROED = 2,
    PAGE_RESERVE = 4,   /* may use the reserve: a victim on its way out */
    PAGE_USER = 8,      /* for users, but fails at once: pages_wait by hand */
};

enum { PAGES_ORDER_MAX = 10 };

void pages_init(const struct boot_info *boot);
/* Gives a physical range (initrd, boot data) to the allocator. */
void pages_release_range(uint64_t start, uint64_t end);

/* 2^order pages, one pin, use as said; NULL for want of memory. */
struct page *pages_alloc(unsigned order, enum page_use use, unsigned wish);
static inline struct page *page_alloc(enum page_use use, unsigned wish)
{
    return pages_alloc(0, use, wish);
}
void pages_free(struct page *page); /* a block whatever its counts */

/* When a PAGE_USER allocation failed and all locks are dropped: gets memory
 * from caches or a victim. May sleep. True: try again. */
bool pages_wait(void);
/* So few are free that the kernel's own allocations may have failed for that. */
bool pages_are_short(void);

/* The page of RAM that the allocator manages, known to be that. */
static inline struct page *page_at(uint64_t physical)
{
    return (struct page *)PAGES_BASE + (physical >> PAGE_SHIFT);
}
struct page *page_of(uint64_t physical); /* NULL: not RAM we manage */
/* The first page with a struct page at *physical or later; NULL: none. */
struct page *pages_next(uint64_t *physical);
struct page *page_described(uint64_t physical); /* NULL: no struct page */

static inline uint64_t page_physical(const struct page *page)
{
    return (uint64_t)(page - (struct page *)PAGES_BASE) << PAGE_SHIFT;
}

static inline void *page_pointer(const struct page *page)
{
    return physical_to_pointer(page_physical(page));
}

static inline struct page *page_of_pointer(const void *pointer)
{
    return page_at(pointer_to_physical(pointer));
}

static inline struct page *page_pin(struct page *page)
{
    atomic_add(&page->counts, PAGE_ONE_PIN);
    return page;
}

/* One more mapping. */
static inline void page_map(struct page *page)
{
    atomic_add(&page->counts, PAGE_ONE_MAPPING);
}

/* Drops what `counts` says; the last of both frees the page. */
static inline void page_drop(struct page *page, uint64_t counts)
{
    if (atomic_sub(&page->counts, counts) == counts)
        pages_free(page);
}

static inline void page_unpin(struct page *page)
{
    page_drop(page, PAGE_ONE_PIN);
}

static inline void page_unmap(struct page *page)
{
    page_drop(page, PAGE_ONE_MAPPING);
}

/* 1 mapping, 0 pins: under the lock of that mapping it stays so. */
static inline bool page_is_sole(const struct page *page)
{
    return atomic_load(&page->counts) == PAGE_ONE_MAPPING;
}

struct page_totals {
    uint64_t total, free, kernel, heap, tables, anonymous, store;
};
void page_totals(struct page_totals *totals);
void pages_drain(void); /* per-CPU lists back, for exact counts */

#endif
