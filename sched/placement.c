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

/* Who waits behind a real-time thread waits long. */
static unsigned load_of(unsigned cpu)
{
    enum { LOAD_OF_REALTIME = 4 };
    const struct run_queue *queue = &run_queues[cpu];
    return atomic_load(&queue->queued) +
        (atomic_load(&queue->urgency) ? LOAD_OF_REALTIME : 0);
}

static unsigned least_loaded(cpu_mask mask, unsigned first)
{
    unsigned best = first, least = UINT32_MAX;
    if (cpu_is_in(mask, first))
        least = load_of(first);
    for (; mask; mask &= mask - 1) {
        unsigned cpu = __builtin_ctz(mask);
        unsigned load = load_of(cpu);
        if (load < least) {
            least = load;
            best = cpu;
        }
    }
    return best;
}

/* The CPU with the least urgent work, the last one if it is no worse; false:
 * wherever it went, a real-time thread would have to wait. */
static bool find_less_urgent(
    const struct thread *thread, cpu_mask allowed, unsigned *found)
{
    unsigned least = thread->sched.urgency, last = thread->sched.cpu;
    *found = last;
    if (cpu_is_in(allowed, last) &&
        atomic_load(&run_queues[last].urgency) < least)
        least = atomic_load(&run_queues[last].urgency);
    for (; allowed && least; allowed &= allowed - 1) {
        unsigned cpu = __builtin_ctz(allowed);
        unsigned urgency = atomic_load(&run_queues[cpu].urgency);
        if (urgency < least) {
            least = urgency;
            *found = cpu;
        }
    }
    return least < thread->sched.urgency;
}

static unsigned choose_busy(
    const struct thread *thread, cpu_mask allowed, unsigned here)
{
    unsigned last = thread->sched.cpu, cpu;
    if (is_realtime(thread) && find_less_urgent(thread, allowed, &cpu))
        return cpu;
    if (!cpu_is_in(allowed, last) || !thread->sched.run_ns)
        return least_loaded(allowed, here);
    return cpu_is_in(allowed, here) && load_of(here) < load_of(last) ? here
                                                                     : last;
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
    return choose_busy(thread, allowed, here);
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

/* What it has slept it has not had of the CPU, up to a limit. A new one lets its
 * maker go on. */
static void give_credit(struct thread *thread)
{
    if (!thread->sched.run_ns) {
        thread->sched.virtual_ns = NEW_DEBIT_NS;
        return;
    }
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

typedef struct thread *(*choose_fn)(struct run_queue *queue, unsigned cpu);

static struct thread *steal_from(
    struct run_queue *queue, unsigned cpu, choose_fn choose)
{
    spin_lock(&queue->lock);
    struct thread *thread = choose(queue, cpu);
    if (thread) {
        run_queue_remove(queue, thread);
        thread_to_lag(queue, thread);
        atomic_store_release(&thread->sched.cpu, cpu); /* run_queue_lock_of */
    }
    spin_unlock(&queue->lock);
    return thread;
}

/* Of those CPUs the one with the highest load that has somebody queued; *load: 0
 * if there is none. */
static unsigned busiest(cpu_mask mask, unsigned *load)
{
    unsigned best = 0;
    *load = 0;
    for (; mask; mask &= mask - 1) {
        unsigned cpu = __builtin_ctz(mask);
        unsigned there = load_of(cpu);
        if (there > *load && atomic_load(&run_queues[cpu].queued)) {
            *load = there;
            best = cpu;
        }
    }
    return best;
}

struct thread *cpu_steal(unsigned cpu, unsigned least)
{
    cpu_mask others = atomic_load(&sched_online) & ~((cpu_mask)1 << cpu);
    for (;;) {
        unsigned load, from = busiest(others, &load);
        if (!load || load < least)
            return NULL;
        struct thread *thread = steal_from(
            &run_queues[from], cpu, run_queue_stealable);
        if (thread)
            return thread;
        others &= ~((cpu_mask)1 << from);
    }
}

unsigned cpu_most_urgent(const struct run_queue *queue)
{
    cpu_mask others =
        atomic_load(&sched_online) & ~((cpu_mask)1 << queue->cpu);
    unsigned highest = queue->waiting_urgency, found = queue->cpu;
    for (; others; others &= others - 1) {
        unsigned cpu = __builtin_ctz(others);
        unsigned urgency = atomic_load(&run_queues[cpu].waiting_urgency);
        if (urgency <= highest)
            continue;
        highest = urgency;
        found = cpu;
    }
    return found;
}

struct thread *cpu_steal_realtime(unsigned from, unsigned cpu)
{
    return steal_from(&run_queues[from], cpu, run_queue_stealable_realtime);
}

void cpu_balance(struct run_queue *queue)
{
    struct thread *thread = cpu_steal(queue->cpu, load_of(queue->cpu) + 2);
    if (thread)
        thread_enqueue(thread, queue->cpu);
}

void cpu_spill(struct run_queue *queue)
{
    cpu_mask others =
        atomic_load(&sched_online) & ~((cpu_mask)1 << queue->cpu);
    unsigned to = least_loaded(others, queue->cpu);
    if (to == queue->cpu || load_of(to) + 2 > load_of(queue->cpu))
        return;
    struct thread *thread = steal_from(queue, to, run_queue_stealable);
    if (thread)
        thread_enqueue(thread, to);
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
