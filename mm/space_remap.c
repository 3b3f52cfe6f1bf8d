/* SPDX-License-Identifier: MIT */
/* mremap: growing and shrinking in place, or moving page table entries.
 *
 * Entries move without their pages: taken here, installed there, one flush at
 * the end (no page is freed by it).  The tables they go to are made first, so
 * that nothing can fail half way.
 *
 * A range that is not mapped is -EFAULT, never -ENOMEM: C libraries probe for
 * the end of the stack with it. */
#include "lib/errno.h"
#include "mm/area.h"
#include "mm/zap.h"

struct move {
    struct space *space;
    uintptr_t start, old_end, new_bytes, wanted;
    unsigned how;
    struct list removed;
};

/* Makes a table for each one that has entries to move. */
static int make_tables(struct pagetable *table, uintptr_t from, uintptr_t to,
    uintptr_t target)
{
    uintptr_t address = from;
    while (address < to) {
        pte_t *entry = pagetable_lock_find(table, address);
        uintptr_t stop = min(to, pagetable_stretch_end(table, address));
        if (!entry) {
            address = stop;
            continue;
        }
        pagetable_unlock(table, address, entry);
        /* One stretch may go to two when the two are aligned differently. */
        uintptr_t ends[] = { address, stop - PAGE_BYTES };
        for (unsigned i = 0; i < array_size(ends); i++) {
            uintptr_t at = target + (ends[i] - from);
            pte_t *made = pagetable_lock_make(table, at);
            if (!made)
                return -ENOMEM;
            pagetable_unlock(table, at, made);
        }
        address = stop;
    }
    return 0;
}

enum { MOVE_BATCH = 16 };

/* Takes up to MOVE_BATCH entries of one stretch; where it stopped. */
static uintptr_t take_some(
    struct flush *flush, uintptr_t from, uintptr_t to, pte_t *taken)
{
    struct pagetable *table = flush->table;
    pte_t *entry = pagetable_lock_find(table, from), *at = entry;
    uintptr_t stop = min(to, pagetable_stretch_end(table, from));
    if (!entry)
        return stop;
    stop = min(stop, from + MOVE_BATCH * PAGE_BYTES);
    for (uintptr_t address = from; address < stop; address += PAGE_BYTES, at++)
        if (!pte_is_empty(taken[(address - from) >> PAGE_SHIFT] =
                              pte_read(at))) {
            taken[(address - from) >> PAGE_SHIFT] = pte_take(at);
            flush_add(flush, address, address + PAGE_BYTES);
        }
    pagetable_unlock(table, from, entry);
    return stop;
}

static void install_one(struct pagetable *table, uintptr_t address, pte_t pte)
{
    pte_t *entry = pagetable_lock_make(table, address);
    pte_install(entry, pte);
    pagetable_unlock(table, address, entry);
}

static void move_entries(
    struct space *space, uintptr_t from, uintptr_t to, uintptr_t target)
{
    struct flush flush;
    flush_init(&flush, &space->table);
    uintptr_t address = from;
    while (address < to) {
        pte_t taken[MOVE_BATCH] = { 0 };
        uintptr_t stop = take_some(&flush, address, to, taken);
        size_t count = min((stop - address) >> PAGE_SHIFT, (size_t)MOVE_BATCH);
        for (size_t i = 0; i < count; i++)
            if (!pte_is_empty(taken[i]))
                install_one(&space->table,
                    target + (address - from) + i * PAGE_BYTES, taken[i]);
        address = stop;
    }
    if (flush.from < flush.to)
        flush_finish(&flush);
}

/* Room for the new place, with whatever is in the way gone. */
static int choose_target(struct move *m, uintptr_t *target)
{
    struct space *space = m->space;
    if (!(m->how & REMAP_FIXED)) {
        *target = area_place(space, m->new_bytes);
        return *target ? 0 : -ENOMEM;
    }
    *target = m->wanted;
    return unmap_locked(
        space, m->wanted, m->wanted + m->new_bytes, &m->removed);
}

/* Moves [start, old_end) of area to a new place of new_bytes; an empty old
 * range makes a second mapping of the same store. */
static int move_area(struct move *m, struct area *area, uintptr_t *at)
{
    struct space *space = m->space;
    uintptr_t target, start = m->start;
    bool keeps_old = m->how & REMAP_KEEP_OLD || start == m->old_end;
    int error = choose_target(m, &target);
    if (error)
        return error;
    /* What was in the way may have been joined to it; or was it, as an empty
     * old range overlaps with nothing. */
    area = area_find(space, start);
    if (!area || area->start > start)
        return -EFAULT;
    /* What is left behind is not locked. */
    bool unlocks = m->how & REMAP_KEEP_OLD && area->flags & AREA_LOCKED;
    if ((!keeps_old || unlocks) &&
        (error = areas_isolate(space, start, m->old_end, &area)))
        return error;
    if (areas_are_full(space))
        return -ENOMEM;
    struct area *moved = area_new(area, start, start + m->new_bytes);
    if (!moved)
        return -ENOMEM;
    if (make_tables(&space->table, start, m->old_end, target)) {
        list_add(&m->removed, &moved->store_link);
        return -ENOMEM;
    }
    moved->start = target;
    moved->end = target + m->new_bytes;
    if (!area_has_offset(moved))
        moved->offset = target;
    if (moved->flags & AREA_HEAP) {
        moved->flags &= ~AREA_HEAP;
        moved->name = NULL;
    }
    area_insert(space, moved, area);
    move_entries(space, start, m->old_end, target);
    if (unlocks)
        area_set_flags(area, area->flags & ~AREA_LOCKED);
    if (!keeps_old)
        area_remove(area, &m->removed);
    area_merge(moved, &m->removed);
    *at = target;
    return 0;
}

