/* SPDX-License-Identifier: MIT */
/* PLANTS: NO_RELEASE NO_ACQUIRE */
/* Walks down page tables that others make at the same time. */
#include "races.h"
#include "arch/common/tables.c"

enum { ROUNDS = 300, SPREAD = 5, PAGES = 4096 };

char *hosted_ram, *hosted_page_array;
static unsigned next = 1; /* page of RAM; 0 is none */
static struct spinlock locks[PAGES];

/* Given back ones are not used again. */
static uint64_t alloc(void)
{
    uint64_t physical =
        __atomic_fetch_add(&next, 1, __ATOMIC_RELAXED) * PAGE_BYTES;
    must(physical / PAGE_BYTES < PAGES);
    uint64_t *page = physical_to_pointer(physical);
    for (unsigned i = 0; i < TABLE_ENTRIES; i++)
        page[i] = 0; /* memset in line would not be seen */
    return physical;
}

static void drop(uint64_t physical)
{
}

static struct spinlock *lock_of(uint64_t physical)
{
    return &locks[physical / PAGE_BYTES];
}

static const struct table_pages pages = { alloc, drop, lock_of };
static struct pagetable table;

static uintptr_t address; /* [atomic] where CPU 0 is */
static bool is_over;      /* [atomic] */

/* Other tables at each step. */
static uintptr_t make_one(unsigned i)
{
    unsigned level = i % TABLE_LEVELS + 1;
    uintptr_t at = (i % SPREAD + 1ul) << table_shift(level) | (uintptr_t)i << 21;
    __atomic_store_n(&address, at, __ATOMIC_RELAXED);
    sched_yield();
    pte_t *entry = pagetable_lock_make(&table, at);
    must(entry);
    *entry += 1 << PAGE_SHIFT;
    pagetable_unlock(&table, at, entry);
    return at;
}

static void find_one(uintptr_t at)
{
    (void)pagetable_stretch_end(&table, at);
    pte_t *entry = pagetable_lock_find(&table, at);
    if (!entry)
        return;
    *entry += 1 << PAGE_SHIFT;
    pagetable_unlock(&table, at, entry);
}

static void work(unsigned cpu)
{
    for (unsigned i = 0; !cpu && i < ROUNDS; i++)
        find_one(make_one(i));
    if (!cpu)
        __atomic_store_n(&is_over, true, __ATOMIC_RELAXED);
    while (!__atomic_load_n(&is_over, __ATOMIC_RELAXED))
        find_one(__atomic_load_n(&address, __ATOMIC_RELAXED));
}

int main(void)
{
    hosted_ram = aligned_alloc(PAGE_BYTES, PAGES * PAGE_BYTES);
    pagetable_set_pages(&pages);
    table = (struct pagetable){ .root = alloc() };
    races_run(3, work);
    free(hosted_ram);
}
