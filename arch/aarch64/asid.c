/* SPDX-License-Identifier: MIT */
/* ASIDs: fewer than there may be spaces, so they are given out again.
 *
 * A space's word is a generation and a number.  When no number is left a new
 * generation begins: all numbers are free but those that CPUs are running on
 * at that moment, which their spaces keep; and each CPU empties its TLB before
 * it next takes a space's number from the new generation.
 *
 * A CPU that takes a number of the current generation does so without the
 * lock: it puts the word into `active` by compare and exchange, and whoever
 * begins a generation takes all words out of there first.  So either that
 * exchange fails and the CPU comes here to ask, or its number is seen and
 * kept. */
#include "machine/asid.h"
#include "lib/bitmap.h"
#include "lib/spinlock.h"
#include "lib/string.h"
#include "machine/features.h"
#include "machine/tlb.h"

enum { ASIDS_MOST = 1 << 16 };

static struct spinlock lock = SPINLOCK_INIT(RANK_LEAF);
static uint64_t generation = ASIDS_MOST; /* [atomic] above the number's bits */
static uint64_t active[CPU_MAX]; /* [atomic] 0: taken by a new generation */
/* Under lock: */
static uint64_t kept[CPU_MAX]; /* what each CPU ran on when it began */
static cpu_mask must_flush;
static unsigned long in_use[bitmap_longs(ASIDS_MOST)];
static size_t next = 1; /* 0 is for no space */

static uint64_t number_of(uint64_t asid)
{
    return asid % ASIDS_MOST;
}

static bool is_current(uint64_t asid)
{
    return asid && asid - number_of(asid) == atomic_load(&generation);
}

static void begin_generation(void)
{
    atomic_store(&generation, generation + ASIDS_MOST);
    memset(in_use, 0, sizeof in_use);
    memory_barrier(); /* the generation, then the words: asid_use */
    for (unsigned i = 0; i < CPU_MAX; i++) {
        uint64_t was = atomic_exchange(&active[i], 0);
        /* One that did not switch since the last time runs on what it had. */
        if (was)
            kept[i] = was;
        if (kept[i])
            bitmap_add(in_use, number_of(kept[i]));
    }
    must_flush = ~(cpu_mask)0;
    next = 1;
}

/* Its old word, if a CPU runs on it: then all such CPUs get the new one. */
static bool keep(uint64_t old, uint64_t fresh)
{
    bool is_kept = false;
    for (unsigned i = 0; i < CPU_MAX; i++)
        if (kept[i] == old) {
            kept[i] = fresh;
            is_kept = true;
        }
    return is_kept;
}

static size_t find_free(void)
{
    return bitmap_find_clear(
        in_use, (size_t)1 << cpu_features.asid_bits, next);
}

static uint64_t new_asid(uint64_t old)
{
    if (old) {
        uint64_t fresh = generation | number_of(old);
        if (keep(old, fresh))
            return fresh;
        if (!bitmap_has(in_use, number_of(old))) {
            bitmap_add(in_use, number_of(old));
            return fresh;
        }
    }
    size_t number = find_free();
    if (number >= (size_t)1 << cpu_features.asid_bits) {
        begin_generation();
        if (old && keep(old, generation | number_of(old)))
            return generation | number_of(old);
        number = find_free();
    }
    bitmap_add(in_use, number);
    next = number + 1;
    return generation | number;
}

static uint64_t use_slowly(struct pagetable *table, unsigned cpu)
{
    cpu_mask self = (cpu_mask)1 << cpu;
    spin_lock(&lock);
    uint64_t asid = table->asid;
    if (!is_current(asid)) {
        asid = new_asid(asid);
        atomic_store(&table->asid, asid);
        /* Who changes an entry then looks for the number to flush. */
        memory_barrier();
    }
    if (must_flush & self) {
        must_flush &= ~self;
        tlb_forget_all_here();
    }
    kept[cpu] = 0;
    atomic_store(&active[cpu], asid);
    spin_unlock(&lock);
    return number_of(asid);
}

uint64_t asid_use(struct pagetable *table)
{
    unsigned cpu = cpu_id();
    uint64_t asid = atomic_load(&table->asid);
    uint64_t was = atomic_load(&active[cpu]);
    if (was && is_current(asid) && atomic_replace(&active[cpu], was, asid))
        return number_of(asid);
    return use_slowly(table, cpu);
}

/* The next one is asked for by the slow way. */
void asid_leave(void)
{
    unsigned cpu = cpu_id();
    spin_lock(&lock);
    kept[cpu] = 0;
    atomic_store(&active[cpu], (uint64_t)0);
    spin_unlock(&lock);
}

uint64_t asid_of(const struct pagetable *table)
{
    return number_of(atomic_load(&table->asid));
}
