/* SPDX-License-Identifier: MIT */
/* Changing rights and locks of what is mapped.  As in Linux, areas before a
 * hole or a refusal have been changed when the error comes. */
#include "lib/errno.h"
#include "mm/area.h"
#include "mm/shrink.h"
#include "mm/zap.h"

enum {
    RIGHTS = AREA_READ | AREA_WRITE | AREA_EXECUTE,
};

static bool are_allowed(const struct area *area, unsigned rights)
{
    static const unsigned needs[][2] = {
        { AREA_READ, AREA_MAY_READ },
        { AREA_WRITE, AREA_MAY_WRITE },
        { AREA_EXECUTE, AREA_MAY_EXECUTE },
    };
    for (size_t i = 0; i < array_size(needs); i++)
        if (rights & needs[i][0] && !(area->flags & needs[i][1]))
            return false;
    return true;
}

/* Changes the part of an area within [start, end); the area that stands there
 * now in *changed. */
static int protect_area(struct area *area, uintptr_t start, uintptr_t end,
    unsigned rights, struct list *removed, struct area **changed)
{
    struct space *space = area->space;
    unsigned flags = (area->flags & ~RIGHTS) | rights;
    *changed = area;
    if (!are_allowed(area, rights))
        return -EACCES;
    if (flags == area->flags)
        return 0;
    start = max(start, area->start);
    end = min(end, area->end);
    bool commits = area_is_private_writable(flags) &&
                   !area_is_private_writable(area->flags);
    if (commits &&
        (end - start > space->limit_data_bytes ||
            space->data_bytes > space->limit_data_bytes - (end - start) ||
            (!(flags & AREA_NO_RESERVE) && memory_may_commit(end - start))))
        return -ENOMEM;
    int error = areas_isolate(space, start, end, &area);
    if (error)
        return error;
    unsigned lost = area->flags & ~flags;
    area_set_flags(area, flags);
    if (lost & RIGHTS)
        restrict_range(space, start, end, area_access(area, true));
    *changed = area_merge(area, removed);
    return 0;
}

static int protect_locked(struct space *space, uintptr_t start, uintptr_t end,
    unsigned rights, struct list *removed)
{
    struct area *area = area_find(space, start);
    if (!area || area->start >= end)
        return -ENOMEM;
    if (rights & AREA_GROWS_DOWN) { /* from the beginning of the stack on */
        if (!(area->flags & AREA_GROWS_DOWN))
            return -EINVAL;
        start = area->start;
    }
    rights &= RIGHTS;
    while (start < end) {
        if (!area || area->start > start)
            return -ENOMEM;
        int error = protect_area(area, start, end, rights, removed, &area);
        if (error)
            return error;
        start = area->end;
        area = area_next(area);
    }
    return 0;
}

int space_protect(
    struct space *space, uintptr_t start, size_t bytes, unsigned rights)
{
    uintptr_t end;
    if (start & (PAGE_BYTES - 1))
        return -EINVAL;
    if (!bytes)
        return 0;
    /* What lies before the first hole is changed. */
    bool is_too_far = user_span(start, bytes, &end);
    if (is_too_far)
        end = USER_END;
    struct list removed;
    list_init(&removed);
    rwlock_write(&space->lock);
    int error = protect_locked(space, start, end, rights, &removed);
    rwlock_write_done(&space->lock);
    areas_release(&removed);
    return !error && is_too_far ? -ENOMEM : error;
}

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
        if (flags & RIGHTS)
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
