/* SPDX-License-Identifier: MIT */
/* fork: a space like another, copy on write.
 *
 * Areas are copied one by one.  Of the pages only anonymous ones of private
 * areas are: what the store still has, a fault finds again.  A stretch of
 * entries is restricted and written down under the parent's lock of its table,
 * then installed under the child's; the parent is flushed once, before anyone
 * sees the child. */
#include "lib/errno.h"
#include "mm/area.h"
#include "mm/zap.h"

struct copying {
    struct space *from, *to;
    struct flush flush; /* of the parent */
    pte_t *entries;     /* room for one stretch */
    uint64_t pages;     /* copied so far */
};

enum { ENTRIES = PAGE_BYTES / sizeof(pte_t) };

/* What the child gets for one entry of the parent; empty: nothing. */
static pte_t copy_entry(struct copying *c, uintptr_t address, pte_t *entry)
{
    const pte_t empty = { 0 };
    pte_t pte = pte_read(entry);
    if (pte_is_empty(pte))
        return empty;
    struct page *page = page_at(pte_physical(pte));
    if (page->use != PAGE_ANONYMOUS)
        return empty;
    unsigned access = pte_access(pte) & ~ACCESS_WRITE;
    if (pte_is_writable(pte)) {
        pte_restrict(entry, access);
        flush_add(&c->flush, address, address + PAGE_BYTES);
    }
    page_map(page);
    return pte_make(page_physical(page), access);
}

/* Notes what one table page of the parent has from start to *stop, which may
 * come nearer; how many entries that is. */
static unsigned note_stretch(struct copying *c, uintptr_t start, uintptr_t *stop)
{
    struct pagetable *table = &c->from->table;
    pte_t *entry = pagetable_lock_find(table, start), *at = entry;
    *stop = min(*stop, pagetable_stretch_end(table, start));
    if (!entry)
        return 0;
    *stop = min(*stop, start + ENTRIES * PAGE_BYTES);
    unsigned count = 0;
    uintptr_t address = start;
    for (pte_t *to = c->entries; address < *stop; address += PAGE_BYTES) {
        *to = copy_entry(c, address, at++);
        count += !pte_is_empty(*to++);
    }
    pagetable_unlock(table, start, entry);
    return count;
}

static int install_stretch(struct copying *c, uintptr_t start, uintptr_t stop)
{
    struct pagetable *table = &c->to->table;
    pte_t *entry = pagetable_lock_make(table, start), *at = entry;
    unsigned slots = (stop - start) >> PAGE_SHIFT;
    for (unsigned i = 0; i < slots; i++, at++) {
        if (pte_is_empty(c->entries[i]))
            continue;
        if (entry)
            pte_install(at, c->entries[i]);
        else
            page_unmap(page_at(pte_physical(c->entries[i])));
    }
    if (!entry)
        return -ENOMEM;
    pagetable_unlock(table, start, entry);
    return 0;
}

static int copy_pages(struct copying *c, const struct area *area)
{
    uintptr_t start = area->start;
    while (start < area->end) {
        uintptr_t stop = area->end;
        unsigned count = note_stretch(c, start, &stop);
        if (count && install_stretch(c, start, stop))
            return -ENOMEM;
        c->pages += count;
        start = stop;
    }
    return 0;
}

static int copy_area(struct copying *c, struct area *area)
{
    if (area->flags & AREA_NO_FORK)
        return 0;
    struct area *copy = area_new(area, area->start, area->end);
    if (!copy)
        return -ENOMEM;
    copy->flags &= ~AREA_LOCKED;
    area_insert(c->to, copy, area);
    if (area->flags & (AREA_SHARED | AREA_WIPE_FORK))
        return 0;
    return copy_pages(c, area);
}

static int copy_areas(struct copying *c)
{
    struct area *area = area_first(c->from);
    for (; area; area = area_next(area)) {
        int error = copy_area(c, area);
        if (error)
            return error;
    }
    return 0;
}

/* What is not areas; the parent is locked. */
static void copy_facts(struct space *to, const struct space *from)
{
    to->map_top = from->map_top;
    to->map_bottom = from->map_bottom;
    to->no_huge_pages = from->no_huge_pages;
    to->break_start = from->break_start;
    to->break_end = from->break_end;
    to->code_start = from->code_start;
    to->code_end = from->code_end;
    to->data_start = from->data_start;
    to->data_end = from->data_end;
    to->stack_top = from->stack_top;
    to->arguments_start = from->arguments_start;
    to->arguments_end = from->arguments_end;
    to->environment_start = from->environment_start;
    to->environment_end = from->environment_end;
    to->auxv_words = from->auxv_words;
    for (unsigned i = 0; i < from->auxv_words; i++)
        to->auxv[i] = from->auxv[i];
    if (from->program && from->program_get) {
        from->program_get(from->program);
        to->program = from->program;
        to->program_get = from->program_get;
        to->program_put = from->program_put;
    }
    to->limit_bytes = from->limit_bytes;
    to->limit_data_bytes = from->limit_data_bytes;
    to->limit_stack_bytes = from->limit_stack_bytes;
    to->limit_locked_bytes = from->limit_locked_bytes;
    to->may_lock_all = atomic_load(&from->may_lock_all);
    to->vdso = from->vdso;
    to->barriers = atomic_load(&from->barriers);
    to->is_dumpable = from->is_dumpable;
    to->dump_filter = atomic_load(&from->dump_filter);
}

struct space *space_copy(struct space *space)
{
    struct space *child = space_new();
    struct page *buffer = page_alloc(PAGE_KERNEL, 0);
    int error = child && buffer ? 0 : -ENOMEM;
    if (!error) {
        struct copying copying = {
            .from = space,
            .to = child,
            .entries = page_pointer(buffer),
        };
        flush_init(&copying.flush, &space->table);
        rwlock_write(&space->lock);
        copy_facts(child, space);
        error = copy_areas(&copying);
        if (copying.flush.from < copying.flush.to)
            flush_finish(&copying.flush);
        rwlock_write_done(&space->lock);
        child->resident_anonymous = copying.pages;
        child->peak_resident = copying.pages;
    }
    if (buffer)
        pages_free(buffer);
    if (!error)
        return child;
    space_put(child);
    return NULL;
}
