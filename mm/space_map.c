/* SPDX-License-Identifier: MIT */
/* Mapping and unmapping, and the break.
 *
 * Whatever may fail is done before anything is taken away: a fixed mapping that
 * cannot be made leaves what was there. */
#include "arch/atomic.h"
#include "lib/errno.h"
#include "mm/area.h"
#include "mm/heap.h"
#include "mm/shrink.h"
#include "mm/zap.h"

int unmap_locked(struct space *space, uintptr_t start, uintptr_t end,
    struct list *removed)
{
    struct area *area;
    int error = areas_isolate(space, start, end, &area);
    if (error || !area)
        return error;
    uintptr_t from = area->start, to = from;
    while (area && area->start < end) {
        struct area *next = area_next(area);
        to = area->end;
        area_remove(area, removed);
        area = next;
    }
    zap_range(space, from, to, ZAP_ALL);
    return 0;
}

int space_unmap(struct space *space, uintptr_t start, size_t bytes)
{
    uintptr_t end;
    int error = user_span(start, bytes, &end);
    if (error || start == end)
        return -EINVAL;
    struct list removed;
    list_init(&removed);
    rwlock_write(&space->lock);
    error = unmap_locked(space, start, end, &removed);
    rwlock_write_done(&space->lock);
    areas_release(&removed);
    return error;
}

int space_populate(struct space *space, uintptr_t start, uintptr_t end,
    enum fault_kind kind)
{
    for (; start < end; start += PAGE_BYTES) {
        int error = space_fault(space, start, kind);
        if (error)
            return error;
        thread_breathe();
        if (atomic_load(&current_thread()->work) & WORK_KILL)
            return -ERESTART;
    }
    return 0;
}

/* Where a mapping goes: 0 and *at. */
static int choose_place(
    struct space *space, const struct mapping *mapping, uintptr_t *at)
{
    size_t bytes = mapping->bytes;
    if (mapping->place != PLACE_HINT) {
        if (mapping->start & (PAGE_BYTES - 1))
            return -EINVAL;
        if (mapping->start > USER_END || bytes > USER_END - mapping->start)
            return -ENOMEM;
        if (mapping->start < USER_START)
            return -EPERM;
        *at = mapping->start;
        struct area *there = area_find(space, *at);
        bool is_taken = there && there->start < *at + bytes;
        return mapping->place == PLACE_FIXED_FREE && is_taken ? -EEXIST : 0;
    }
    uintptr_t hint = align_down(mapping->start, PAGE_BYTES);
    if (hint >= USER_START && hint < USER_END && bytes <= USER_END - hint &&
        area_is_free(space, hint, bytes)) {
        *at = hint;
        return 0;
    }
    *at = area_place(space, bytes);
    return *at ? 0 : -ENOMEM;
}

/* How much of [start, end) is mapped: a fixed mapping takes its place. */
static uint64_t mapped_within(
    struct space *space, uintptr_t start, uintptr_t end)
{
    uint64_t sum = 0;
    struct area *area = area_find(space, start);
    for (; area && area->start < end; area = area_next(area))
        sum += min(area->end, end) - max(area->start, start);
    return sum;
}

static int check_limits(
    struct space *space, const struct area *area, uintptr_t at)
{
    uint64_t bytes = area->end - area->start;
    uint64_t replaced = mapped_within(space, at, at + bytes);
    if (bytes > replaced) {
        int error = space_may_grow(space, bytes - replaced, area->flags);
        if (error)
            return error;
    }
    if (area_is_private_writable(area->flags) &&
        !(area->flags & AREA_NO_RESERVE) && memory_may_commit(bytes))
        return -ENOMEM;
    return area->flags & AREA_LOCKED ? space_may_lock(space, bytes) : 0;
}

/* Puts a fresh area (with bounds from 0) in its place. */
static int place(struct space *space, const struct mapping *mapping,
    struct area *area, struct list *removed)
{
    uintptr_t at, bytes = area->end;
    int error = choose_place(space, mapping, &at);
    if (!error)
        error = check_limits(space, area, at);
    if (error)
        return error;
    /* Before anything is gone; taking away may split one more. */
    if (areas_are_full(space))
        return -ENOMEM;
    if (mapping->place == PLACE_FIXED &&
        (error = unmap_locked(space, at, at + bytes, removed)))
        return error;
    area->start = at;
    area->end = at + bytes;
    if (!area_has_offset(area))
        area->offset = at;
    area_insert(space, area, NULL);
    /* Denied before it was there to be seen. */
    if (!area_may_write_store(area) || !area->store ||
        !atomic_load(&area->store->denies_writes))
        return 0;
    area_remove(area, removed);
    list_remove(&area->store_link); /* the caller's */
    return -EPERM;
}

