/* SPDX-License-Identifier: MIT */
/* Cutting pages off a store: truncation and hole punching.
 *
 * The hard part is a fault that has found a page and maps it when it is no
 * longer in the store.  The page leaves the tree and loses its store first,
 * then all areas are visited: a fault that installs its entry before the visit
 * is undone by it, one that comes after sees that page->store is gone, because
 * it looks under the lock of the page table that the visit held.
 *
 * Areas are visited without the store's lock, under the lock of their space for
 * reading.  All are moved to a list of those to do, where other changes may
 * take any of them out; only the first is looked at, and looked at again. */
#include "arch/atomic.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/area.h"
#include "mm/space_put.h"
#include "mm/store_pages.h"
#include "mm/store_tree.h"
#include "mm/zap.h"

enum { CUT_BATCH = 16 };

/* Takes some pages of [from, to) from the tree. */
static unsigned cut_some(
    struct store *store, uint64_t from, uint64_t to, struct page **pages)
{
    unsigned count = 0;
    spin_lock(&store->lock);
    atomic_store(&store->cuts, store->cuts + 1);
    while (count < CUT_BATCH) {
        uint64_t index = store_tree_next(store, from);
        if (index >= to)
            break;
        pages[count] = store_tree_remove(store, index);
        atomic_store(&pages[count]->store, NULL);
        count++;
        from = index + 1;
    }
    spin_unlock(&store->lock);
    return count;
}

void store_cut(struct store *store, uint64_t from, uint64_t to)
{
    struct page *pages[CUT_BATCH];
    unsigned count;
    if (from >= to)
        return;
    do {
        count = cut_some(store, from, to, pages);
        for (unsigned i = 0; i < count; i++)
            page_unpin(pages[i]);
        thread_breathe();
    } while (count == CUT_BATCH);
}

/* The part of an area that maps [from, to) pages of its store. */
static void unmap_area(struct area *area, uint64_t from, uint64_t to,
    enum store_unmap what)
{
    uint64_t first = area->offset >> PAGE_SHIFT;
    uint64_t count = (area->end - area->start) >> PAGE_SHIFT;
    if (to <= first || from >= first + count)
        return;
    from = from > first ? from - first : 0;
    to = min(to - first, count);
    zap_range(area->space, area->start + (from << PAGE_SHIFT),
        area->start + (to << PAGE_SHIFT),
        what == UNMAP_COPIES_TOO ? ZAP_ALL : ZAP_STORE);
}

/* Moves the first area to do to those of the store, with its space held and
 * locked for reading; NULL at the end. */
static struct area *next_area(struct store *store, struct list *to_do)
{
    for (;;) {
        spin_lock(&store->lock);
        struct area *area = list_first(to_do, struct area, store_link);
        struct space *space = area ? area->space : NULL;
        bool is_alive = area && space_get_unless_zero(space);
        if (area && !is_alive) { /* on its way out: it unmaps by itself */
            list_remove(&area->store_link);
            list_add(&store->areas, &area->store_link);
        }
        spin_unlock(&store->lock);
        if (!area)
            return NULL;
        if (!is_alive)
            continue;

        rwlock_read(&space->lock);
        spin_lock(&store->lock);
        area = list_first(to_do, struct area, store_link);
        bool is_ours = area && area->space == space;
        if (is_ours) {
            list_remove(&area->store_link);
            list_add(&store->areas, &area->store_link);
        }
        spin_unlock(&store->lock);
        if (is_ours)
            return area;
        rwlock_read_done(&space->lock);
        space_put_later(space);
    }
}

void store_unmap(struct store *store, uint64_t from, uint64_t to,
    enum store_unmap what)
{
    struct list to_do;
    list_init(&to_do);
    spin_lock(&store->lock);
    list_splice(&to_do, &store->areas);
    spin_unlock(&store->lock);
    /* The cut is seen by whoever makes a page table from now on. */
    memory_barrier();
    struct area *area;
    while ((area = next_area(store, &to_do))) {
        struct space *space = area->space;
        unmap_area(area, from, to, what);
        rwlock_read_done(&space->lock);
        space_put_later(space);
    }
}

/* Zeros in [from, to) of one page, if it is there. */
static void clear_part(struct store *store, uint64_t from, uint64_t to)
{
    struct page *page =
        from < to ? store_find(store, from >> PAGE_SHIFT) : NULL;
    if (!page)
        return;
    char *start = (char *)page_pointer(page) + (from & (PAGE_BYTES - 1));
    memset(start, 0, to - from);
    page_unpin(page);
}

static uint64_t pages_up(uint64_t bytes)
{
    return (bytes >> PAGE_SHIFT) + !!(bytes & (PAGE_BYTES - 1));
}

void store_resize(struct store *store, uint64_t bytes)
{
    mutex_lock(&store->change);
    spin_lock(&store->lock);
    uint64_t old_bytes = store->bytes;
    store->bytes = bytes;
    spin_unlock(&store->lock);
    if (bytes < old_bytes) {
        store_cut(store, pages_up(bytes), UINT64_MAX);
        store_unmap(store, pages_up(bytes), UINT64_MAX, UNMAP_COPIES_TOO);
    }
    /* Growing too: a mapping may have written beyond the old end. */
    uint64_t end = min(bytes, old_bytes);
    clear_part(store, end, align_up(end, PAGE_BYTES));
    mutex_unlock(&store->change);
}

void store_punch(struct store *store, uint64_t from, uint64_t to)
{
    if (from >= to)
        return;
    mutex_lock(&store->change);
    uint64_t first = pages_up(from), last = to >> PAGE_SHIFT;
    if (first < last) {
        store_cut(store, first, last);
        store_unmap(store, first, last, UNMAP_STORE_ONLY);
    }
    clear_part(store, from, min(to, first << PAGE_SHIFT));
    if (last >= first)
        clear_part(store, last << PAGE_SHIFT, to);
    mutex_unlock(&store->change);
}

int store_deny_writes(struct store *store)
{
    const struct area *area;
    int error = 0;
    mutex_lock(&store->change); /* all areas are in the list */
    spin_lock(&store->lock);
    list_for_each(area, &store->areas, store_link)
        if (area_may_write_store(area))
            error = -EBUSY;
    if (!error)
        atomic_store(&store->denies_writes, true);
    spin_unlock(&store->lock);
    mutex_unlock(&store->change);
    return error;
}
