/* SPDX-License-Identifier: MIT */
/* Page faults.  The space's lock is held for reading; an entry is changed under
 * its table page's lock, which is dropped to get a page and taken again: then
 * the entry must still be what it was, or everything is looked at once more.
 *
 * The hard part is copy on write.  A live entry may not be overwritten: it is
 * taken, flushed with no lock held, and only then the copy is installed.  In
 * between the entry is empty, and another CPU that faults there must not take
 * it for one that was never filled: the table page notes the address that is
 * being replaced, and others wait for that to end.
 *
 * Nobody waits for memory under a lock: -ENOMEM goes up to space_fault. */
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/area.h"
#include "mm/store_pages.h"
#include "mm/zap.h"

enum { AROUND_PAGES = 16 }; /* mapped at once when they are in the store */

struct service {
    struct space *space;
    struct area *area;
    uintptr_t address; /* of the page */
    enum fault_kind kind;
};

static struct page *table_page(pte_t *entry)
{
    return page_of_pointer(entry);
}

static uint64_t index_of(const struct service *s)
{
    return (s->address - s->area->start + s->area->offset) >> PAGE_SHIFT;
}

static void sync_code(const struct service *s, struct page *page)
{
    if (s->area->flags & AREA_EXECUTE)
        pagetable_sync_code(page_pointer(page), PAGE_BYTES);
}

/* Installs a fresh anonymous page that nobody else knows; frees it if it was
 * not needed. `source`: the store's page it was copied from, or NULL. */
static int install_fresh(
    struct service *s, struct page *fresh, const struct page *source)
{
    struct pagetable *table = &s->space->table;
    pte_t *entry = pagetable_lock_make(table, s->address);
    int error = entry ? 0 : -ENOMEM;
    memory_barrier(); /* mm/store_change.c: the table, then the store */
    if (entry && (!pte_is_empty(pte_read(entry)) ||
                     table_page(entry)->replaced == s->address ||
                     (source && atomic_load(&source->store) != s->area->store)))
        error = -EAGAIN;
    if (!error) {
        fresh->counts = PAGE_ONE_MAPPING;
        sync_code(s, fresh);
        pte_install(entry,
            pte_make(page_physical(fresh), area_access(s->area, true)));
    }
    if (entry)
        pagetable_unlock(table, s->address, entry);
    if (error)
        pages_free(fresh);
    else
        atomic_add(&s->space->resident_anonymous, 1);
    return error;
}

static int serve_zeros(struct service *s)
{
    struct page *page = page_alloc(PAGE_ANONYMOUS, PAGE_USER | PAGE_ZEROED);
    return page ? install_fresh(s, page, NULL) : -ENOMEM;
}

static struct page *copy_of(const struct page *page)
{
    struct page *copy = page_alloc(PAGE_ANONYMOUS, PAGE_USER);
    if (copy)
        memcpy(page_pointer(copy), page_pointer(page), PAGE_BYTES);
    return copy;
}

/* A private write to a page of a store that is not mapped yet. */
static int serve_copy(struct service *s, struct page *page)
{
    struct page *copy = copy_of(page);
    int error = copy ? install_fresh(s, copy, page) : -ENOMEM;
    page_unpin(page);
    return error;
}

/* The stretch of an area to map at once, [*first, first + count). */
static unsigned choose_around(const struct service *s, uintptr_t *first)
{
    bool writes = s->kind == FAULT_WRITE;
    uintptr_t window = AROUND_PAGES * PAGE_BYTES;
    uintptr_t start = align_down(s->address, window);
    *first = writes ? s->address : max(start, s->area->start);
    uintptr_t end =
        writes ? s->address + PAGE_BYTES : min(start + window, s->area->end);
    return (end - *first) >> PAGE_SHIFT;
}

/* Installs pinned pages where there is nothing; the pins become mappings or are
 * dropped. How many were installed, and whether the one asked for is there. */
