/* SPDX-License-Identifier: MIT */
/* Page table entries of aarch64: 4 KiB pages, 48 bits.  There is no dirty bit
 * of the CPU's: what may be written counts as dirty.  An entry that forbids
 * everything keeps its page but is not valid. */
#ifndef MACHINE_PAGETABLE_H
#define MACHINE_PAGETABLE_H

#include "arch/atomic.h"
#include "arch/cpu.h"

typedef uint64_t pte_t;

#define PTE_VALID        0x001ull
#define PTE_PAGE         0x002ull /* a page or a table, not a 2 MiB block */
#define PTE_DEVICE       0x004ull /* the memory type of MAIR's second byte */
#define PTE_USER         0x040ull
#define PTE_READ_ONLY    0x080ull
#define PTE_SHARED       0x300ull /* by all CPUs */
#define PTE_ACCESSED     0x400ull
#define PTE_NOT_GLOBAL   0x800ull
#define PTE_NO_KERNEL_EXECUTE (1ull << 53)
#define PTE_NO_USER_EXECUTE   (1ull << 54)
#define PTE_FORBIDDEN      (1ull << 55) /* ours: a page, but no right to it */
#define PTE_FORBIDDEN_USER (1ull << 56) /* ours: it was the user's */
#define PTE_ADDRESS      0x0000fffffffff000ull
#define PTE_RIGHTS                                                             \
    (PTE_VALID | PTE_PAGE | PTE_USER | PTE_READ_ONLY | PTE_NOT_GLOBAL |        \
        PTE_NO_KERNEL_EXECUTE | PTE_NO_USER_EXECUTE | PTE_FORBIDDEN |          \
        PTE_FORBIDDEN_USER)

struct pagetable {
    uint64_t root;       /* physical; [c] */
    uint64_t asid;       /* [atomic] generation and number; 0: none yet */
    cpu_mask cpus;       /* [atomic] that have it loaded */
    unsigned long pages; /* [atomic] table pages, the root included */
};

static inline bool pte_is_writable(pte_t pte)
{
    return (pte & (PTE_VALID | PTE_READ_ONLY)) == PTE_VALID;
}

static inline bool pte_is_dirty(pte_t pte)
{
    return pte_is_writable(pte);
}

static inline bool pte_is_executable(pte_t pte)
{
    return !(pte & (pte & PTE_USER ? PTE_NO_USER_EXECUTE
                                   : PTE_NO_KERNEL_EXECUTE));
}

static inline unsigned pte_access(pte_t pte)
{
    if (!(pte & PTE_VALID))
        return pte & PTE_FORBIDDEN_USER ? ACCESS_USER : 0;
    return ACCESS_READ | (pte_is_writable(pte) ? ACCESS_WRITE : 0) |
           (pte_is_executable(pte) ? ACCESS_EXECUTE : 0) |
           (pte & PTE_USER ? ACCESS_USER : 0) |
           (pte & PTE_DEVICE ? ACCESS_DEVICE : 0);
}

/* The rights alone.  The kernel never executes what is the user's. */
static inline pte_t pte_rights(unsigned access)
{
    if (!(access & (ACCESS_READ | ACCESS_WRITE | ACCESS_EXECUTE)))
        return PTE_FORBIDDEN |
               (access & ACCESS_USER ? PTE_FORBIDDEN_USER : 0);
    pte_t never = access & ACCESS_USER ? PTE_NO_KERNEL_EXECUTE
                                       : PTE_NO_USER_EXECUTE;
    pte_t both = PTE_NO_KERNEL_EXECUTE | PTE_NO_USER_EXECUTE;
    return PTE_VALID | PTE_PAGE | (access & ACCESS_EXECUTE ? never : both) |
           (access & ACCESS_WRITE ? 0 : PTE_READ_ONLY) |
           (access & ACCESS_USER ? PTE_USER | PTE_NOT_GLOBAL : 0);
}

static inline pte_t pte_make(uint64_t physical, unsigned access)
{
    return (physical & PTE_ADDRESS) | PTE_ACCESSED | PTE_SHARED |
           pte_rights(access) | (access & ACCESS_DEVICE ? PTE_DEVICE : 0);
}

/* The MMU walks by itself: it must see the entry before the next access. */
static inline void pte_publish(void)
{
    __asm__ volatile("dsb ishst" : : : "memory");
}

static inline void pte_install(pte_t *entry, pte_t pte)
{
    atomic_store_release(entry, pte);
    pte_publish();
}

/* A CPU that remembers the old entry faults and forgets it: page_fault. */
static inline void pte_upgrade(pte_t *entry, pte_t pte)
{
    pte_install(entry, pte);
}

#include "arch/common/entries.h"

#endif
