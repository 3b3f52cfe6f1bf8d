/* SPDX-License-Identifier: MIT */
/* Changing rights of what is mapped.  As in Linux, areas before a
 * hole or a refusal have been changed when the error comes. */
#include "lib/errno.h"
#include "mm/area.h"
#include "mm/shrink.h"
#include "mm/zap.h"

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
    unsigned flags = (area->flags & ~AREA_RIGHTS) | rights;
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
    if (lost & AREA_RIGHTS)
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
    unsigned also = rights & AREA_MAY_EXECUTE ? AREA_EXECUTE : 0;
    rights &= AREA_RIGHTS;
    while (start < end) {
        if (!area || area->start > start)
            return -ENOMEM;
        int error = protect_area(area, start, end,
            rights | (area->flags & AREA_MAY_EXECUTE ? also : 0), removed,
            &area);
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
