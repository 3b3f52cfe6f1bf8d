/* SPDX-License-Identifier: MIT */
/* Physical pages: one struct page for each, a buddy system with per-CPU lists
 * of single pages. */
#ifndef MM_PAGES_H
#define MM_PAGES_H

#include "arch/boot.h"
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
    PAGE_STORE,    /* in a store, at index */
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
        struct spinlock lock;     /* PAGE_TABLE */
    };
    uint32_t pins;     /* [atomic] */
    uint32_t mappings; /* [atomic] */
    uint8_t use;       /* enum page_use */
    uint8_t order;     /* of a block, in its first page */
    uint8_t flags;     /* [atomic or by the store's lock] */
    uint8_t heap_class;
    uint32_t heap_used; /* objects in use in the slab */
};
static_assert(sizeof(struct page) == 32, "one entry of the page array");

enum { PAGE_FLAG_DIRTY = 1, PAGE_FLAG_UPTODATE = 2 };

enum page_wish {
    PAGE_MAY_WAIT = 1,  /* for users: shrinks caches, picks a victim */
    PAGE_ZEROED = 2,
    PAGE_RESERVE = 4,   /* may use the reserve: a victim on its way out */
};

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

struct page *page_pin(struct page *page);
void page_unpin(struct page *page); /* frees with the last of both */
void page_map(struct page *page);   /* one more mapping */
void page_unmap(struct page *page);
bool page_is_sole(const struct page *page); /* 1 mapping, 0 pins */

struct page *page_of(uint64_t physical); /* NULL: not RAM we manage */
uint64_t page_physical(const struct page *page);
void *page_pointer(const struct page *page);
struct page *page_of_pointer(const void *pointer);

struct page_totals {
    uint64_t total, free, kernel, heap, tables, anonymous, store;
};
void page_totals(struct page_totals *totals);
void pages_drain(void); /* per-CPU lists back, for exact counts */

#endif