/* The area of a mapping with all its references, from 0 to its size. */
static int make_area(const struct mapping *mapping, struct area **made)
{
    struct area model = {
        .flags = mapping->flags & ~AREA_POPULATE,
        .store = mapping->store,
        .offset = mapping->offset,
        .backing = mapping->backing,
        .object = mapping->object,
        .name = mapping->name,
    };
    bool owns_store = !model.store && model.flags & AREA_SHARED;
    if (owns_store) {
        model.store = store_new(NULL, NULL);
        if (!model.store)
            return -ENOMEM;
        model.store->bytes = mapping->bytes;
    }
    *made = area_new(&model, 0, mapping->bytes);
    if (owns_store)
        store_put(model.store);
    return *made ? 0 : -ENOMEM;
}

/* What is locked is made present at once, unless all that is mapped is locked
 * when it is touched: then nothing is, as in Linux. */
static unsigned locked_as_all(struct space *space, unsigned flags)
{
    unsigned future = atomic_load(&space->future);
    if (flags & AREA_LOCKED)
        flags |= AREA_POPULATE;
    if (!future || flags & AREA_SPECIAL)
        return flags;
    return (flags & ~AREA_POPULATE) | future;
}

int space_map(struct space *space, const struct mapping *mapping, uintptr_t *at)
{
    if (!mapping->bytes)
        return -EINVAL;
    if (mapping->bytes > USER_END)
        return -ENOMEM;
    struct mapping aligned = *mapping;
    aligned.bytes = align_up(mapping->bytes, PAGE_BYTES);
    aligned.flags = locked_as_all(space, mapping->flags);
    struct area *area;
    int error = make_area(&aligned, &area);
    if (error)
        return error;

    struct list removed;
    list_init(&removed);
    rwlock_write(&space->lock);
    error = place(space, &aligned, area, &removed);
    if (!error) {
        *at = area->start;
        area_merge(area, &removed);
    } else {
        list_add(&removed, &area->store_link);
    }
    rwlock_write_done(&space->lock);
    areas_release(&removed);

    unsigned flags = aligned.flags;
    if (!error && flags & AREA_POPULATE && flags & AREA_RIGHTS)
        space_populate(space, *at, *at + aligned.bytes,
            area_is_private_writable(flags) ? FAULT_WRITE : FAULT_READ);
    return error;
}

static int break_grow_locked(struct space *space, uintptr_t from, uintptr_t to,
    unsigned rights, struct list *removed)
{
    const struct area model = {
        .flags = rights | AREA_MAY_READ | AREA_MAY_WRITE |
                 AREA_MAY_EXECUTE | AREA_HEAP |
                 (atomic_load(&space->future) & AREA_LOCKED),
        .name = "[heap]",
    };
    if (to > USER_END || !area_is_free(space, from, to - from) ||
        areas_are_full(space) ||
        space_may_grow(space, to - from, model.flags) ||
        (model.flags & AREA_LOCKED && space_may_lock(space, to - from)) ||
        memory_may_commit(to - from))
        return -ENOMEM;
    struct area *area = area_new(&model, from, to);
    if (!area)
        return -ENOMEM;
    area_insert(space, area, NULL);
    area_merge(area, removed);
    return 0;
}

uintptr_t space_set_break(
    struct space *space, uintptr_t wanted, unsigned rights)
{
    struct list removed;
    list_init(&removed);
    rwlock_write(&space->lock);
    uintptr_t from = align_up(space->break_end, PAGE_BYTES);
    uintptr_t to = align_up(wanted, PAGE_BYTES);
    int error = 0;
    if (wanted < space->break_start || wanted > USER_END)
        error = -ENOMEM;
    else if (wanted - space->break_start > space->limit_data_bytes)
        error = -ENOMEM;
    else if (to < from)
        error = unmap_locked(space, to, from, &removed);
    else if (to > from)
        error = break_grow_locked(space, from, to, rights, &removed);
    if (!error)
        space->break_end = wanted;
    uintptr_t result = space->break_end;
    rwlock_write_done(&space->lock);
    areas_release(&removed);
    if (!error && to > from && atomic_load(&space->future) & AREA_POPULATE)
        space_populate(space, from, to, FAULT_WRITE);
    return result;
}
