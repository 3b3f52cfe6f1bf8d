/* SPDX-License-Identifier: MIT */
/* Areas: the tree with its gaps, the accounts, splitting and joining.
 *
 * gap_before is the free stretch below an area (less the guard of a stack), and
 * largest_gap the largest of them in the subtree, so that a free stretch of any
 * size is found on one way down the tree. */
#include "mm/area.h"

#include "arch/atomic.h"
#include "lib/errno.h"
#include "mm/commit.h"
#include "mm/heap.h"

static unsigned most_areas = AREAS_MAX; /* [atomic] */

unsigned space_most_areas(void)
{
    return atomic_load(&most_areas);
}

void space_set_most_areas(unsigned most)
{
    atomic_store(&most_areas, most);
}

bool areas_are_full(const struct space *space)
{
    return space->area_count >= atomic_load(&most_areas);
}

/* A stack keeps others at a distance. */
static uintptr_t area_low(const struct area *area)
{
    if (!(area->flags & AREA_GROWS_DOWN))
        return area->start;
    return area->start > USER_START + STACK_GUARD_BYTES
               ? area->start - STACK_GUARD_BYTES
               : USER_START;
}

void area_update(struct tree_node *node)
{
    struct area *area = container_of(node, struct area, node);
    uintptr_t largest = area->gap_before;
    if (node->left)
        largest = max(
            largest, container_of(node->left, struct area, node)->largest_gap);
    if (node->right)
        largest = max(
            largest, container_of(node->right, struct area, node)->largest_gap);
    area->largest_gap = largest;
}

static void set_gap(struct area *area, const struct area *prev)
{
    uintptr_t floor = prev ? prev->end : USER_START;
    uintptr_t low = area_low(area);
    area->gap_before = low > floor ? low - floor : 0;
}

static void refresh_gap(struct space *space, struct area *area)
{
    if (!area)
        return;
    set_gap(area, area_prev(area));
    tree_refresh(&space->areas, &area->node);
}

static void account(struct space *space, const struct area *area, int sign)
{
    int64_t bytes = sign * (int64_t)(area->end - area->start);
    unsigned flags = area->flags;
    space->mapped_bytes += bytes;
    space->peak_mapped_bytes =
        max(space->peak_mapped_bytes, space->mapped_bytes);
    if (flags & AREA_GROWS_DOWN)
        space->stack_bytes += bytes;
    else if (area_is_private_writable(flags))
        space->data_bytes += bytes;
    if ((flags & (AREA_EXECUTE | AREA_WRITE)) == AREA_EXECUTE)
        space->code_bytes += bytes;
    if (flags & AREA_LOCKED)
        space->locked_bytes += bytes;
    if (area_is_private_writable(flags) && !(flags & AREA_NO_RESERVE))
        memory_commit(bytes);
}

struct area *area_new(
    const struct area *model, uintptr_t start, uintptr_t end)
{
    struct area *area = heap_alloc(sizeof *area);
    if (!area)
        return NULL;
    *area = *model;
    list_init(&area->store_link);
    if (area->store)
        store_get(area->store);
    if (area_has_offset(area))
        area->offset += start - model->start;
    else
        area->offset = start;
    area->start = start;
    area->end = end;
    if (area->object)
        area->backing->get(area->object);
    return area;
}

static void link_to_store(struct area *area, struct area *twin)
{
    struct store *store = area->store;
    spin_lock(&store->lock);
    if (twin)
        list_add_first(&twin->store_link, &area->store_link);
    else
        list_add(&store->areas, &area->store_link);
    spin_unlock(&store->lock);
}

void area_insert(struct space *space, struct area *area, struct area *twin)
{
    struct tree_node **link = &space->areas.root, *parent = NULL;
    struct area *prev = NULL, *next = NULL;
    while (*link) {
        parent = *link;
        struct area *at = container_of(parent, struct area, node);
        if (area->start < at->start) {
            next = at;
            link = &parent->left;
        } else {
            prev = at;
            link = &parent->right;
        }
    }
    area->space = space;
    set_gap(area, prev);
    tree_insert(&space->areas, &area->node, parent, link);
    space->area_count++;
    account(space, area, 1);
    refresh_gap(space, next);
    if (area->store)
        link_to_store(area, twin);
}

void area_remove(struct area *area, struct list *removed)
{
    struct space *space = area->space;
    struct area *next = area_next(area);
    tree_remove(&space->areas, &area->node);
    space->area_count--;
    account(space, area, -1);
    refresh_gap(space, next);
    if (area->store) {
        spin_lock(&area->store->lock);
        list_remove(&area->store_link);
        spin_unlock(&area->store->lock);
    }
    list_add(removed, &area->store_link);
}

void areas_release(struct list *removed)
{
    struct area *area;
    while ((area = list_first(removed, struct area, store_link))) {
        list_remove(&area->store_link);
        store_put(area->store);
        if (area->object)
            area->backing->put(area->object);
        heap_free(area);
    }
}

void area_move_bounds(struct area *area, uintptr_t start, uintptr_t end)
{
    struct space *space = area->space;
    account(space, area, -1);
    area->offset += start - area->start;
    area->start = start;
    area->end = end;
    account(space, area, 1);
    refresh_gap(space, area);
    refresh_gap(space, area_next(area));
}

void area_set_flags(struct area *area, unsigned flags)
{
    account(area->space, area, -1);
    area->flags = flags;
    account(area->space, area, 1);
}

int area_split(struct area *area, uintptr_t at)
{
    struct space *space = area->space;
    if (areas_are_full(space))
        return -ENOMEM;
    struct area *upper = area_new(area, at, area->end);
    if (!upper)
        return -ENOMEM;
    area_move_bounds(area, area->start, at);
    area_insert(space, upper, area);
    return 0;
}

