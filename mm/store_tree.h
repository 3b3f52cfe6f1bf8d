/* SPDX-License-Identifier: MIT */
/* A store's index: a radix tree of pages, 64 ways a level.  The caller holds
 * the store's lock.  A store of one page has no node at all. */
#ifndef MM_STORE_TREE_H
#define MM_STORE_TREE_H

#include "mm/store.h"

struct page *store_tree_find(const struct store *store, uint64_t index);
/* Where there is none yet. -ENOMEM. */
int store_tree_insert(
    struct store *store, uint64_t index, struct page *page);
struct page *store_tree_remove(struct store *store, uint64_t index);
/* The first index >= from that has a page (is a hole), or UINT64_MAX. */
uint64_t store_tree_next(const struct store *store, uint64_t from);
uint64_t store_tree_next_hole(const struct store *store, uint64_t from);

#endif
