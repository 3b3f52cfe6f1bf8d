/* SPDX-License-Identifier: MIT */
/* The memory of a space, current or not, by its pages: each is pinned under the
 * lock of its entry and copied without any. */
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/area.h"

/* The page at address, if the entry has the right. */
static struct page *pin_mapped(
    struct space *space, uintptr_t address, enum fault_kind kind)
{
    pte_t *entry = pagetable_lock_find(&space->table, address);
    if (!entry)
        return NULL;
    struct page *page = NULL;
    pte_t pte = pte_read(entry);
    unsigned needed = kind == FAULT_WRITE ? ACCESS_WRITE : ACCESS_READ;
    if (!pte_is_empty(pte) && pte_access(pte) & needed) {
        page = page_pin(page_at(pte_physical(pte)));
        if (kind == FAULT_WRITE && page->use == PAGE_STORE)
            atomic_or(&page->flags, PAGE_FLAG_DIRTY);
    }
    pagetable_unlock(&space->table, address, entry);
    return page;
}

static struct page *pin_page(
    struct space *space, uintptr_t address, enum fault_kind kind)
{
    for (;;) {
        struct page *page = pin_mapped(space, address, kind);
        if (page || space_fault(space, address, kind))
            return page;
    }
}

size_t space_read(struct space *space, uintptr_t from, void *to, size_t bytes)
{
    size_t done = 0;
    while (done < bytes && from < USER_END) {
        size_t offset = from & (PAGE_BYTES - 1);
        size_t count = min(bytes - done, PAGE_BYTES - offset);
        struct page *page = pin_page(space, from, FAULT_READ);
        if (!page)
            break;
        memcpy((char *)to + done, (char *)page_pointer(page) + offset, count);
        page_unpin(page);
        done += count;
        from += count;
    }
    return done;
}

size_t space_write(
    struct space *space, uintptr_t to, const void *from, size_t bytes)
{
    size_t done = 0;
    while (done < bytes && to < USER_END) {
        size_t offset = to & (PAGE_BYTES - 1);
        size_t count = min(bytes - done, PAGE_BYTES - offset);
        struct page *page = pin_page(space, to, FAULT_WRITE);
        if (!page)
            break;
        memcpy((char *)page_pointer(page) + offset, (const char *)from + done,
            count);
        page_unpin(page);
        done += count;
        to += count;
    }
    return done;
}

int space_key(struct space *space, uintptr_t address, bool for_write,
    struct space_key *key)
{
    if (address >= USER_END)
        return -EFAULT;
    struct page *page =
        pin_page(space, address, for_write ? FAULT_WRITE : FAULT_READ);
    if (!page)
        return -EFAULT;
    page_unpin(page);
    int error = 0;
    *key = (struct space_key){ 0 };
    rwlock_read(&space->lock);
    struct area *area = area_find(space, address);
    if (!area || area->start > address) {
        error = -EFAULT;
    } else if (!area->store && !(area->flags & (AREA_SHARED | AREA_WRITE))) {
        error = -EFAULT; /* it never changes, and nobody waits for that */
    } else if (area->flags & AREA_SHARED) {
        key->identity = area->store->identity;
        key->offset = address - area->start + area->offset;
        key->is_shared = true;
    }
    rwlock_read_done(&space->lock);
    return error;
}
