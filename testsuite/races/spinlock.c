/* SPDX-License-Identifier: MIT */
/* PLANTS: NO_RELEASE */
/* The spin lock itself: what it guards is plain. */
#define WITH_REAL_LOCKS
#include "races.h"
#include "lib/spinlock.c"

enum { ROUNDS = 20000 };

static struct spinlock lock, other;
static unsigned sum;

static void work(unsigned cpu)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        if (cpu == 2)
            spin_lock_two(&other, &lock);
        else if (i % 8 || !spin_try_lock(&lock))
            spin_lock(&lock);
        sum++;
        if (cpu == 2)
            spin_unlock_two(&other, &lock);
        else
            spin_unlock(&lock);
    }
}

int main(void)
{
    races_run(3, work);
    must(sum == 3 * ROUNDS);
}
