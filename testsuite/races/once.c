/* SPDX-License-Identifier: MIT */
/* PLANTS: NO_RELEASE NO_ACQUIRE NO_ATOMIC */
/* What is made at its first use is made by one CPU, and seen by all. */
#include "races.h"
#include "lib/once.h"

enum { ROUNDS = 3000 };

static struct { struct once once; unsigned made; } things[ROUNDS];

static void work(unsigned cpu)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        if (once_begin(&things[i].once)) {
            things[i].made++;
            once_end(&things[i].once);
        }
        must(things[i].made == 1);
    }
}

int main(void)
{
    races_run(CPUS, work);
}
