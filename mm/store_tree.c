/* SPDX-License-Identifier: MIT */
/* The radix tree.  At height 0 the root is the page of index 0 itself; at
 * height h it is a node whose slots each cover 64^(h-1) indices.  Nodes without
 * children are freed at once. */
#include "mm/store_tree.h"
#include "lib/errno.h"
#include "lib/panic.h"
#include "mm/heap.h"

enum { WAY_BITS = 6, WAYS = 1 << WAY_BITS, HEIGHT_MAX = 11 };

struct node {
    void *slots[WAYS];
    unsigned count; /* slots in use */
};

static bool covers(unsigned height, uint64_t index)
{
    return height * WAY_BITS >= 64 || !(index >> height * WAY_BITS);
}

/* Which slot, in a node that stands `height` above the pages. */
static unsigned slot_of(uint64_t index, unsigned height)
{
    return index >> (height - 1) * WAY_BITS & (WAYS - 1);
}

struct page *store_tree_find(const struct store *store, uint64_t index)
{
    if (!covers(store->height, index))
        return NULL;
    void *at = store->root;
    for (unsigned height = store->height; at && height > 0; height--)
        at = ((struct node *)at)->slots[slot_of(index, height)];
    return at;
}

/* Adds levels on top until the tree covers index. */
static int grow(struct store *store, uint64_t index)
{
    while (!covers(store->height, index)) {
        if (store->root) {
            struct node *node = heap_alloc_zeroed(sizeof *node);
            if (!node)
                return -ENOMEM;
            node->slots[0] = store->root;
            node->count = 1;
            store->root = node;
        }
        store->height++;
    }
    return 0;
}

/* The way to an index: nodes by height, NULL where it ends early. */
static void way_find(
    const struct store *store, uint64_t index, struct node **path)
{
    void *at = store->root;
    for (unsigned height = store->height; height > 0; height--) {
        path[height] = at;
        if (at)
            at = path[height]->slots[slot_of(index, height)];
    }
}

/* Frees the nodes on the way to index that have become empty. */
static void prune(struct store *store, uint64_t index, struct node **path)
{
    unsigned height = 1;
    for (; height <= store->height; height++) {
        struct node *node = path[height];
        if (!node)
            continue;
        if (node->count)
            return;
        heap_free(node);
        if (height == store->height)
            break;
        path[height + 1]->slots[slot_of(index, height + 1)] = NULL;
        path[height + 1]->count--;
    }
    store->root = NULL;
    store->height = 0;
}

int store_tree_insert(struct store *store, uint64_t index, struct page *page)
{
    struct node *path[HEIGHT_MAX + 1] = { NULL };
    if (grow(store, index))
        return -ENOMEM;
    void **at = &store->root;
    for (unsigned height = store->height; height > 0; height--) {
        if (!*at) {
            *at = heap_alloc_zeroed(sizeof(struct node));
            if (!*at) {
                prune(store, index, path);
                return -ENOMEM;
            }
            if (height < store->height)
                path[height + 1]->count++;
        }
        path[height] = *at;
        at = &path[height]->slots[slot_of(index, height)];
    }
    assert(!*at);
    *at = page;
    if (store->height)
        path[1]->count++;
    store->page_count++;
    return 0;
}

struct page *store_tree_remove(struct store *store, uint64_t index)
{
    struct page *page = store_tree_find(store, index);
    if (!page)
        return NULL;
    struct node *path[HEIGHT_MAX + 1] = { NULL };
    store->page_count--;
    if (!store->height) {
        store->root = NULL;
        return page;
    }
    way_find(store, index, path);
    path[1]->slots[slot_of(index, 1)] = NULL;
    path[1]->count--;
    prune(store, index, path);
    return page;
}

/* The first index after what a slot at `height` covers around index; 0 when
 * that is the end of all. */
static uint64_t after_slot(uint64_t index, unsigned height)
{
    unsigned bits = (height - 1) * WAY_BITS;
    return ((index >> bits) + 1) << bits;
}

uint64_t store_tree_next(const struct store *store, uint64_t from)
{
    if (!store->height)
        return from == 0 && store->root ? 0 : UINT64_MAX;
    const struct node *node = store->root;
    unsigned height = store->height;
    while (node && covers(store->height, from)) {
        const void *child = node->slots[slot_of(from, height)];
        if (child && height == 1)
            return from;
        if (child) {
            node = child;
            height--;
            continue;
        }
        from = after_slot(from, height);
        /* Over the edge of this node: once more from the top. */
        if (!slot_of(from, height)) {
            if (height == store->height)
                break;
            node = store->root;
            height = store->height;
        }
    }
    return UINT64_MAX;
}

uint64_t store_tree_next_hole(const struct store *store, uint64_t from)
{
    if (!store->height)
        return from == 0 && store->root ? 1 : from;
    const struct node *node = store->root;
    unsigned height = store->height;
    while (node && covers(store->height, from)) {
        const void *child = node->slots[slot_of(from, height)];
        if (!child)
            return from;
        if (height > 1) {
            node = child;
            height--;
            continue;
        }
        from++;
        if (!slot_of(from, 1)) {
            node = store->root;
            height = store->height;
        }
    }
    return from;
}
