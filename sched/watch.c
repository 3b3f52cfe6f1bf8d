/* SPDX-License-Identifier: MIT */
/* A stay in the kernel is measured by the ticks that the CPU took meanwhile: a
 * CPU that its host does not run takes none, and is not blamed.  A switch, a
 * way through thread_breathe, a system call's begin and user code end a stay. */
#include "sched/watch.h"

#ifdef CONFIG_DEBUG

#include "arch/atomic.h"
#include "lib/log.h"
#include "lib/panic.h"
#include "sched/grace.h"
#include "sched/pid.h"
#include "sched/thread.h"
#include "sched/work.h"

enum { STAY_TICKS = 250, WAIT_EVERY = 512, WAIT_ROUNDS = 16 };

static unsigned stay_limit = STAY_TICKS;
static unsigned wait_every = WAIT_EVERY;

static struct {
    unsigned ticks; /* of the present stay */
    unsigned all;   /* ticks, for the look at those who wait */
} aligned_to(64) watched[CPU_MAX];

void watch_set_limit(unsigned ticks)
{
    atomic_store(&stay_limit, ticks);
}

void watch_look_often(void)
{
    atomic_store(&wait_every, 2);
}

void watch_progress(void)
{
    watched[cpu_id()].ticks = 0;
}

/* In D, and not once on a CPU since the last looks? */
static void look_at(struct thread *thread)
{
    bool waits = atomic_load(&thread->state) == THREAD_SLEEPING &&
        thread->sched.sleep == SLEEP_BOUNDED && thread->process &&
        thread->pid;
    if (!waits || thread->watch.switches != thread->sched.switches) {
        thread->watch.switches = thread->sched.switches;
        thread->watch.rounds = 0;
        return;
    }
    if (++thread->watch.rounds == WAIT_ROUNDS)
        log_error("Thread %d (%s) waits for long, and nothing may interrupt it",
            thread->pid->number, thread->comm);
}

static void look_at_all(struct work *work)
{
    struct pid *pid;
    for (int from = 1; (pid = pid_next_get(from)); pid_put(pid)) {
        from = pid->number + 1;
        grace_read();
        struct thread *thread = atomic_load(&pid->thread);
        if (thread)
            look_at(thread);
        grace_read_done();
        thread_breathe();
    }
}

static struct work look_work = { .run = look_at_all };

void watch_tick(struct thread *thread, bool was_in_user_code)
{
    unsigned cpu = cpu_id(), limit = atomic_load(&stay_limit);
    if (!(++watched[cpu].all % atomic_load(&wait_every)))
        work_queue(&look_work);
    if (was_in_user_code) {
        watched[cpu].ticks = 0;
        return;
    }
    if (++watched[cpu].ticks == limit)
        panic("CPU %u stays in the kernel: %s took %u ticks there", cpu,
            thread->comm, limit);
}

#endif
