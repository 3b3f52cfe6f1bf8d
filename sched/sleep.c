/* SPDX-License-Identifier: MIT */
/* Sleeping and waking.
 *
 * thread_prepare forgets earlier wakes before the thread looks at what it waits
 * for; a wake from then on is remembered in was_woken.  The thread falls asleep
 * under its own lock after it looked there, and at its work, once more: whoever
 * comes later finds it asleep.  Whoever wakes has changed what is waited for
 * before it sets was_woken, and the thread clears was_woken before it looks: with
 * a barrier on each side it sees the change, or keeps the wake. */
#include "sched/run_queue.h"

#include "lib/errno.h"
#include "sched/timer.h"

struct alarm {
    struct timer timer;
    struct thread *thread;
    bool has_rung; /* [atomic] */
};

void thread_prepare(enum sleep_kind kind)
{
    struct thread *thread = current;
    thread->sched.sleep = kind;
    atomic_store(&thread->sched.was_woken, false);
    memory_barrier(); /* before the condition is looked at: thread_wake */
}

void thread_unprepare(void)
{
    /* A thread only sleeps within thread_sleep; a remembered wake is forgotten
     * by the next thread_prepare. */
}

static bool is_called(const struct thread *thread)
{
    uint32_t work = atomic_load(&thread->work);
    switch (thread->sched.sleep) {
    case SLEEP_KILLABLE:
        return work & WORK_KILL;
    case SLEEP_INTERRUPTIBLE:
        return work & (WORK_KILL | WORK_SIGNAL | WORK_STOP);
    default:
        return false;
    }
}

bool thread_wake(struct thread *thread)
{
    unsigned long irq_state = spin_lock_irq(&thread->sched.lock);
    lock_barrier(); /* the caller's change before was_woken: thread_prepare */
    bool is_news = !atomic_load(&thread->sched.was_woken);
    atomic_store(&thread->sched.was_woken, true);
    if (atomic_load(&thread->state) == THREAD_SLEEPING)
        thread_make_runnable(thread);
    spin_unlock_irq(&thread->sched.lock, irq_state);
    return is_news;
}

static void ring(struct timer *timer)
{
    struct alarm *alarm = container_of(timer, struct alarm, timer);
    struct thread *thread = alarm->thread;
    unsigned long irq_state = spin_lock_irq(&thread->sched.lock);
    atomic_store(&alarm->has_rung, true);
    if (atomic_load(&thread->state) == THREAD_SLEEPING)
        thread_make_runnable(thread);
    spin_unlock_irq(&thread->sched.lock, irq_state);
}

/* Unless there is a reason not to. */
static void fall_asleep(struct thread *thread, const struct alarm *alarm)
{
    unsigned long irq_state = spin_lock_irq(&thread->sched.lock);
    bool may_sleep = !atomic_load(&thread->sched.was_woken) &&
        !is_called(thread) && !atomic_load(&alarm->has_rung);
    if (may_sleep)
        atomic_store(&thread->state, THREAD_SLEEPING);
    spin_unlock(&thread->sched.lock);
    if (may_sleep)
        schedule(SWITCH_SLEEP);
    irq_restore(irq_state);
}

/* Boot code is an idle thread: it never sleeps, but lets all others run until
 * they do, and looks again. */
static int sleep_idle(struct thread *thread, uint64_t deadline_ns)
{
    thread_yield();
    cpu_relax();
    bool is_over = clock_ns() >= deadline_ns;
    return is_over && !atomic_load(&thread->sched.was_woken) ? -ETIMEDOUT : 0;
}

int thread_sleep(uint64_t deadline_ns)
{
    struct thread *thread = current;
    struct alarm alarm = { .thread = thread };
    bool has_deadline = deadline_ns != FOREVER;
    if (atomic_load(&thread->sched.was_woken))
        return 0;
    if (unlikely(thread->sched.is_idle))
        return sleep_idle(thread, deadline_ns);
    if (has_deadline && clock_ns() >= deadline_ns) {
        alarm.has_rung = true;
        has_deadline = false;
    }
    if (has_deadline) {
        timer_init(&alarm.timer, ring);
        timer_arm(&alarm.timer, deadline_ns);
    }
    fall_asleep(thread, &alarm);
    if (has_deadline)
        timer_cancel(&alarm.timer);
    if (atomic_load(&thread->sched.was_woken))
        return 0;
    if (is_called(thread))
        return -ERESTART;
    return atomic_load(&alarm.has_rung) ? -ETIMEDOUT : 0;
}

int thread_sleep_until(uint64_t deadline_ns, enum sleep_kind kind)
{
    int result;
    do {
        thread_prepare(kind);
        result = thread_sleep(deadline_ns);
    } while (!result);
    return result;
}

void thread_stop(void)
{
    struct thread *thread = current;
    unsigned long irq_state = spin_lock_irq(&thread->sched.lock);
    bool may_stop = !thread->sched.was_continued &&
        !(atomic_load(&thread->work) & WORK_KILL);
    thread->sched.was_continued = false;
    if (may_stop)
        atomic_store(&thread->state, THREAD_STOPPED);
    spin_unlock(&thread->sched.lock);
    if (may_stop) {
        schedule(SWITCH_SLEEP);
        thread->sched.was_continued = false;
    }
    irq_restore(irq_state);
}

bool thread_continue(struct thread *thread)
{
    unsigned long irq_state = spin_lock_irq(&thread->sched.lock);
    bool is_stopped = atomic_load(&thread->state) == THREAD_STOPPED;
    thread->sched.was_continued = true;
    if (is_stopped)
        thread_make_runnable(thread);
    spin_unlock_irq(&thread->sched.lock, irq_state);
    return is_stopped;
}