static unsigned install_run(struct service *s, pte_t *entry, uintptr_t first,
    struct page **pages, unsigned count, bool *is_served)
{
    const struct area *area = s->area;
    unsigned installed = 0;
    unsigned access = area_access(area, area->flags & AREA_SHARED);
    uintptr_t replaced = table_page(entry)->replaced;
    for (unsigned i = 0; i < count; i++, entry++) {
        struct page *page = pages[i];
        uintptr_t address = first + i * PAGE_BYTES;
        if (!page)
            continue;
        if (!pte_is_empty(pte_read(entry)) || replaced == address ||
            atomic_load(&page->store) != area->store) {
            page_unpin(page);
            continue;
        }
        sync_code(s, page);
        atomic_add(&page->counts, PAGE_ONE_MAPPING - PAGE_ONE_PIN);
        if (access & ACCESS_WRITE)
            atomic_or(&page->flags, PAGE_FLAG_DIRTY);
        pte_install(entry, pte_make(page_physical(page), access));
        *is_served |= address == s->address;
        installed++;
    }
    return installed;
}

/* Maps pages of the store themselves. */
static int serve_store(struct service *s)
{
    struct area *area = s->area;
    struct page *page, *pages[AROUND_PAGES];
    int error = store_fault(area->store, index_of(s), &page);
    if (error)
        return error;
    if (s->kind == FAULT_WRITE && !(area->flags & AREA_SHARED))
        return serve_copy(s, page);

    uintptr_t first;
    unsigned count = choose_around(s, &first);
    store_find_run(area->store,
        (first - area->start + area->offset) >> PAGE_SHIFT, count, pages);
    page_unpin(page);
    struct pagetable *table = &s->space->table;
    pte_t *entry = pagetable_lock_make(table, first);
    if (!entry) {
        for (unsigned i = 0; i < count; i++)
            if (pages[i])
                page_unpin(pages[i]);
        return -ENOMEM;
    }
    memory_barrier(); /* as in install_fresh */
    bool is_served = false;
    unsigned installed =
        install_run(s, entry, first, pages, count, &is_served);
    pagetable_unlock(table, first, entry);
    atomic_add(&s->space->resident_shared, installed);
    return is_served ? 0 : -EAGAIN;
}

/* Whether the entry is still the one that was looked at, and free to go. */
static bool may_replace(pte_t *entry, const struct page *page)
{
    pte_t now = pte_read(entry);
    return !pte_is_empty(now) && pte_physical(now) == page_physical(page) &&
           !pte_is_writable(now) && !table_page(entry)->replaced;
}

/* Puts `copy` in the place of `page`, which the caller has pinned. */
static int replace(struct service *s, struct page *page, struct page *copy)
{
    struct pagetable *table = &s->space->table;
    uintptr_t address = s->address;
    pte_t *entry = pagetable_lock_find(table, address);
    if (!entry || !may_replace(entry, page)) {
        if (entry)
            pagetable_unlock(table, address, entry);
        pages_free(copy);
        return -EAGAIN;
    }
    table_page(entry)->replaced = address;
    pte_take(entry);
    pagetable_unlock(table, address, entry);

    struct flush flush;
    flush_init(&flush, table);
    flush_add(&flush, address, address + PAGE_BYTES);
    flush_finish(&flush);

    entry = pagetable_lock_find(table, address);
    table_page(entry)->replaced = 0;
    copy->counts = PAGE_ONE_MAPPING;
    sync_code(s, copy);
    pte_install(
        entry, pte_make(page_physical(copy), area_access(s->area, true)));
    pagetable_unlock(table, address, entry);
    if (page->use != PAGE_ANONYMOUS) {
        atomic_sub(&s->space->resident_shared, 1);
        atomic_add(&s->space->resident_anonymous, 1);
    }
    page_unmap(page);
    return 0;
}

static int serve_copy_on_write(struct service *s, struct page *page)
{
    struct page *copy = copy_of(page);
    int error = copy ? replace(s, page, copy) : -ENOMEM;
    page_unpin(page);
    return error;
}

