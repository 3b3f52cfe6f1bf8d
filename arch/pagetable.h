/* SPDX-License-Identifier: MIT */
/* Page tables: one contract for an MMU with shootdowns by interrupt (x86) and
 * one that broadcasts and wants break-before-make (Arm).
 *
 * An entry is looked at and changed under its table page's lock:
 *
 *     pte_t *entry = pagetable_lock_make(table, address);  // or _lock_find
 *     if (!entry) return -ENOMEM;
 *     pte_t old = pte_read(entry);
 *     if (pte_is_empty(old)) pte_install(entry, pte_make(physical, access));
 *     pagetable_unlock(table, address, entry);
 *
 * Taking away or changing a live entry: pte_take leaves it empty and returns
 * what it was, the range goes into a struct flush, and only after flush_finish
 * (no lock held, interrupts on) may the page be freed or another one be
 * installed there.  Only making an entry more permissive, same page, needs no
 * flush: pte_upgrade (a stale CPU faults once more and finds it). */
#ifndef ARCH_PAGETABLE_H
#define ARCH_PAGETABLE_H

#include "lib/types.h"
#include "lib/list.h"

enum {
    ACCESS_READ = 1,
    ACCESS_WRITE = 2,
    ACCESS_EXECUTE = 4,
    ACCESS_USER = 8,
    ACCESS_DEVICE = 16, /* uncached */
};

#include "machine/pagetable.h" /* pte_t, struct pagetable */

static inline bool pte_is_empty(pte_t pte);
static inline uint64_t pte_physical(pte_t pte);
static inline bool pte_is_writable(pte_t pte);
static inline bool pte_is_dirty(pte_t pte);
static inline bool pte_is_accessed(pte_t pte);
static inline unsigned pte_access(pte_t pte);
static inline pte_t pte_make(uint64_t physical, unsigned access);
static inline pte_t pte_read(pte_t *entry);
static inline void pte_install(pte_t *entry, pte_t pte); /* was empty */
static inline void pte_upgrade(pte_t *entry, pte_t pte); /* same page */
static inline pte_t pte_take(pte_t *entry);
/* Fewer rights on the same page, atomically keeping a dirty bit; returns what
 * it was. Needs a flush. */
static inline pte_t pte_restrict(pte_t *entry, unsigned access);

/* Where table pages come from: told once, before the first user table.
 * alloc returns a zeroed page's physical address or 0; lock returns the page's
 * own spin lock. */
struct table_pages {
    uint64_t (*alloc)(void);
    void (*free)(uint64_t physical);
    struct spinlock *(*lock)(uint64_t physical);
};
void pagetable_set_pages(const struct table_pages *pages);

int pagetable_init(struct pagetable *table); /* the kernel's half is there */
/* All user entries were taken already; frees the tables. No CPU uses it. */
void pagetable_destroy(struct pagetable *table);
/* Table pages in use, for accounts. */
unsigned long pagetable_pages(const struct pagetable *table);

/* The entry of address with its table page locked; find: NULL if there is no
 * table, make: NULL for want of memory. */
pte_t *pagetable_lock_find(struct pagetable *table, uintptr_t address);
pte_t *pagetable_lock_make(struct pagetable *table, uintptr_t address);
void pagetable_unlock(
    struct pagetable *table, uintptr_t address, pte_t *entry);
/* The end of the stretch from address that one table page covers: how far a
 * loop may step from entry to entry under one lock, or skip if find was NULL
 * (then as far as the missing level reaches). */
uintptr_t pagetable_stretch_end(struct pagetable *table, uintptr_t address);

/* This CPU runs on table from now on; NULL: on any, for kernel threads (lazy,
 * keeps the old one loaded until it dies). Interrupts off. */
void pagetable_switch(struct pagetable *table);

/* Gathers what was changed, until it is safe everywhere. */
struct flush {
    struct pagetable *table;
    uintptr_t from, to; /* empty: from >= to */
};
static inline void flush_init(struct flush *flush, struct pagetable *table)
{
    *flush = (struct flush){ .table = table, .from = UINTPTR_MAX };
}
static inline void flush_add(struct flush *flush, uintptr_t from, uintptr_t to)
{
    flush->from = from < flush->from ? from : flush->from;
    flush->to = to > flush->to ? to : flush->to;
}
/* Returns when no CPU can use the old entries. Interrupts on, no spin lock. */
void flush_finish(struct flush *flush);

/* Code was written to the page: make it visible to instruction fetch. */
void pagetable_sync_code(void *page, size_t bytes);

/* Kernel mappings: stacks, the page array. Two calls for one stretch that a
 * table covers must not meet. -ENOMEM. */
int pagetable_map_kernel(
    uintptr_t address, uint64_t physical, size_t bytes, unsigned access);
/* Takes the mapping of one page away; its physical address. */
uint64_t pagetable_unmap_kernel(uintptr_t address);
/* Returns when no CPU can use what was unmapped there. Interrupts on, no spin
 * lock. */
void pagetable_flush_kernel(uintptr_t from, uintptr_t to);
/* Pages that became tables of the kernel's half since boot; they stay. */
unsigned long pagetable_kernel_pages(void);

/* A device's registers, mapped uncached; never undone. */
volatile void *device_map(uint64_t physical, size_t bytes);

#endif
