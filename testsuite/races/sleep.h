/* SPDX-License-Identifier: MIT */
/* Wait queues and sleeping for the tests: a thread that sleeps spins for a
 * while, and says so if nobody wakes it.  Now and then it wakes by itself, so
 * that it looks again at any time. */
#ifndef RACES_SLEEP_H
#define RACES_SLEEP_H

#include "races.h"
#define ring ring_alarm
#include "sched/sleep.c"
#undef ring
#include "sched/wait.c"

enum { PATIENCE = 2000000 };

void schedule(enum switch_reason reason)
{
    struct thread *thread = current;
    bool is_short = races_random(2);
    for (unsigned i = 0; atomic_load(&thread->state) == THREAD_SLEEPING; i++) {
        must(i < PATIENCE);
        cpu_relax();
        if (is_short)
            break;
    }
    /* Its waker's lock is what orders a switch. */
    spin_lock(&thread->sched.lock);
    thread->state = THREAD_RUNNABLE;
    spin_unlock(&thread->sched.lock);
}

void thread_make_runnable(struct thread *thread)
{
    atomic_store(&thread->state, THREAD_RUNNABLE);
}

/* No clock runs here. */
uint64_t clock_ns(void)
{
    return 0;
}

void timer_init(struct timer *timer, timer_fn expired)
{
}

void timer_arm(struct timer *timer, uint64_t deadline_ns)
{
}

bool timer_cancel(struct timer *timer)
{
    return true;
}

void thread_yield(void)
{
    cpu_relax();
}

#endif
