/* SPDX-License-Identifier: MIT */
/* Page table entries, as far as they are the same on all CPUs: one word each,
 * with the page's address in PTE_ADDRESS, and PTE_RIGHTS as pte_rights(access)
 * makes them. */
#ifndef COMMON_ENTRIES_H
#define COMMON_ENTRIES_H

#include "arch/atomic.h"

static inline bool pte_is_empty(pte_t pte)
{
    return !pte;
}

static inline uint64_t pte_physical(pte_t pte)
{
    return pte & PTE_ADDRESS;
}

static inline bool pte_is_accessed(pte_t pte)
{
    return pte & PTE_ACCESSED;
}

static inline pte_t pte_read(pte_t *entry)
{
    return atomic_load(entry);
}

static inline pte_t pte_take(pte_t *entry)
{
    return atomic_exchange(entry, 0);
}

/* The CPU may be changing other bits meanwhile. */
static inline pte_t pte_restrict(pte_t *entry, unsigned access)
{
    pte_t old;
    do
        old = atomic_load(entry);
    while (!atomic_replace(
        entry, old, (old & ~PTE_RIGHTS) | pte_rights(access)));
    return old;
}

#endif
