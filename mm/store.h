/* SPDX-License-Identifier: MIT */
/* Memory objects: pages by index, that read, write and mmap all share.  tmpfs
 * files, shared anonymous memory and (later) files of disks are stores. */
#ifndef MM_STORE_H
#define MM_STORE_H

#include "lib/refcount.h"
#include "mm/pages.h"
#include "sched/mutex.h"

struct area;
struct store;

struct store_ops {
    /* Fills a fresh page of a hole; NULL: zeros. 0 or why not: to a fault all
     * but -ENOMEM is -EIO. */
    int (*fill)(struct store *store, uint64_t index, struct page *page);
    void (*destroy)(struct store *store); /* owner's part; may be NULL */
};

struct store {
    struct refcount refs;
    struct spinlock lock;
    const struct store_ops *ops;
    void *owner;

    /* Under lock: */
    void *root;           /* radix tree of pages */
    unsigned height;
    uint64_t page_count;
    struct list areas;    /* that map it: area.store_link */
    uint64_t bytes;       /* size; faults beyond its last page are SIGBUS */
    struct mutex change;  /* truncation against fills; sleeping */
    uint64_t identity;    /* for shared futex keys; unique for ever */
    uint64_t cuts;        /* [atomic to read] how often pages were taken away */
    bool no_shrink;
    bool denies_writes;   /* [atomic] store_deny_writes */
};

struct store *store_new(const struct store_ops *ops, void *owner);
struct store *store_get(struct store *store);
void store_put(struct store *store); /* may sleep */

/* The page at index with a pin, NULL if a hole (find), or made (…_make):
 * NULL for want of memory, after waiting if wish says so. */
struct page *store_find(struct store *store, uint64_t index);
struct page *store_make(struct store *store, uint64_t index, unsigned wish);

/* New size; pages beyond are unmapped everywhere and freed, the rest of the
 * last one cleared. May sleep. */
void store_resize(struct store *store, uint64_t bytes);
/* Frees whole pages inside [from, to), clears the ends (hole punching). */
void store_punch(struct store *store, uint64_t from, uint64_t to);
/* First index >= from that has a page (or is a hole); UINT64_MAX. */
uint64_t store_next_page(struct store *store, uint64_t from);
uint64_t store_next_hole(struct store *store, uint64_t from);

/* From now on no shared mapping may write, for ever. -EBUSY if one might: then
 * nothing has changed. */
int store_deny_writes(struct store *store);

/* Moves bytes between the store and kernel memory without regard to its size;
 * store_write makes pages. Bytes moved, or -ENOMEM. */
ssize_t store_read(
    struct store *store, uint64_t position, void *to, size_t bytes);
ssize_t store_write(
    struct store *store, uint64_t position, const void *from, size_t bytes);

/* For mm/: takes the pages [from, to) from the index; mappings stay. */
void store_cut(struct store *store, uint64_t from, uint64_t to);

#endif
