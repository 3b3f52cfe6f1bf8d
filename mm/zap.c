/* SPDX-License-Identifier: MIT */
/* Walks over page table entries, a table page at a time under its lock.  Pages
 * are dropped only after the flush, so they wait in a batch; a large range
 * borrows a page for it. */
#include "mm/zap.h"

void batch_init(struct batch *batch, struct space *space, size_t range_bytes)
{
    batch->space = space;
    flush_init(&batch->flush, &space->table);
    batch->count = 0;
    batch->buffer = NULL;
    batch->pages = batch->few;
    batch->capacity = array_size(batch->few);
    if (range_bytes <= batch->capacity * PAGE_BYTES)
        return;
    /* A victim's memory must come free even when there is none. */
    batch->buffer = page_alloc(PAGE_KERNEL, PAGE_RESERVE);
    if (!batch->buffer)
        return;
    batch->pages = page_pointer(batch->buffer);
    batch->capacity = PAGE_BYTES / sizeof *batch->pages;
}

static void drop_pages(struct batch *batch)
{
    uint64_t anonymous = 0;
    for (unsigned i = 0; i < batch->count; i++) {
        struct page *page = batch->pages[i];
        anonymous += page->use == PAGE_ANONYMOUS;
        page_unmap(page);
    }
    struct space *space = batch->space;
    if (anonymous)
        atomic_sub(&space->resident_anonymous, anonymous);
    if (batch->count - anonymous)
        atomic_sub(&space->resident_shared, batch->count - anonymous);
    batch->count = 0;
}

void batch_flush(struct batch *batch)
{
    if (batch->flush.from >= batch->flush.to)
        return;
    flush_finish(&batch->flush);
    flush_init(&batch->flush, &batch->space->table);
    drop_pages(batch);
}

void batch_finish(struct batch *batch)
{
    batch_flush(batch);
    if (batch->buffer)
        pages_free(batch->buffer);
}

void space_note_peak(struct space *space)
{
    uint64_t now = space_resident_pages(space);
    if (now > atomic_load(&space->peak_resident))
        atomic_store(&space->peak_resident, now);
}

static bool is_spared(pte_t pte, enum zap what)
{
    return what == ZAP_STORE &&
           page_at(pte_physical(pte))->use == PAGE_ANONYMOUS;
}

/* Takes entries from `from` on while the batch has room; where it stopped. */
static uintptr_t zap_stretch(struct batch *batch, pte_t *entry, uintptr_t from,
    uintptr_t to, enum zap what)
{
    for (; from < to && !batch_is_full(batch); from += PAGE_BYTES, entry++) {
        pte_t old = pte_read(entry);
        if (pte_is_empty(old) || is_spared(old, what))
            continue;
        old = pte_take(entry);
        struct page *page = page_at(pte_physical(old));
        if (pte_is_dirty(old) && page->use == PAGE_STORE)
            atomic_or(&page->flags, PAGE_FLAG_DIRTY);
        batch_add(batch, from, page);
    }
    return from;
}

void zap_range(
    struct space *space, uintptr_t from, uintptr_t to, enum zap what)
{
    struct pagetable *table = &space->table;
    struct batch batch;
    space_note_peak(space);
    batch_init(&batch, space, to - from);
    while (from < to) {
        pte_t *entry = pagetable_lock_find(table, from);
        uintptr_t stop = min(to, pagetable_stretch_end(table, from));
        if (!entry) {
            from = stop;
            continue;
        }
        uintptr_t reached = zap_stretch(&batch, entry, from, stop, what);
        pagetable_unlock(table, from, entry);
        if (batch_is_full(&batch)) {
            batch_flush(&batch);
            thread_breathe();
        }
        from = reached;
    }
    batch_finish(&batch);
}

void zap_unused(struct space *space, uintptr_t from, uintptr_t to)
{
    struct pagetable *table = &space->table;
    while (from < to) {
        pte_t *entry = pagetable_lock_find(table, from), *at = entry;
        uintptr_t stop = min(to, pagetable_stretch_end(table, from));
        if (!entry) {
            from = stop;
            continue;
        }
        for (uintptr_t address = from; address < stop;
             address += PAGE_BYTES, at++) {
            pte_t old = pte_read(at);
            if (pte_is_empty(old))
                continue;
            pte_take(at);
            struct page *page = page_at(pte_physical(old));
            if (pte_is_dirty(old) && page->use == PAGE_STORE)
                atomic_or(&page->flags, PAGE_FLAG_DIRTY);
            page_unmap(page);
        }
        pagetable_unlock(table, from, entry);
        from = stop;
        thread_breathe();
    }
}

void restrict_range(
    struct space *space, uintptr_t from, uintptr_t to, unsigned access)
{
    struct pagetable *table = &space->table;
    struct flush flush;
    flush_init(&flush, table);
    while (from < to) {
        pte_t *entry = pagetable_lock_find(table, from), *at = entry;
        uintptr_t stop = min(to, pagetable_stretch_end(table, from));
        for (uintptr_t address = from; entry && address < stop;
             address += PAGE_BYTES, at++) {
            unsigned now = pte_access(pte_read(at));
            if (pte_is_empty(pte_read(at)) || !(now & ~access))
                continue;
            pte_restrict(at, now & access);
            flush_add(&flush, address, address + PAGE_BYTES);
        }
        if (entry)
            pagetable_unlock(table, from, entry);
        from = stop;
    }
    if (flush.from < flush.to)
        flush_finish(&flush);
}