/* Something is mapped: more rights, or a copy. The entry is locked. */
static int serve_present(struct service *s, pte_t *entry, pte_t old)
{
    struct pagetable *table = &s->space->table;
    struct page *page = page_at(pte_physical(old));
    bool writes = s->kind == FAULT_WRITE || pte_is_writable(old);
    bool is_shared = s->area->flags & AREA_SHARED;
    bool is_ours = is_shared || pte_is_writable(old) ||
                   (page->use == PAGE_ANONYMOUS && page_is_sole(page));
    if (writes && !is_ours) {
        page_pin(page);
        pagetable_unlock(table, s->address, entry);
        return serve_copy_on_write(s, page);
    }
    if (writes && is_shared)
        atomic_or(&page->flags, PAGE_FLAG_DIRTY);
    sync_code(s, page);
    pte_upgrade(
        entry, pte_make(page_physical(page), area_access(s->area, writes)));
    pagetable_unlock(table, s->address, entry);
    return 0;
}

static int serve(struct service *s)
{
    struct pagetable *table = &s->space->table;
    pte_t *entry = pagetable_lock_make(table, s->address);
    if (!entry)
        return -ENOMEM;
    pte_t old = pte_read(entry);
    if (!pte_is_empty(old))
        return serve_present(s, entry, old);
    bool is_being_replaced = table_page(entry)->replaced == s->address;
    pagetable_unlock(table, s->address, entry);
    if (is_being_replaced) {
        cpu_relax();
        return -EAGAIN;
    }
    return s->area->store ? serve_store(s) : serve_zeros(s);
}

static bool has_right(const struct area *area, enum fault_kind kind)
{
    static const unsigned needed[] = {
        [FAULT_READ] = AREA_RIGHTS,
        [FAULT_WRITE] = AREA_WRITE,
        [FAULT_EXECUTE] = AREA_EXECUTE,
    };
    return area->flags & needed[kind];
}

/* A fault below a stack. -EAGAIN when it has grown (by whoever). */
static int grow_stack(struct space *space, uintptr_t address)
{
    int result = -EFAULT;
    rwlock_write(&space->lock);
    struct area *area = area_find(space, address);
    if (!area || !(area->flags & AREA_GROWS_DOWN) || address < USER_START)
        goto done;
    if (area->start <= address) {
        result = -EAGAIN;
        goto done;
    }
    const struct area *prev = area_prev(area);
    uint64_t more = area->start - address;
    bool has_room = !prev || prev->flags & AREA_GROWS_DOWN ||
                    !(prev->flags & AREA_RIGHTS) ||
                    address - prev->end >= STACK_GUARD_BYTES;
    if (!has_room || area->end - address > space->limit_stack_bytes ||
        space_may_grow(space, more, area->flags) ||
        (area->flags & AREA_LOCKED && space_may_lock(space, more)))
        goto done;
    area_move_bounds(area, address, area->end);
    result = -EAGAIN;
done:
    rwlock_write_done(&space->lock);
    return result;
}

static int fault_once(
    struct space *space, uintptr_t address, enum fault_kind kind)
{
    struct service service = {
        .space = space,
        .address = address,
        .kind = kind,
    };
    rwlock_read(&space->lock);
    struct area *area = area_find(space, address);
    if (!area || address < area->start) {
        bool grows = area && area->flags & AREA_GROWS_DOWN;
        rwlock_read_done(&space->lock);
        return grows ? grow_stack(space, address) : -EFAULT;
    }
    service.area = area;
    int result = has_right(area, kind) ? serve(&service) : -EACCES;
    rwlock_read_done(&space->lock);
    return result;
}

int space_fault(struct space *space, uintptr_t address, enum fault_kind kind)
{
    address = align_down(address, PAGE_BYTES);
    if (address >= USER_END)
        return -EFAULT;
    for (;;) {
        if (unlikely(atomic_load(&space->is_dying)))
            return -ERESTART;
        int result = fault_once(space, address, kind);
        if (likely(!result))
            return 0;
        if (result == -ENOMEM && pages_wait())
            continue;
        if (result != -EAGAIN)
            return result;
    }
}
