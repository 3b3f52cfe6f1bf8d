/* SPDX-License-Identifier: MIT */
/* PLANTS: NO_BARRIER */
/* Works: what is asked of one before it is queued, its next run sees, also when
 * it was queued already. */
#define LATE_STORES
#include "sleep.h"
#include "sched/work.c"

enum { ROUNDS = 1500, WAITS = 400000 };

static struct { struct work work; unsigned asked, seen; } works[CPUS];
static unsigned at_work = CPUS - 1; /* [atomic] */

static void run_one(struct work *work)
{
    unsigned i = 0;
    while (&works[i].work != work)
        i++;
    atomic_store(&works[i].seen, atomic_load(&works[i].asked));
}

void thread_breathe(void)
{
    late_store_now();
    if (!__atomic_load_n(&at_work, __ATOMIC_ACQUIRE))
        pthread_exit(NULL);
}

struct thread *thread_get(struct thread *thread)
{
    return thread;
}

void thread_put(struct thread *thread)
{
}

/* Twice at once: the second may find it queued, or being taken. */
static void ask(unsigned cpu)
{
    for (unsigned i = 2; i <= ROUNDS; i += 2) {
        for (unsigned more = 0; more < 2; more++) {
            atomic_store(&works[cpu].asked, i + more);
            work_queue(&works[cpu].work);
        }
        for (unsigned j = 0; atomic_load(&works[cpu].seen) < i + 1; j++) {
            must(j < WAITS);
            cpu_relax();
        }
    }
}

static void work(unsigned cpu)
{
    if (!cpu)
        work_main(NULL);
    ask(cpu);
    __atomic_fetch_sub(&at_work, 1, __ATOMIC_ACQ_REL);
    work_queue(&works[cpu].work);
}

int main(void)
{
    work_init_cpus();
    for (unsigned i = 0; i < CPUS; i++)
        work_init(&works[i].work, run_one);
    races_run(CPUS, work);
}
