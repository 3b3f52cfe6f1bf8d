/* SPDX-License-Identifier: MIT */
/* The life of a space.  The last put frees the areas and the page tables; no
 * thread runs in it then, at most an idle CPU still has its tables loaded, so
 * nothing needs a flush. */
#include "mm/space.h"
#include "lib/errno.h"
#include "mm/area.h"
#include "mm/heap.h"
#include "mm/space_put.h"
#include "mm/zap.h"

struct space *space_new(void)
{
    struct space *space = heap_alloc_zeroed(sizeof *space);
    if (!space)
        return NULL;
    if (pagetable_init(&space->table)) {
        heap_free(space);
        return NULL;
    }
    refcount_init(&space->refs);
    space->users = 1;
    rwlock_init(&space->lock, RANK_SPACE);
    space->areas.update = area_update;
    space->map_top = USER_END;
    space->dump_filter = DUMP_FILTER_USUAL;
    space->limit_bytes = UINT64_MAX;
    space->limit_data_bytes = UINT64_MAX;
    space->limit_stack_bytes = UINT64_MAX;
    space->limit_locked_bytes = UINT64_MAX;
    return space;
}

struct space *space_get(struct space *space)
{
    refcount_get(&space->refs);
    return space;
}

bool space_get_unless_zero(struct space *space)
{
    return refcount_get_unless_zero(&space->refs);
}

static unsigned dying; /* [atomic] condemned and not freed */

void space_condemn(struct space *space)
{
    if (!atomic_exchange(&space->is_dying, true))
        atomic_add(&dying, 1);
}

unsigned spaces_dying(void)
{
    return atomic_load(&dying);
}

static void space_free(struct space *space)
{
    bool was_dying = space->is_dying;
    struct list removed;
    list_init(&removed);
    struct area *area;
    while ((area = tree_entry(space->areas.root, struct area, node))) {
        zap_unused(space, area->start, area->end);
        area_remove(area, &removed);
    }
    pagetable_destroy(&space->table);
    areas_release(&removed);
    if (space->program)
        space->program_put(space->program);
    heap_free(space);
    if (was_dying)
        atomic_sub(&dying, 1);
}

void space_put(struct space *space)
{
    if (space && refcount_put(&space->refs))
        space_free(space);
}

struct space *space_share(struct space *space)
{
    atomic_add(&space->users, 1);
    return space_get(space);
}

void space_leave(struct space *space)
{
    if (space)
        atomic_sub(&space->users, 1);
    space_put(space);
}

bool space_is_shared(const struct space *space)
{
    return atomic_load(&space->users) > 1;
}

static void run_last_put(struct deferred *deferred)
{
    space_free(container_of(deferred, struct space, last_put));
}

void space_put_later(struct space *space)
{
    if (!refcount_put(&space->refs))
        return;
    space->last_put.run = run_last_put;
    thread_defer(&space->last_put);
}

void space_switch_to(struct thread *thread)
{
    pagetable_switch(thread->space ? &thread->space->table : NULL);
}

void space_for_each(struct space *space,
    bool (*visit)(const struct area *area, void *data), void *data)
{
    rwlock_read(&space->lock);
    struct area *area = area_first(space);
    while (area && visit(area, data))
        area = area_next(area);
    rwlock_read_done(&space->lock);
}

void space_reap(struct space *space)
{
    rwlock_read(&space->lock);
    struct area *area = area_first(space);
    for (; area; area = area_next(area))
        if (!(area->flags & AREA_SHARED))
            zap_range(space, area->start, area->end, ZAP_ALL);
    rwlock_read_done(&space->lock);
}

uint64_t space_resident_pages(const struct space *space)
{
    return atomic_load(&space->resident_anonymous) +
           atomic_load(&space->resident_shared);
}

uint64_t space_weight(const struct space *space)
{
    return space_resident_pages(space) + pagetable_pages(&space->table);
}

int space_may_grow(struct space *space, uint64_t bytes, unsigned flags)
{
    if (bytes > space->limit_bytes ||
        space->mapped_bytes > space->limit_bytes - bytes)
        return -ENOMEM;
    if (!area_is_private_writable(flags) || flags & AREA_GROWS_DOWN)
        return 0;
    if (bytes > space->limit_data_bytes ||
        space->data_bytes > space->limit_data_bytes - bytes)
        return -ENOMEM;
    return 0;
}

int space_may_lock(struct space *space, uint64_t bytes)
{
    if (atomic_load(&space->may_lock_all))
        return 0;
    if (bytes > space->limit_locked_bytes ||
        space->locked_bytes > space->limit_locked_bytes - bytes)
        return -EAGAIN;
    return 0;
}

int user_span(uintptr_t start, size_t bytes, uintptr_t *end)
{
    if (start & (PAGE_BYTES - 1) || start > USER_END ||
        bytes > USER_END - start)
        return -EINVAL;
    *end = start + align_up(bytes, PAGE_BYTES);
    return 0;
}
