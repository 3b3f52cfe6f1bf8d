/* SPDX-License-Identifier: MIT */
/* The buddy system behind mm/pages.h: whole blocks under one lock. */
#ifndef MM_BUDDY_H
#define MM_BUDDY_H

#include "mm/pages.h"

void buddy_init(const struct boot_info *boot);
void buddy_release(uint64_t start, uint64_t end);
/* A block that leaves at least `spare` pages free, or NULL. */
struct page *buddy_alloc(unsigned order, uint64_t spare);
/* Up to `most` single pages; how many. */
unsigned buddy_alloc_singles(
    struct page **pages, unsigned most, uint64_t spare);
void buddy_free(struct page *page, unsigned order);
void buddy_free_singles(struct page **pages, unsigned count);
uint64_t buddy_free_pages(void), buddy_total_pages(void);

/* A physical page for a kernel page table while this CPU makes room in the page
 * array, when nothing else can give one; 0 at all other times. */
uint64_t buddy_carve(void);
void pages_count_carved(void); /* such a page is a table from now on */
extern const struct table_pages page_tables; /* mm/tables.c */

#endif