/* Whether the area can take new_bytes where it is. */
static bool can_stay(const struct move *m, const struct area *area)
{
    uintptr_t end = m->start + m->new_bytes;
    if (m->how & (REMAP_FIXED | REMAP_KEEP_OLD) || m->old_end != area->end ||
        m->start == m->old_end || end < m->start || end > USER_END)
        return false;
    return area_is_free(m->space, area->end, end - area->end);
}

static int check_growth(const struct move *m, const struct area *area)
{
    uint64_t more = m->new_bytes - (m->old_end - m->start);
    if (m->how & REMAP_KEEP_OLD)
        more = m->new_bytes;
    if (area->flags & AREA_SPECIAL && more)
        return -EFAULT;
    int error = space_may_grow(m->space, more, area->flags);
    if (!error && area->flags & AREA_LOCKED)
        error = space_may_lock(m->space, more);
    return error;
}

static bool target_is_sound(const struct move *m)
{
    if (!(m->how & REMAP_FIXED))
        return true;
    uintptr_t end = m->wanted + m->new_bytes;
    return m->new_bytes <= USER_END && !(m->wanted & (PAGE_BYTES - 1)) &&
           end >= m->wanted && end <= USER_END &&
           (end <= m->start || m->wanted >= m->old_end);
}

static int remap_locked(struct move *m, uintptr_t *at)
{
    struct space *space = m->space;
    struct area *area = area_find(space, m->start);
    if (!area || area->start > m->start)
        return -EFAULT;
    if (!target_is_sound(m))
        return -EINVAL;
    if (m->new_bytes > USER_END)
        return -ENOMEM;
    if (m->how & REMAP_FIXED && m->wanted < USER_START)
        return -EPERM;
    uintptr_t old_bytes = m->old_end - m->start;
    if (!old_bytes && !(area->flags & AREA_SHARED))
        return -EINVAL;
    if (m->how & REMAP_KEEP_OLD && area->flags & AREA_SPECIAL)
        return -EINVAL;
    *at = m->start;
    if (old_bytes > m->new_bytes) {
        int error = unmap_locked(
            space, m->start + m->new_bytes, m->old_end, &m->removed);
        if (error)
            return error;
        m->old_end = m->start + m->new_bytes;
        old_bytes = m->new_bytes;
        area = area_find(space, m->start);
    }
    bool must_move = m->how & (REMAP_FIXED | REMAP_KEEP_OLD);
    if (old_bytes == m->new_bytes && !must_move)
        return 0;
    if (!area || area->start > m->start || m->old_end > area->end)
        return -EFAULT;
    int error = check_growth(m, area);
    if (error)
        return error;
    if (can_stay(m, area)) {
        area_move_bounds(area, area->start, m->start + m->new_bytes);
        area_merge(area, &m->removed);
        return 0;
    }
    return m->how & REMAP_MAY_MOVE ? move_area(m, area, at) : -ENOMEM;
}

static bool is_sound(const struct move *m)
{
    if (m->start & (PAGE_BYTES - 1) || !m->new_bytes)
        return false;
    if (m->how & (REMAP_FIXED | REMAP_KEEP_OLD) &&
        !(m->how & REMAP_MAY_MOVE))
        return false;
    return !(m->how & REMAP_KEEP_OLD) ||
        m->old_end - m->start == m->new_bytes;
}

int space_remap(struct space *space, uintptr_t start, size_t old_bytes,
    size_t new_bytes, unsigned how, uintptr_t wanted, uintptr_t *at)
{
    struct move m = {
        .space = space,
        .start = start,
        .old_end = start + align_up(old_bytes, PAGE_BYTES),
        .new_bytes = align_up(new_bytes, PAGE_BYTES),
        .wanted = wanted,
        .how = how,
    };
    list_init(&m.removed);
    if (!is_sound(&m))
        return -EINVAL;
    if (m.old_end < start || old_bytes > USER_END || m.old_end > USER_END)
        return -EFAULT;
    bool is_locked = false;
    rwlock_write(&space->lock);
    int error = remap_locked(&m, at);
    if (!error) {
        struct area *area = area_find(space, *at);
        is_locked = area && area->flags & AREA_LOCKED;
    }
    rwlock_write_done(&space->lock);
    areas_release(&m.removed);
    if (is_locked)
        space_populate(space, *at, *at + m.new_bytes, FAULT_READ);
    return error;
}