int areas_isolate(struct space *space, uintptr_t start, uintptr_t end,
    struct area **first)
{
    struct area *area = area_find(space, start);
    *first = NULL;
    if (!area || area->start >= end)
        return 0;
    if (area->start < start) {
        int error = area_split(area, start);
        if (error)
            return error;
        area = area_next(area);
    }
    struct area *last = area_find(space, end - 1);
    if (last && last->start < end && last->end > end) {
        int error = area_split(last, end);
        if (error)
            return error;
    }
    if (area->start < end)
        *first = area;
    return 0;
}

static bool are_alike(const struct area *low, const struct area *high)
{
    return low->end == high->start && low->flags == high->flags &&
           !(low->flags & AREA_SPECIAL) && low->store == high->store &&
           low->object == high->object && low->name == high->name &&
           (!area_has_offset(low) ||
               low->offset + (low->end - low->start) == high->offset);
}

static struct area *join(
    struct area *low, struct area *high, struct list *removed)
{
    uintptr_t end = high->end;
    area_remove(high, removed);
    area_move_bounds(low, low->start, end);
    return low;
}

struct area *area_merge(struct area *area, struct list *removed)
{
    struct area *prev = area_prev(area), *next = area_next(area);
    if (prev && are_alike(prev, area))
        area = join(prev, area, removed);
    if (next && are_alike(area, next))
        area = join(area, next, removed);
    return area;
}

int areas_cover(struct space *space, uintptr_t start, uintptr_t end)
{
    struct area *area = area_find(space, start);
    while (start < end) {
        if (!area || area->start > start)
            return -ENOMEM;
        start = area->end;
        area = area_next(area);
    }
    return 0;
}

/* Free stretches below an area, clipped at `high`. */
static bool gap_fits(const struct area *area, size_t bytes, uintptr_t high)
{
    uintptr_t gap_end = area_low(area);
    uintptr_t gap_start = gap_end - area->gap_before;
    gap_end = min(gap_end, high);
    return gap_end > gap_start && gap_end - gap_start >= bytes;
}

static bool subtree_may_fit(const struct tree_node *node, size_t bytes)
{
    return node &&
           container_of(node, struct area, node)->largest_gap >= bytes;
}

/* The area with the highest fitting gap below it. */
static struct area *highest_gap(
    struct space *space, size_t bytes, uintptr_t high)
{
    struct tree_node *node = space->areas.root;
    if (!subtree_may_fit(node, bytes))
        return NULL;
    bool go_down = true;
    while (node) {
        struct area *area = container_of(node, struct area, node);
        /* To the right only gaps that begin below `high` matter. */
        if (go_down && area->end + bytes <= high &&
            subtree_may_fit(node->right, bytes)) {
            node = node->right;
            continue;
        }
        if (gap_fits(area, bytes, high))
            return area;
        if (subtree_may_fit(node->left, bytes)) {
            node = node->left;
            go_down = true;
            continue;
        }
        while (node->parent && node == node->parent->left)
            node = node->parent;
        node = node->parent;
        go_down = false;
    }
    return NULL;
}

static uintptr_t place_below(struct space *space, size_t bytes, uintptr_t high)
{
    if (high < USER_START || bytes > high - USER_START)
        return 0;
    struct area *last = tree_entry(tree_last(&space->areas), struct area, node);
    uintptr_t floor = last ? last->end : USER_START;
    if (floor <= high - bytes)
        return high - bytes;
    struct area *area = highest_gap(space, bytes, high);
    return area ? min(area_low(area), high) - bytes : 0;
}

static bool gap_fits_above(
    const struct area *area, size_t bytes, uintptr_t low)
{
    uintptr_t gap_end = area_low(area);
    uintptr_t gap_start = max(gap_end - area->gap_before, low);
    return gap_end > gap_start && gap_end - gap_start >= bytes;
}

/* The area with the lowest fitting gap below it: as highest_gap, mirrored. */
static struct area *lowest_gap(
    struct space *space, size_t bytes, uintptr_t low)
{
    struct tree_node *node = space->areas.root;
    if (!subtree_may_fit(node, bytes))
        return NULL;
    bool go_down = true;
    while (node) {
        struct area *area = container_of(node, struct area, node);
        /* To the left only gaps that end above `low` matter. */
        if (go_down && area->start > low &&
            subtree_may_fit(node->left, bytes)) {
            node = node->left;
            continue;
        }
        if (gap_fits_above(area, bytes, low))
            return area;
        if (subtree_may_fit(node->right, bytes)) {
            node = node->right;
            go_down = true;
            continue;
        }
        while (node->parent && node == node->parent->right)
            node = node->parent;
        node = node->parent;
        go_down = false;
    }
    return NULL;
}

static uintptr_t place_above(struct space *space, size_t bytes, uintptr_t low)
{
    struct area *area = lowest_gap(space, bytes, low);
    if (area)
        return max(area_low(area) - area->gap_before, low);
    struct area *last = tree_entry(tree_last(&space->areas), struct area, node);
    uintptr_t floor = max(last ? last->end : USER_START, low);
    return floor < USER_END && bytes <= USER_END - floor ? floor : 0;
}

uintptr_t area_place(struct space *space, size_t bytes)
{
    uintptr_t at = space->map_bottom
        ? place_above(space, bytes, space->map_bottom)
        : 0;
    if (at)
        return at;
    at = place_below(space, bytes, space->map_top);
    return at ? at : place_below(space, bytes, USER_END);
}

bool area_is_free(struct space *space, uintptr_t start, size_t bytes)
{
    struct area *next = area_find(space, start);
    return !next || area_low(next) >= start + bytes;
}
