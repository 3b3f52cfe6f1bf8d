/* SPDX-License-Identifier: MIT */
/* Which CPU a thread goes to, and what that CPU must be told.
 *
 * An idle CPU that is chosen is claimed at once by taking it out of the mask,
 * so that the next waker chooses another one; it puts itself back when it goes
 * to sleep again.  An idle CPU takes what waits elsewhere; busy ones look now
 * and then, at a tick, whether another one has a longer queue. */
#include "sched/run_queue.h"

static bool claim(unsigned cpu)
{
    cpu_mask bit = (cpu_mask)1 << cpu;
    return atomic_and(&sched_idle_cpus, ~bit) & bit;
}

static unsigned least_loaded(cpu_mask mask, unsigned first)
{
    unsigned best = first, least = UINT32_MAX;
    if (cpu_is_in(mask, first))
        least = atomic_load(&run_queues[first].queued);
    for (; mask; mask &= mask - 1) {
        unsigned cpu = __builtin_ctz(mask);
        unsigned queued = atomic_load(&run_queues[cpu].queued);
        if (queued < least) {
            least = queued;
            best = cpu;
        }
    }
    return best;
}

unsigned cpu_choose(struct thread *thread)
{
    cpu_mask allowed = thread->sched.affinity & atomic_load(&sched_online);
    unsigned last = thread->sched.cpu, here = cpu_id();
    cpu_mask idle;
    while ((idle = atomic_load(&sched_idle_cpus) & allowed)) {
        /* This one is awake just now, for the interrupt. */
        unsigned cpu = cpu_is_in(idle, here) ? here
            : cpu_is_in(idle, last)          ? last
                                             : (unsigned)__builtin_ctz(idle);
        if (claim(cpu))
            return cpu;
    }
    if (cpu_is_in(allowed, last) && thread->sched.run_ns) {
        unsigned queued = atomic_load(&run_queues[last].queued);
        if (!cpu_is_in(allowed, here) ||
            atomic_load(&run_queues[here].queued) >= queued)
            return last;
        return here;
    }
    return least_loaded(allowed, here);
}

/* Does the queued one go before the running one at once? */
static bool is_better(const struct run_queue *queue, const struct thread *added)
{
    const struct thread *running = queue->running;
    if (is_realtime(added))
        return !is_realtime(running) ||
            added->sched.urgency > running->sched.urgency;
    if (is_realtime(running) || added->sched.policy == POLICY_BATCH)
        return false;
    if (running->sched.policy == POLICY_IDLE)
        return added->sched.policy != POLICY_IDLE;
    int64_t lead = running->sched.virtual_ns - added->sched.virtual_ns;
    return lead > PREEMPTION_NS;
}

bool run_queue_preempt(struct run_queue *queue, struct thread *added)
{
    bool is_here = queue->cpu == cpu_id();
    if (queue->running->sched.is_idle) {
        claim(queue->cpu);
        return !is_here;
    }
    uint64_t now_ns = clock_ns();
    run_queue_account(queue, now_ns);
    if (is_better(queue, added)) {
        atomic_or(&queue->running->work, WORK_YIELD);
        if (!is_here)
            return true;
    }
    if (is_here)
        tick_limit(queue, now_ns + TICK_NS);
    /* Another CPU starts its tick when it is kicked. */
    return !is_here && queue->queued == 1;
}

void thread_enqueue(struct thread *thread, unsigned cpu)
{
    struct run_queue *queue = &run_queues[cpu];
    spin_lock(&queue->lock);
    atomic_store(&thread->state, THREAD_RUNNABLE);
    bool must_kick = false;
    if (queue->running != thread) {
        thread_from_lag(queue, thread);
        run_queue_add(queue, thread);
        must_kick = run_queue_preempt(queue, thread);
    }
    spin_unlock(&queue->lock);
    if (must_kick)
        smp_kick(cpu);
}

/* What it has slept it has not had of the CPU, up to a limit. */
static void give_credit(struct thread *thread)
{
    int64_t slept = clock_ns() - thread->sched.started_ns;
    int64_t lag = thread->sched.virtual_ns;
    if (slept <= 0)
        return;
    int64_t credited = max(lag - slept, (int64_t)-SLEEP_CREDIT_NS);
    if (credited < lag)
        thread->sched.virtual_ns = credited;
}

void thread_make_runnable(struct thread *thread)
{
    /* While its CPU is still leaving its stack it can only go on there. */
    if (atomic_load_acquire(&thread->sched.is_on_cpu)) {
        thread_enqueue(thread, thread->sched.cpu);
        return;
    }
    if (!is_realtime(thread))
        give_credit(thread);
    thread_enqueue(thread, cpu_choose(thread));
}

static struct thread *steal_from(struct run_queue *queue, unsigned cpu)
{
    spin_lock(&queue->lock);
    struct thread *thread = run_queue_stealable(queue, cpu);
    if (thread) {
        run_queue_remove(queue, thread);
        thread_to_lag(queue, thread);
        atomic_store_release(&thread->sched.cpu, cpu); /* run_queue_lock_of */
    }
    spin_unlock(&queue->lock);
    return thread;
}

/* Of those CPUs the one with the longest queue; *queued: how long, or 0. */
static unsigned busiest(cpu_mask mask, unsigned *queued)
{
    unsigned best = 0;
    *queued = 0;
    for (; mask; mask &= mask - 1) {
        unsigned cpu = __builtin_ctz(mask);
        unsigned there = atomic_load(&run_queues[cpu].queued);
        if (there > *queued) {
            *queued = there;
            best = cpu;
        }
    }
    return best;
}

struct thread *cpu_steal(unsigned cpu, unsigned least)
{
    cpu_mask others = atomic_load(&sched_online) & ~((cpu_mask)1 << cpu);
    for (;;) {
        unsigned queued, from = busiest(others, &queued);
        if (!queued || queued < least)
            return NULL;
        struct thread *thread = steal_from(&run_queues[from], cpu);
        if (thread)
            return thread;
        others &= ~((cpu_mask)1 << from);
    }
}

void cpu_hurry(unsigned cpu)
{
    struct run_queue *queue = &run_queues[cpu];
    unsigned long irq_state = spin_lock_irq(&queue->lock);
    if (!queue->running->sched.is_idle)
        atomic_or(&queue->running->work, WORK_YIELD);
    spin_unlock_irq(&queue->lock, irq_state);
    if (cpu != cpu_id())
        smp_kick(cpu);
}
