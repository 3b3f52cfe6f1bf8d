/* SPDX-License-Identifier: MIT */
/* Shortage of memory.  Shrinkers are added at boot and stay, so the list is
 * walked without its lock: links only appear. */
#include "mm/shrink.h"
#include "arch/atomic.h"
#include "lib/errno.h"
#include "lib/spinlock.h"
#include "mm/commit.h"
#include "mm/pages.h"

static struct spinlock shrinkers_lock = SPINLOCK_INIT(RANK_LEAF);
static struct list shrinkers = LIST_INIT(shrinkers);
static bool (*victim_chooser)(enum victim_choice choice);
static uint64_t committed_bytes; /* [atomic] a sum */

void shrinker_add(struct shrinker *shrinker)
{
    spin_lock(&shrinkers_lock);
    shrinker->link.next = &shrinkers;
    shrinker->link.prev = shrinkers.prev;
    atomic_store_release(&shrinkers.prev->next, &shrinker->link); /* shrink_all */
    shrinkers.prev = &shrinker->link;
    spin_unlock(&shrinkers_lock);
}

size_t shrink_all(size_t pages)
{
    size_t freed = 0;
    struct list *link = atomic_load_acquire(&shrinkers.next);
    for (; link != &shrinkers && freed < pages;
         link = atomic_load_acquire(&link->next)) { /* shrinker_add */
        struct shrinker *shrinker = list_entry(link, struct shrinker, link);
        freed += shrinker->shrink(shrinker, pages - freed);
    }
    return freed;
}

void memory_set_victim_chooser(bool (*choose)(enum victim_choice choice))
{
    victim_chooser = choose;
}

bool memory_choose_victim(enum victim_choice choice)
{
    return victim_chooser && victim_chooser(choice);
}

int memory_may_commit(uint64_t bytes)
{
    struct page_totals totals;
    page_totals(&totals);
    return bytes / PAGE_BYTES > totals.total ? -ENOMEM : 0;
}

void memory_commit(int64_t bytes)
{
    atomic_add(&committed_bytes, (uint64_t)bytes);
}

uint64_t memory_committed_bytes(void)
{
    return atomic_load(&committed_bytes);
}
