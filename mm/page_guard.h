/* SPDX-License-Identifier: MIT */
/* The debug build's watch over pages: who had them, poison in free ones, and a
 * quarantine, so that a freed page is given again only after many others and
 * who still uses it is found.  Nothing in other builds. */
#ifndef MM_PAGE_GUARD_H
#define MM_PAGE_GUARD_H

#include "mm/pages.h"

#ifdef CONFIG_DEBUG
/* A block about to be given out; panics if it was written to while free. */
void page_guard_check(struct page *page, unsigned order);
void page_guard_taken(struct page *page);
void page_guard_freed(struct page *page);

/* Keeps a freed block back; the one that has waited longest on this CPU, if
 * that is now long enough, or NULL. */
struct page *page_quarantine_swap(struct page *page);
/* One that waits on any CPU; NULL: none does. */
struct page *page_quarantine_take(void);
uint64_t page_quarantine_pages(void);

/* Each block allocated since the beginning of the period and not freed, but
 * those that the heap has. */
void page_guard_begin_period(void);
void page_guard_visit(
    void (*visit)(void *data, callers who, size_t bytes), void *data);
#else
static inline void page_guard_check(struct page *page, unsigned order)
{
}
static inline void page_guard_taken(struct page *page)
{
}
static inline void page_guard_freed(struct page *page)
{
}
static inline struct page *page_quarantine_swap(struct page *page)
{
    return page;
}
static inline struct page *page_quarantine_take(void)
{
    return NULL;
}
static inline uint64_t page_quarantine_pages(void)
{
    return 0;
}
#endif

#endif
