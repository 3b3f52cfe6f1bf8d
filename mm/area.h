/* SPDX-License-Identifier: MIT */
/* Areas and the tree they stand in.  All that changes is done with the space's
 * lock held for writing. */
#ifndef MM_AREA_H
#define MM_AREA_H

#include "mm/space.h"

#define STACK_GUARD_BYTES (256 * PAGE_BYTES)

/* The first area that ends after address. */
static inline struct area *area_find(struct space *space, uintptr_t address)
{
    struct tree_node *node = space->areas.root;
    struct area *found = NULL;
    while (node) {
        struct area *area = container_of(node, struct area, node);
        if (area->end > address) {
            found = area;
            node = node->left;
        } else {
            node = node->right;
        }
    }
    return found;
}

static inline struct area *area_first(const struct space *space)
{
    return tree_entry(tree_first(&space->areas), struct area, node);
}

static inline struct area *area_next(const struct area *area)
{
    return tree_entry(tree_next(&area->node), struct area, node);
}

static inline struct area *area_prev(const struct area *area)
{
    return tree_entry(tree_prev(&area->node), struct area, node);
}

/* Does it, or can mprotect make it, write to its store? */
static inline bool area_may_write_store(const struct area *area)
{
    return area->flags & AREA_SHARED && area->flags & AREA_MAY_WRITE;
}

/* Whether there are too many already for one more. */
bool areas_are_full(const struct space *space);

void area_update(struct tree_node *node); /* the tree's update function */

/* An area like `model` from start to end, with references of its own, not yet
 * in a tree. */
struct area *area_new(
    const struct area *model, uintptr_t start, uintptr_t end);
/* Into the space's tree, the accounts and the store's list: beside `twin`,
 * which maps the same store, if one is given (see mm/store_change.c). */
void area_insert(struct space *space, struct area *area, struct area *twin);
/* Out of all that; freed by areas_release when the lock is dropped. */
void area_remove(struct area *area, struct list *removed);
void areas_release(struct list *removed); /* may sleep */
void area_move_bounds(struct area *area, uintptr_t start, uintptr_t end);
void area_set_flags(struct area *area, unsigned flags);

/* Makes `at` a border. -ENOMEM. */
int area_split(struct area *area, uintptr_t at);
/* Cuts so that [start, end) begins and ends at borders; *first is the first
 * area inside, or NULL. -ENOMEM. */
int areas_isolate(struct space *space, uintptr_t start, uintptr_t end,
    struct area **first);
/* Joins an area with its neighbours if they are alike; the one that stands. */
struct area *area_merge(struct area *area, struct list *removed);

/* The highest free stretch, first below map_top, then anywhere; 0: none.  Of a
 * space that is filled upwards, before that, the lowest above map_bottom. */
uintptr_t area_place(struct space *space, size_t bytes);
/* Nothing there, and no stack would be disturbed. */
bool area_is_free(struct space *space, uintptr_t start, size_t bytes);
/* 0, -ENOMEM if [start, end) is not wholly mapped. */
int areas_cover(struct space *space, uintptr_t start, uintptr_t end);

/* Whether `bytes` more with these flags would be within the limits. -ENOMEM. */
int space_may_grow(struct space *space, uint64_t bytes, unsigned flags);
int space_may_lock(struct space *space, uint64_t bytes); /* -EAGAIN */
/* The page after a range, which must begin at one and lie in user addresses, or
 * -EINVAL. */
int user_span(uintptr_t start, size_t bytes, uintptr_t *end);
/* With the lock held: unmaps all in [start, end). -ENOMEM */
int unmap_locked(struct space *space, uintptr_t start, uintptr_t end,
    struct list *removed);
/* Faults a range in, as far as it goes. 0 or the first error. */
int space_populate(struct space *space, uintptr_t start, uintptr_t end,
    enum fault_kind kind);

static inline bool area_is_private_writable(unsigned flags)
{
    return (flags & (AREA_WRITE | AREA_SHARED)) == AREA_WRITE;
}

/* Is its offset one into something? Not in memory without a file, which is where
 * it is; private maps of /dev/zero have a file and no store. */
static inline bool area_has_offset(const struct area *area)
{
    return area->store || area->object;
}

/* What entries of the area may allow; writing only when the page is ours. */
static inline unsigned area_access(const struct area *area, bool may_write)
{
    unsigned flags = area->flags;
    if (!(flags & (AREA_READ | AREA_WRITE | AREA_EXECUTE)))
        return ACCESS_USER;
    return ACCESS_USER | ACCESS_READ |
           (flags & AREA_EXECUTE ? ACCESS_EXECUTE : 0) |
           (flags & AREA_WRITE && may_write ? ACCESS_WRITE : 0);
}

#endif
