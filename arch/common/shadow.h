/* SPDX-License-Identifier: MIT */
/* The page tables of the shadow.  Where nothing has a shadow of its own, tables
 * that start.S made stand for all: each is 512 times the next, the last one is
 * 512 times a page of zeros. */
#ifndef COMMON_SHADOW_H
#define COMMON_SHADOW_H

#include "arch/boot.h"
#include "arch/common/tables.h"

#ifdef CONFIG_KASAN

#include "arch/shadow.h"
#include "lib/string.h"

extern char shadow_tables[3 * PAGE_BYTES], shadow_zeros[PAGE_BYTES];

/* Does the entry lead to one of them? */
static inline bool shadow_is_shared(pte_t entry)
{
    return pte_physical(entry) - pointer_to_physical(shadow_tables) <
        sizeof shadow_tables;
}

/* A table that is to stand in the place of the one of entry. */
static inline void shadow_copy_table(uint64_t fresh, pte_t entry)
{
    if (shadow_is_shared(entry))
        memcpy(physical_to_pointer(fresh),
            physical_to_pointer(pte_physical(entry)), PAGE_BYTES);
}

/* Table pages for the shadow of so much RAM, and of all else. */
static inline uint64_t shadow_tables_needed(uint64_t ram_bytes)
{
    return (ram_bytes >> 24) + (ram_bytes >> 33) + 16;
}

void shadow_enter(uint64_t root); /* hangs the shared tables into a new root */
/* Was a fault only that of a CPU that remembered the page of zeros? */
bool shadow_was_stale(uintptr_t address);

#else

static inline bool shadow_is_shared(pte_t entry)
{
    return false;
}

static inline void shadow_copy_table(uint64_t fresh, pte_t entry)
{
}

static inline uint64_t shadow_tables_needed(uint64_t ram_bytes)
{
    return 0;
}

static inline void shadow_enter(uint64_t root)
{
}

static inline bool shadow_was_stale(uintptr_t address)
{
    return false;
}

#endif
#endif
