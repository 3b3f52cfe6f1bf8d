/* SPDX-License-Identifier: MIT */
/* What faults ask of a store. */
#ifndef MM_STORE_PAGES_H
#define MM_STORE_PAGES_H

#include "mm/store.h"

/* The page at index with a pin, made if there is none, without waiting for
 * memory: 0; -EIO beyond the end or unreadable, -ENOMEM. */
int store_fault(struct store *store, uint64_t index, struct page **page);
/* Pins what there is of `count` pages from first; NULL where there is none. */
void store_find_run(struct store *store, uint64_t first, unsigned count,
    struct page **pages);
/* Takes the pages [from, to) from all who map them; with the private copies of
 * them too, or not. */
enum store_unmap { UNMAP_STORE_ONLY, UNMAP_COPIES_TOO };
void store_unmap(struct store *store, uint64_t from, uint64_t to,
    enum store_unmap what);

#endif
