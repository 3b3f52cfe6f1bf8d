/* SPDX-License-Identifier: MIT */
/* Advice, synchronisation and residence of ranges. */
#include "lib/errno.h"
#include "mm/area.h"
#include "mm/zap.h"

/* Advice that sets or clears a flag of areas. */
static const struct flag_advice {
    unsigned set, clear;
    bool is_for_anonymous; /* private ones only */
    bool refuses_special;  /* even where nothing would change */
} flag_advices[] = {
    [ADVICE_DONT_FORK] = { .set = AREA_NO_FORK },
    [ADVICE_DO_FORK] = { .clear = AREA_NO_FORK, .refuses_special = true },
    [ADVICE_WIPE_ON_FORK] = { .set = AREA_WIPE_FORK,
        .is_for_anonymous = true },
    [ADVICE_KEEP_ON_FORK] = { .clear = AREA_WIPE_FORK },
    [ADVICE_DONT_DUMP] = { .set = AREA_NO_DUMP },
    [ADVICE_DO_DUMP] = { .clear = AREA_NO_DUMP, .refuses_special = true },
};

static bool is_private_anonymous(const struct area *area)
{
    return !area->store && !(area->flags & AREA_SHARED);
}

static int advise_flags(struct area *area, uintptr_t start, uintptr_t end,
    const struct flag_advice *how, struct list *removed,
    struct area **changed)
{
    unsigned flags = (area->flags | how->set) & ~how->clear;
    *changed = area;
    if (how->is_for_anonymous && area_has_offset(area))
        return -EINVAL;
    bool is_special = area->flags & AREA_SPECIAL;
    if (is_special && (how->refuses_special || flags != area->flags))
        return -EINVAL;
    if (flags == area->flags)
        return 0;
    int error = areas_isolate(area->space, max(start, area->start),
        min(end, area->end), &area);
    if (error) /* for want of room for one more: as if it might come */
        return error == -ENOMEM ? -EAGAIN : error;
    area_set_flags(area, flags);
    *changed = area_merge(area, removed);
    return 0;
}

static int advise_flags_locked(struct space *space, uintptr_t start,
    uintptr_t end, enum space_advice advice, struct list *removed)
{
    int error = areas_cover(space, start, end);
    struct area *area = area_find(space, start);
    for (; area && area->start < end; area = area_next(area)) {
        int failed = advise_flags(
            area, start, end, &flag_advices[advice], removed, &area);
        if (failed)
            return failed;
    }
    return error;
}

static int advise_flags_range(struct space *space, uintptr_t start,
    uintptr_t end, enum space_advice advice)
{
    struct list removed;
    list_init(&removed);
    rwlock_write(&space->lock);
    int error = advise_flags_locked(space, start, end, advice, &removed);
    rwlock_write_done(&space->lock);
    areas_release(&removed);
    return error;
}

/* Drops pages: under the lock for reading, like truncation. */
static int advise_dont_need(struct space *space, uintptr_t start,
    uintptr_t end, enum space_advice advice)
{
    unsigned kept = advice == ADVICE_DONT_NEED_LOCKED
        ? AREA_SPECIAL
        : AREA_LOCKED | AREA_SPECIAL;
    rwlock_read(&space->lock);
    int error = areas_cover(space, start, end);
    struct area *area = area_find(space, start);
    for (; area && area->start < end; area = area_next(area)) {
        if (area->flags & kept ||
            (advice == ADVICE_FREE && !is_private_anonymous(area))) {
            error = -EINVAL;
            break;
        }
        zap_range(
            space, max(start, area->start), min(end, area->end), ZAP_ALL);
    }
    rwlock_read_done(&space->lock);
    return error;
}

/* The store behind the first area at or after *start, which becomes where that
 * is, and where in it, with a reference; until *stop. -ENOMEM: there is none. */
static int find_store(struct space *space, uintptr_t *start, uintptr_t end,
    struct store **store, uint64_t *offset, uintptr_t *stop)
{
    int error = 0;
    rwlock_read(&space->lock);
    struct area *area = area_find(space, *start);
    if (!area || area->start >= end)
        error = -ENOMEM;
    else if (area->flags & AREA_LOCKED || !area_has_offset(area))
        error = -EINVAL;
    else if (!(area->flags & AREA_SHARED) || !(area->flags & AREA_MAY_WRITE))
        error = -EACCES;
    if (!error) {
        *start = max(*start, area->start);
        *store = store_get(area->store);
        *offset = *start - area->start + area->offset;
        *stop = min(end, area->end);
    }
    rwlock_read_done(&space->lock);
    return error;
}

/* Holes are told of at the end. */
static int advise_remove(struct space *space, uintptr_t start, uintptr_t end)
{
    bool has_hole = false;
    while (start < end) {
        struct store *store;
        uint64_t offset;
        uintptr_t stop, from = start;
        int error = find_store(space, &from, end, &store, &offset, &stop);
        if (error)
            return error;
        has_hole |= from > start;
        store_punch(store, offset, offset + (stop - from));
        store_put(store);
        start = stop;
    }
    return has_hole ? -ENOMEM : 0;
}

