/* SPDX-License-Identifier: MIT */
/* Locked memory: mlock(2) and its kin.  Nothing is ever paged out, so that it is
 * made present and counted, no more. */
#include "lib/errno.h"
#include "mm/area.h"

static int lock_area(struct area *area, uintptr_t start, uintptr_t end,
    bool lock_it, struct list *removed, struct area **changed)
{
    unsigned flags = lock_it ? area->flags | AREA_LOCKED
                             : area->flags & ~AREA_LOCKED;
    *changed = area;
    if (flags == area->flags || area->flags & AREA_SPECIAL)
        return 0;
    struct space *space = area->space;
    start = max(start, area->start);
    end = min(end, area->end);
    int error = areas_isolate(space, start, end, &area);
    if (error)
        return error;
    area_set_flags(area, flags);
    *changed = area_merge(area, removed);
    return 0;
}

/* The limit counts the whole range before any of it is locked. */
static int check_lock_limit(
    struct space *space, uintptr_t start, uintptr_t end)
{
    uint64_t more = end - start;
    struct area *area = area_find(space, start);
    for (; area && area->start < end; area = area_next(area))
        if (area->flags & AREA_LOCKED)
            more -= min(area->end, end) - max(area->start, start);
    if (!space_may_lock(space, more))
        return 0;
    return space->limit_locked_bytes ? -ENOMEM : -EPERM;
}

static int lock_locked(struct space *space, uintptr_t start, uintptr_t end,
    bool lock_it, struct list *removed)
{
    int refused = lock_it ? check_lock_limit(space, start, end) : 0;
    if (refused)
        return refused;
    struct area *area = area_find(space, start);
    while (start < end) {
        if (!area || area->start > start)
            return -ENOMEM;
        int error = lock_area(area, start, end, lock_it, removed, &area);
        if (error)
            return error;
        start = area->end;
        area = area_next(area);
    }
    return 0;
}

/* Fills what was locked; areas without rights cannot be: -ENOMEM. */
static int populate_locked(
    struct space *space, uintptr_t start, uintptr_t end)
{
    while (start < end) {
        rwlock_read(&space->lock);
        struct area *area = area_find(space, start);
        uintptr_t stop = end;
        unsigned flags = 0;
        if (area && area->start <= start) {
            stop = min(end, area->end);
            flags = area->flags;
        }
        rwlock_read_done(&space->lock);
        int error = -ENOMEM;
        if (flags & AREA_RIGHTS)
            error = space_populate(space, start, stop,
                area_is_private_writable(flags) ? FAULT_WRITE : FAULT_READ);
        if (error)
            return error == -ERESTART ? -EINTR : -ENOMEM;
        start = stop;
    }
    return 0;
}

int space_lock_range(
    struct space *space, uintptr_t start, size_t bytes, enum lock_how how)
{
    uintptr_t end;
    bool lock_it = how != LOCK_NOT;
    if (start + bytes < start)
        return -EINVAL;
    bytes += start & (PAGE_BYTES - 1);
    start = align_down(start, PAGE_BYTES);
    if (user_span(start, bytes, &end))
        return -ENOMEM;
    struct list removed;
    list_init(&removed);
    rwlock_write(&space->lock);
    int error = lock_locked(space, start, end, lock_it, &removed);
    rwlock_write_done(&space->lock);
    areas_release(&removed);
    return error || how != LOCK_NOW ? error : populate_locked(space, start, end);
}

/* What cannot be locked is left out. */
static void lock_each(struct space *space, bool lock_it, struct list *removed)
{
    struct area *area = area_find(space, 0);
    for (; area; area = area_next(area))
        lock_area(area, area->start, area->end, lock_it, removed, &area);
}

/* What cannot be filled is left out. */
static int populate_each(struct space *space)
{
    uintptr_t start, end = 0;
    for (;;) {
        rwlock_read(&space->lock);
        const struct area *area = area_find(space, end);
        bool is_locked = area && area->flags & AREA_LOCKED;
        start = area ? area->start : 0;
        end = area ? area->end : 0;
        rwlock_read_done(&space->lock);
        if (!end)
            return 0;
        if (is_locked && populate_locked(space, start, end) == -EINTR)
            return -EINTR;
    }
}

int space_lock_all(struct space *space, unsigned what)
{
    unsigned future = what & LOCK_ALL_ON_FAULT
        ? AREA_LOCKED
        : AREA_LOCKED | AREA_POPULATE;
    struct list removed;
    list_init(&removed);
    rwlock_write(&space->lock);
    bool is_much = what & LOCK_ALL_NOW && !atomic_load(&space->may_lock_all) &&
        space->mapped_bytes > space->limit_locked_bytes;
    if (!is_much)
        atomic_store(&space->future, what & LOCK_ALL_FUTURE ? future : 0);
    if (!is_much && what & LOCK_ALL_NOW)
        lock_each(space, true, &removed);
    rwlock_write_done(&space->lock);
    areas_release(&removed);
    if (is_much)
        return -ENOMEM;
    return (what & (LOCK_ALL_NOW | LOCK_ALL_ON_FAULT)) == LOCK_ALL_NOW
        ? populate_each(space)
        : 0;
}

void space_unlock_all(struct space *space)
{
    struct list removed;
    list_init(&removed);
    rwlock_write(&space->lock);
    atomic_store(&space->future, 0);
    lock_each(space, false, &removed);
    rwlock_write_done(&space->lock);
    areas_release(&removed);
}
