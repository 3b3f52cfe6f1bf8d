/* SPDX-License-Identifier: MIT */
/* Page table entries of x86_64.  An entry that forbids everything keeps its
 * page but is not present: a page that is merely not the user's could still be
 * read by the kernel in the user's name. */
#ifndef MACHINE_PAGETABLE_H
#define MACHINE_PAGETABLE_H

#include "arch/atomic.h"
#include "arch/cpu.h"

typedef uint64_t pte_t;

#define PTE_PRESENT      0x001ull
#define PTE_WRITE        0x002ull
#define PTE_USER         0x004ull
#define PTE_UNCACHED     0x018ull /* PWT and PCD */
#define PTE_ACCESSED     0x020ull
#define PTE_DIRTY        0x040ull
#define PTE_LARGE        0x080ull /* a 2 MiB page, in the level above */
#define PTE_GLOBAL       0x100ull
#define PTE_FORBIDDEN    0x200ull /* ours: a page, but no right to it */
#define PTE_FORBIDDEN_USER 0x400ull /* ours: it was the user's */
#define PTE_ADDRESS      0x000ffffffffff000ull
#define PTE_RIGHTS                                                             \
    (PTE_PRESENT | PTE_WRITE | PTE_USER | PTE_FORBIDDEN |                      \
        PTE_FORBIDDEN_USER | 1ull << 63)

/* Bit 63, or 0 on a CPU without NX. */
extern uint64_t pte_no_execute;

struct pagetable {
    uint64_t root;       /* physical; [c] */
    cpu_mask cpus;       /* [atomic] that have it loaded */
    unsigned long pages; /* [atomic] table pages, the root included */
};

static inline bool pte_is_writable(pte_t pte)
{
    return pte & PTE_WRITE;
}

static inline bool pte_is_dirty(pte_t pte)
{
    return pte & PTE_DIRTY;
}

static inline unsigned pte_access(pte_t pte)
{
    if (!(pte & PTE_PRESENT))
        return pte & PTE_FORBIDDEN_USER ? ACCESS_USER : 0;
    return ACCESS_READ | (pte & PTE_WRITE ? ACCESS_WRITE : 0) |
           (pte & 1ull << 63 ? 0 : ACCESS_EXECUTE) |
           (pte & PTE_USER ? ACCESS_USER : 0) |
           (pte & PTE_UNCACHED ? ACCESS_DEVICE : 0);
}

/* The rights alone. */
static inline pte_t pte_rights(unsigned access)
{
    if (!(access & (ACCESS_READ | ACCESS_WRITE | ACCESS_EXECUTE)))
        return PTE_FORBIDDEN |
               (access & ACCESS_USER ? PTE_FORBIDDEN_USER : 0);
    return PTE_PRESENT | (access & ACCESS_WRITE ? PTE_WRITE : 0) |
           (access & ACCESS_EXECUTE ? 0 : pte_no_execute) |
           (access & ACCESS_USER ? PTE_USER : 0);
}

static inline pte_t pte_make(uint64_t physical, unsigned access)
{
    return (physical & PTE_ADDRESS) | PTE_ACCESSED | pte_rights(access) |
           (access & ACCESS_DEVICE ? PTE_UNCACHED : 0);
}

static inline void pte_install(pte_t *entry, pte_t pte)
{
    atomic_store_release(entry, pte);
}

/* The CPU may be setting the dirty bit meanwhile: it is kept. */
static inline void pte_upgrade(pte_t *entry, pte_t pte)
{
    pte_t old;
    do
        old = atomic_load(entry);
    while (!atomic_replace(entry, old, pte | (old & PTE_DIRTY)));
}

#include "arch/common/entries.h"

#endif