/* Nothing but that it is mapped; if_locked where some of it is locked. */
static int check_unlocked(
    struct space *space, uintptr_t start, uintptr_t end, int if_locked)
{
    rwlock_read(&space->lock);
    int error = areas_cover(space, start, end);
    struct area *area = area_find(space, start);
    for (; area && area->start < end; area = area_next(area))
        if (area->flags & AREA_LOCKED)
            error = if_locked;
    rwlock_read_done(&space->lock);
    return error;
}

/* Where the first area begins that a program may not read. */
static uintptr_t readable_until(
    struct space *space, uintptr_t start, uintptr_t end)
{
    rwlock_read(&space->lock);
    struct area *area = area_find(space, start);
    while (area && area->start < end && area->flags & AREA_READ)
        area = area_next(area);
    if (area && area->start < end)
        end = max(start, area->start);
    rwlock_read_done(&space->lock);
    return end;
}

static int advise_populate(struct space *space, uintptr_t start,
    uintptr_t end, enum fault_kind kind)
{
    uintptr_t stop =
        kind == FAULT_READ ? readable_until(space, start, end) : end;
    int error = start < stop ? space_populate(space, start, stop, kind) : 0;
    switch (error) {
    case 0:
        return stop < end ? -EINVAL : 0;
    case -EFAULT:
        return -ENOMEM;
    case -EACCES:
        return -EINVAL;
    case -EIO:
        return -EFAULT;
    case -ERESTART:
        return -EINTR;
    default:
        return error;
    }
}

static int check_cover(struct space *space, uintptr_t start, uintptr_t end)
{
    rwlock_read(&space->lock);
    int error = areas_cover(space, start, end);
    rwlock_read_done(&space->lock);
    return error;
}

/* There are no huge pages that what is mapped could become. */
static int advise_collapse(
    struct space *space, uintptr_t start, uintptr_t end)
{
    rwlock_read(&space->lock);
    const struct area *area = area_find(space, start);
    int error = area && area->start < end ? -EINVAL : -ENOMEM;
    rwlock_read_done(&space->lock);
    return error;
}

int space_advise(struct space *space, uintptr_t start, size_t bytes,
    enum space_advice advice)
{
    uintptr_t end = start + align_up(bytes, PAGE_BYTES);
    if (start & (PAGE_BYTES - 1) || end < start ||
        align_up(bytes, PAGE_BYTES) < bytes)
        return -EINVAL;
    if (start == end)
        return 0;
    switch (advice) {
    case ADVICE_NONE:
    case ADVICE_WILL_NEED:
        return check_cover(space, start, end);
    case ADVICE_COLD: /* nothing is ever paged out */
        return check_unlocked(space, start, end, -EINVAL);
    case ADVICE_COLLAPSE:
        return advise_collapse(space, start, end);
    case ADVICE_DONT_NEED:
    case ADVICE_DONT_NEED_LOCKED:
    case ADVICE_FREE:
        return advise_dont_need(space, start, end, advice);
    case ADVICE_REMOVE:
        return advise_remove(space, start, end);
    case ADVICE_POPULATE_READ:
        return advise_populate(space, start, end, FAULT_READ);
    case ADVICE_POPULATE_WRITE:
        return advise_populate(space, start, end, FAULT_WRITE);
    default:
        return advise_flags_range(space, start, end, advice);
    }
}

/* Stores have nothing behind them yet: what is written is there. */
int space_sync(
    struct space *space, uintptr_t start, size_t bytes, bool invalidate)
{
    uintptr_t end = start + align_up(bytes, PAGE_BYTES);
    if (start & (PAGE_BYTES - 1))
        return -EINVAL;
    if (end < start || align_up(bytes, PAGE_BYTES) < bytes)
        return -ENOMEM;
    if (start == end)
        return 0;
    return invalidate ? check_unlocked(space, start, end, -EBUSY)
                      : check_cover(space, start, end);
}

static bool is_in_store(const struct area *area, uintptr_t address)
{
    if (!area->store)
        return false;
    struct page *page = store_find(area->store,
        (address - area->start + area->offset) >> PAGE_SHIFT);
    if (page)
        page_unpin(page);
    return page;
}

static bool is_mapped(struct space *space, uintptr_t address)
{
    pte_t *entry = pagetable_lock_find(&space->table, address);
    if (!entry)
        return false;
    bool is_there = !pte_is_empty(pte_read(entry));
    pagetable_unlock(&space->table, address, entry);
    return is_there;
}

int space_resident(struct space *space, uintptr_t start, size_t pages,
    unsigned char *vector)
{
    if (start & (PAGE_BYTES - 1))
        return -EINVAL;
    uintptr_t end;
    if (pages > USER_END / PAGE_BYTES ||
        user_span(start, pages * PAGE_BYTES, &end))
        return -ENOMEM;
    rwlock_read(&space->lock);
    int error = areas_cover(space, start, end);
    struct area *area = error ? NULL : area_find(space, start);
    for (; start < end && area; start += PAGE_BYTES) {
        if (start >= area->end)
            area = area_next(area);
        *vector++ = is_mapped(space, start) || is_in_store(area, start);
    }
    rwlock_read_done(&space->lock);
    return error;
}
