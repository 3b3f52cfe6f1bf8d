/* SPDX-License-Identifier: MIT */
/* Entries of the tests' tables: a page's address and a bit; or all there is. */
#ifdef WHOLE_TABLES
#include "arch/x86_64/pagetable.h"
#endif
#ifndef MACHINE_PAGETABLE_H
#define MACHINE_PAGETABLE_H

#include "machine/layout.h"

typedef uint64_t pte_t;
enum { PTE_PRESENT = 1 };

struct pagetable {
    uint64_t root;
    unsigned long pages; /* [atomic] */
    uint64_t asid;       /* [atomic] */
};

static inline uint64_t pte_physical(pte_t pte)
{
    return pte & ~(pte_t)(PAGE_BYTES - 1);
}

#endif
