/* SPDX-License-Identifier: MIT */
/* Stores: finding and making pages, moving bytes.
 *
 * A page comes into the tree complete: it is filled before, without a lock, and
 * thrown away if another one came first or the store was cut meanwhile (the
 * count of cuts tells).  A page that is cut off loses its store: whoever still
 * has it pinned, or is about to map it, can see that. */
#include "mm/store.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "mm/store_pages.h"
#include "mm/store_tree.h"

static uint64_t next_identity = 1; /* [atomic] */

struct store *store_new(const struct store_ops *ops, void *owner)
{
    struct store *store = heap_alloc_zeroed(sizeof *store);
    if (!store)
        return NULL;
    refcount_init(&store->refs);
    spin_init(&store->lock, RANK_STORE);
    mutex_init(&store->change, RANK_STORE_CHANGE);
    list_init(&store->areas);
    store->ops = ops;
    store->owner = owner;
    store->identity = atomic_add(&next_identity, 1);
    return store;
}

struct store *store_get(struct store *store)
{
    refcount_get(&store->refs);
    return store;
}

void store_put(struct store *store)
{
    if (!store || !refcount_put(&store->refs))
        return;
    store_cut(store, 0, UINT64_MAX);
    if (store->ops && store->ops->destroy)
        store->ops->destroy(store);
    heap_free(store);
}

struct page *store_find(struct store *store, uint64_t index)
{
    spin_lock(&store->lock);
    struct page *page = store_tree_find(store, index);
    if (page)
        page_pin(page);
    spin_unlock(&store->lock);
    return page;
}

void store_find_run(struct store *store, uint64_t first, unsigned count,
    struct page **pages)
{
    spin_lock(&store->lock);
    uint64_t end = (store->bytes + PAGE_BYTES - 1) >> PAGE_SHIFT;
    for (unsigned i = 0; i < count; i++) {
        pages[i] = first + i < end ? store_tree_find(store, first + i) : NULL;
        if (pages[i])
            page_pin(pages[i]);
    }
    spin_unlock(&store->lock);
}

enum bounds { WITHIN_SIZE, ANYWHERE };

static bool is_within(
    const struct store *store, uint64_t index, enum bounds bounds)
{
    return bounds == ANYWHERE ||
           index < (store->bytes + PAGE_BYTES - 1) >> PAGE_SHIFT;
}

/* Puts a fresh page in, or finds the one that came first. Either way *page is
 * the one in the store, pinned. -EAGAIN: cut since `cuts`. */
static int insert(struct store *store, uint64_t index, struct page **page,
    uint64_t cuts, enum bounds bounds)
{
    struct page *fresh = *page;
    int error = 0;
    spin_lock(&store->lock);
    struct page *there = store_tree_find(store, index);
    if (!is_within(store, index, bounds))
        error = -EIO;
    else if (there)
        *page = page_pin(there);
    else if (store->cuts != cuts)
        error = -EAGAIN;
    else
        error = store_tree_insert(store, index, fresh);
    if (!error && !there) {
        page_pin(fresh); /* the store's */
        fresh->store = store;
        fresh->index = index;
        fresh->flags |= PAGE_FLAG_UPTODATE;
    }
    spin_unlock(&store->lock);
    if (error || there)
        pages_free(fresh);
    return error;
}

/* Makes a page where there was none. */
static int make(struct store *store, uint64_t index, unsigned wish,
    enum bounds bounds, struct page **page)
{
    bool fills = store->ops && store->ops->fill;
    for (;;) {
        /* Before it is filled: what was cut since then is seen under the lock. */
        uint64_t cuts = atomic_load_acquire(&store->cuts);
        *page = page_alloc(PAGE_STORE, wish | (fills ? 0 : PAGE_ZEROED));
        if (!*page)
            return -ENOMEM;
        (*page)->store = NULL;
        int error = fills ? store->ops->fill(store, index, *page) : 0;
        if (error) {
            pages_free(*page);
            return error;
        }
        error = insert(store, index, page, cuts, bounds);
        if (error != -EAGAIN)
            return error;
    }
}

struct page *store_make(struct store *store, uint64_t index, unsigned wish)
{
    struct page *page = store_find(store, index);
    if (!page && make(store, index, wish, ANYWHERE, &page))
        return NULL;
    return page;
}

int store_fault(struct store *store, uint64_t index, struct page **page)
{
    spin_lock(&store->lock);
    bool is_inside = is_within(store, index, WITHIN_SIZE);
    *page = is_inside ? store_tree_find(store, index) : NULL;
    if (*page)
        page_pin(*page);
    spin_unlock(&store->lock);
    if (*page)
        return 0;
    if (!is_inside)
        return -EIO;
    int error = make(store, index, PAGE_USER, WITHIN_SIZE, page);
    /* A full filesystem, say: all the same to a program that faults. */
    return error && error != -ENOMEM ? -EIO : error;
}

uint64_t store_next_page(struct store *store, uint64_t from)
{
    spin_lock(&store->lock);
    uint64_t next = store_tree_next(store, from);
    spin_unlock(&store->lock);
    return next;
}

uint64_t store_next_hole(struct store *store, uint64_t from)
{
    spin_lock(&store->lock);
    uint64_t next = store_tree_next_hole(store, from);
    spin_unlock(&store->lock);
    return next;
}

ssize_t store_read(
    struct store *store, uint64_t position, void *to, size_t bytes)
{
    bool fills = store->ops && store->ops->fill;
    size_t done = 0;
    while (done < bytes) {
        size_t offset = position & (PAGE_BYTES - 1);
        size_t count = min(bytes - done, PAGE_BYTES - offset);
        uint64_t index = position >> PAGE_SHIFT;
        struct page *page = fills ? store_make(store, index, PAGE_MAY_WAIT)
                                  : store_find(store, index);
        if (!page && fills)
            return done ? (ssize_t)done : -ENOMEM;
        if (page) {
            memcpy(
                (char *)to + done, (char *)page_pointer(page) + offset, count);
            page_unpin(page);
        } else {
            memset((char *)to + done, 0, count);
        }
        done += count;
        position += count;
    }
    return done;
}

ssize_t store_write(
    struct store *store, uint64_t position, const void *from, size_t bytes)
{
    size_t done = 0;
    while (done < bytes) {
        size_t offset = position & (PAGE_BYTES - 1);
        size_t count = min(bytes - done, PAGE_BYTES - offset);
        struct page *page =
            store_make(store, position >> PAGE_SHIFT, PAGE_MAY_WAIT);
        if (!page)
            return done ? (ssize_t)done : -ENOMEM;
        memcpy((char *)page_pointer(page) + offset, (const char *)from + done,
            count);
        atomic_or(&page->flags, PAGE_FLAG_DIRTY);
        page_unpin(page);
        done += count;
        position += count;
    }
    return done;
}
