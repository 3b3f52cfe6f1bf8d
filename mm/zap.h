/* SPDX-License-Identifier: MIT */
/* Ranges of page table entries: taking them away, restricting them. */
#ifndef MM_ZAP_H
#define MM_ZAP_H

#include "mm/space.h"

/* Pages whose entries were taken, kept until no CPU can use them. */
struct batch {
    struct space *space;
    struct flush flush;
    struct page **pages;
    unsigned count, capacity;
    struct page *buffer; /* behind pages, or NULL: then few */
    struct page *few[16];
};
void batch_init(struct batch *batch, struct space *space, size_t range_bytes);
static inline bool batch_is_full(const struct batch *batch)
{
    return batch->count == batch->capacity;
}
static inline void batch_add(
    struct batch *batch, uintptr_t address, struct page *page)
{
    flush_add(&batch->flush, address, address + PAGE_BYTES);
    batch->pages[batch->count++] = page;
}
void batch_flush(struct batch *batch); /* and goes on */
void batch_finish(struct batch *batch);

enum zap { ZAP_ALL, ZAP_STORE };
/* Takes the entries of a range and drops their pages; ZAP_STORE spares private
 * copies. The space's lock is held, for reading at least. */
void zap_range(
    struct space *space, uintptr_t from, uintptr_t to, enum zap what);
/* The same for a space nobody runs on any more. */
void zap_unused(struct space *space, uintptr_t from, uintptr_t to);
/* Leaves only rights of `access`, what is more stays off. */
void restrict_range(
    struct space *space, uintptr_t from, uintptr_t to, unsigned access);

/* Notes the most pages that were ever resident; before any are taken. */
void space_note_peak(struct space *space);

#endif
