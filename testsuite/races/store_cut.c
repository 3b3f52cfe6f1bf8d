/* SPDX-License-Identifier: MIT */
/* PLANTS: NO_RELEASE NO_ACQUIRE */
/* All of mm/: a store is cut while a page of it is mapped, in page tables that
 * are made for it; of the fault and the cut one sees the other.  (Their barriers
 * stand beside steps that order fully anyway, so a missing one does not show.) */
#define LATE_STORES
#define WHOLE_TABLES
#include "races.h"
#include "memory.h"

enum { FAULTERS = CPUS - 1, ROUNDS = 200 };
#define STRETCH (PAGE_BYTES * 512)

static struct space *spaces[FAULTERS];
static struct store *store;
static unsigned round_now, done; /* [atomic] */

/* All come here before anybody goes on. */
static void meet(unsigned *count, unsigned target)
{
    late_store_now();
    __atomic_fetch_add(count, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(count, __ATOMIC_SEQ_CST) < target)
        sched_yield();
}

static uintptr_t map_one(struct space *space, unsigned round)
{
    uintptr_t at;
    struct mapping mapping = {
        .start = STRETCH * (round + 1),
        .bytes = PAGE_BYTES,
        .flags = READ_WRITE_AREA | MAY_ALL | AREA_SHARED,
        .place = PLACE_FIXED,
        .store = store,
    };
    must(!space_map(space, &mapping, &at));
    return at;
}

static void fault_in(unsigned cpu, unsigned round)
{
    struct space *space = spaces[cpu];
    uintptr_t at = map_one(space, round);
    meet(&round_now, CPUS * (2 * round + 1));
    (void)space_fault(space, at, FAULT_READ);
    meet(&done, CPUS * (2 * round + 1));
    /* What was cut off is not mapped. */
    pte_t *entry = pagetable_lock_find(&space->table, at);
    must(!entry || pte_is_empty(pte_read(entry)));
    if (entry)
        pagetable_unlock(&space->table, at, entry);
    must(!space_unmap(space, at, PAGE_BYTES));
    meet(&round_now, CPUS * (2 * round + 2));
    meet(&done, CPUS * (2 * round + 2));
}

static void cut(unsigned round)
{
    store_resize(store, PAGE_BYTES);
    struct page *page;
    must(!store_fault(store, 0, &page));
    page_unpin(page);
    meet(&round_now, CPUS * (2 * round + 1));
    for (unsigned i = races_random(40); i; i--)
        sched_yield();
    store_resize(store, 0);
    meet(&done, CPUS * (2 * round + 1));
    meet(&round_now, CPUS * (2 * round + 2));
    meet(&done, CPUS * (2 * round + 2));
}

static void work(unsigned cpu)
{
    for (unsigned round = 0; round < ROUNDS; round++)
        if (cpu == FAULTERS)
            cut(round);
        else
            fault_in(cpu, round);
}

int main(void)
{
    hosted_boot(100ul << 20);
    store = store_new(NULL, NULL);
    for (unsigned i = 0; i < FAULTERS; i++)
        spaces[i] = space_new();
    races_run(CPUS, work);
}
