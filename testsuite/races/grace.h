/* SPDX-License-Identifier: MIT */
/* Grace periods for tests that need them: CPU 0 is the worker.  They are not
 * planted, unless it is they that are tried. */
#ifndef RACES_GRACE_H
#define RACES_GRACE_H

#include "races.h"
#ifdef TRY_GRACE
#include "sched/grace.c"
#else
#pragma push_macro("ORDER_RELEASE")
#pragma push_macro("ORDER_ACQUIRE")
#pragma push_macro("ORDER_FULL")
#undef ORDER_RELEASE
#undef ORDER_ACQUIRE
#undef ORDER_FULL
#define ORDER_RELEASE __ATOMIC_RELEASE
#define ORDER_ACQUIRE __ATOMIC_ACQUIRE
#define ORDER_FULL    __ATOMIC_SEQ_CST
#include "sched/grace.c"
#pragma pop_macro("ORDER_RELEASE")
#pragma pop_macro("ORDER_ACQUIRE")
#pragma pop_macro("ORDER_FULL")
#endif

cpu_mask sched_online;
static struct work *races_work;
static unsigned races_at_work = CPUS - 1; /* CPUs that are not done yet */

bool work_queue(struct work *work)
{
    late_store_now();
    __atomic_store_n(&races_work, work, __ATOMIC_RELEASE);
    return true;
}

void timer_arm(struct timer *timer, uint64_t deadline_ns)
{
    timer->expired(timer);
}

int thread_sleep_until(uint64_t deadline_ns, enum sleep_kind kind)
{
    grace_quiescent();
    cpu_relax();
    return -1;
}

void thread_breathe(void)
{
    grace_quiescent();
}

uint64_t clock_ns(void)
{
    return 0;
}

void cpu_hurry(unsigned cpu)
{
}

/* grace_drain is not tried. */
#ifndef COUNTED_THREADS
struct thread *thread_get(struct thread *thread)
{
    return thread;
}

void thread_put(struct thread *thread)
{
}
#endif

bool thread_wake(struct thread *thread)
{
    return true;
}

void thread_prepare(enum sleep_kind kind)
{
}

void thread_unprepare(void)
{
}

int thread_sleep(uint64_t deadline_ns)
{
    return 0;
}

static void (*races_user)(unsigned cpu);

/* Runs what is queued until nobody queues any more and nothing is left. */
static void races_work_off(void)
{
    bool is_last;
    do {
        is_last = !__atomic_load_n(&races_at_work, __ATOMIC_ACQUIRE);
        struct work *work =
            __atomic_exchange_n(&races_work, NULL, __ATOMIC_ACQUIRE);
        if (work)
            work->run(work);
        is_last &= !work;
        grace_quiescent();
        cpu_relax();
    } while (!is_last);
}

static void races_graceful(unsigned cpu)
{
    if (!cpu) {
        races_work_off();
        return;
    }
    races_user(cpu);
    grace_idle();
    late_store_now();
    __atomic_fetch_sub(&races_at_work, 1, __ATOMIC_ACQ_REL);
}

/* body(1 …) on the other CPUs; each says when it is quiescent. */
static inline void races_run_graceful(void (*body)(unsigned cpu))
{
    races_user = body;
    sched_online = (1 << CPUS) - 1;
    for (unsigned i = 0; i < CPUS; i++)
        grace_init_cpu(i);
    races_run(CPUS, races_graceful);
}

#endif
