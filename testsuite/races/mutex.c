/* SPDX-License-Identifier: MIT */
/* PLANTS: NO_FULL */
/* The mutex, over the wait queue and the way to sleep: what it guards is plain,
 * and nobody sleeps for ever. */
#define LATE_STORES
#include "sleep.h"
#include "sched/mutex.c"

enum { ROUNDS = 3000 };

static struct mutex mutex;
static unsigned sum;

static void work(unsigned cpu)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        if (i % 8 || !mutex_try_lock(&mutex))
            mutex_lock(&mutex);
        sum++;
        if (i % 4 == 0)
            sched_yield();
        mutex_unlock(&mutex);
    }
}

int main(void)
{
    mutex_init(&mutex, RANK_LEAF);
    races_run(CPUS, work);
    must(sum == CPUS * ROUNDS);
}
