/* SPDX-License-Identifier: MIT */
/* PLANTS: NO_RELEASE */
/* The lock of readers and writers is handed over: what the one before wrote is
 * there for the next. */
#include "sleep.h"
#include "sched/rwlock.c"

enum { ROUNDS = 2000 };

static struct rwlock lock;
static unsigned sum, copy;

static void write_one(void)
{
    rwlock_write(&lock);
    sum++;
    sched_yield();
    copy = sum;
    rwlock_write_done(&lock);
}

static void work(unsigned cpu)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        if (cpu < 2)
            write_one();
        rwlock_read(&lock);
        must(sum == copy);
        rwlock_read_done(&lock);
    }
}

int main(void)
{
    rwlock_init(&lock, RANK_LEAF);
    races_run(CPUS, work);
    must(sum == 2 * ROUNDS);
}
