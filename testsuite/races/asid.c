/* SPDX-License-Identifier: MIT */
/* PLANTS: NO_ATOMIC */
/* More spaces than ASIDs: no CPU comes to a number under which its TLB still
 * knows another space. */
#include "races.h"
#include "lib/bitmap.c"
#define next next_number
#define lock asid_lock
#include <string.h>
#include "arch/aarch64/asid.c"

enum { BITS = 3, SPACES = 9, ROUNDS = 8000 };

static struct pagetable spaces[SPACES];
static __thread struct pagetable *known[1 << BITS]; /* by this CPU's TLB */

static void tlb_forget_all_here(void)
{
    memset(known, 0, sizeof known);
}

static void work(unsigned cpu)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        struct pagetable *table = &spaces[races_random(SPACES)];
        uint64_t number = asid_use(table);
        must(number && number < 1 << BITS);
        must(!known[number] || known[number] == table);
        known[number] = table;
        if (i % 64 == 0)
            asid_leave();
        if (i % 8 == 0)
            sched_yield();
    }
}

int main(void)
{
    cpu_features.asid_bits = BITS;
    races_run(CPUS, work);
}
