/* SPDX-License-Identifier: MIT */
/* What a thread's share of the CPU depends on, and what it had.
 *
 * A thread that is queued leaves its queue for the change and comes back to its
 * new place; its sched.lock keeps it from being woken meanwhile. */
#include "lib/errno.h"
#include "sched/boost.h"
#include "sched/run_queue.h"

struct hold {
    struct thread *thread;
    struct run_queue *queue;
    unsigned long irq_state;
    bool was_queued;
};

static void hold(struct hold *hold, struct thread *thread)
{
    hold->thread = thread;
    hold->irq_state = spin_lock_irq(&thread->sched.lock);
    hold->queue = run_queue_lock_of(thread);
    hold->was_queued = thread->sched.is_queued;
    if (hold->queue->running == thread)
        run_queue_account(hold->queue, clock_ns());
    if (hold->was_queued)
        run_queue_remove(hold->queue, thread);
}

static void let_go(struct hold *hold)
{
    struct thread *thread = hold->thread;
    bool must_kick = false;
    if (hold->was_queued) {
        run_queue_add(hold->queue, thread);
        must_kick = run_queue_preempt(hold->queue, thread);
    } else if (hold->queue->running == thread && thread != current) {
        /* Somebody queued may be better now. */
        atomic_or(&thread->work, WORK_YIELD);
        must_kick = hold->queue->cpu != cpu_id();
    } else if (hold->queue->running == thread && hold->queue->queued) {
        atomic_or(&thread->work, WORK_YIELD);
    }
    spin_unlock(&hold->queue->lock);
    if (must_kick)
        smp_kick(hold->queue->cpu);
    spin_unlock_irq(&thread->sched.lock, hold->irq_state);
}

/* Each step of nice is a quarter more, or a fifth less. */
static unsigned weight_of(enum sched_policy policy, int nice)
{
    if (policy == POLICY_IDLE)
        return WEIGHT_IDLE;
    uint64_t weight = WEIGHT_NORMAL << 10;
    for (; nice < 0; nice++)
        weight = weight * 5 / 4;
    for (; nice > 0; nice--)
        weight = weight * 4 / 5;
    return weight >> 10;
}

void thread_inherit(struct thread *thread, const struct thread *maker)
{
    thread->sched.nice = maker->sched.nice;
    thread->sched.policy = maker->sched.policy;
    thread->sched.priority = maker->sched.priority;
    thread->sched.affinity = maker->sched.affinity;
    if (maker->sched.is_for_itself) {
        if (is_realtime(maker)) {
            thread->sched.policy = POLICY_NORMAL;
            thread->sched.priority = thread->sched.nice = 0;
        }
        thread->sched.nice = max(thread->sched.nice, (int8_t)0);
    }
    thread->sched.weight =
        weight_of(thread->sched.policy, thread->sched.nice);
    thread->sched.urgency = thread->sched.priority;
}

int thread_set_nice(struct thread *thread, int nice)
{
    if (nice < -20 || nice > 19)
        return -EINVAL;
    struct hold held;
    hold(&held, thread);
    thread->sched.nice = nice;
    thread->sched.weight = weight_of(thread->sched.policy, nice);
    let_go(&held);
    return 0;
}

/* From its own priority and what it is lent. */
static void set_urgency(struct hold *held)
{
    struct thread *thread = held->thread;
    bool was_realtime = is_realtime(thread);
    thread->sched.urgency = max(thread->sched.priority, thread->sched.lent);
    /* Its virtual time stood still: it begins at the floor (as lag, 0). */
    bool has_scale = held->was_queued || held->queue->running == thread;
    if (held->queue->running == thread)
        atomic_store(&held->queue->urgency, thread->sched.urgency);
    if (was_realtime && !is_realtime(thread))
        thread->sched.virtual_ns = has_scale ? held->queue->floor_ns : 0;
}

bool thread_lend(struct thread *thread, unsigned urgency)
{
    struct hold held;
    if (thread->sched.lent == urgency)
        return false;
    hold(&held, thread);
    unsigned before = thread->sched.urgency;
    thread->sched.lent = urgency;
    set_urgency(&held);
    bool is_new = thread->sched.urgency != before;
    let_go(&held);
    return is_new;
}

int thread_set_policy(
    struct thread *thread, enum sched_policy policy, int priority)
{
    switch (policy) {
    case POLICY_FIFO:
    case POLICY_ROUND:
        if (priority < 1 || priority >= PRIORITIES)
            return -EINVAL;
        break;
    case POLICY_NORMAL:
    case POLICY_BATCH:
    case POLICY_IDLE:
        if (priority)
            return -EINVAL;
        break;
    default:
        return -EINVAL;
    }
    struct hold held;
    hold(&held, thread);
    thread->sched.policy = policy;
    thread->sched.priority = priority;
    thread->sched.weight = weight_of(policy, thread->sched.nice);
    thread->sched.slice_ns = 0;
    set_urgency(&held);
    let_go(&held);
    boost_refresh(thread);
    return 0;
}

/* To a CPU that it may use, unless the one that it is on leaves its stack just
 * now: then that one sends it on. */
static void move_away(struct hold *hold)
{
    struct thread *thread = hold->thread;
    struct run_queue *queue = hold->queue;
    thread_to_lag(queue, thread);
    unsigned cpu = cpu_choose(thread);
    atomic_store_release(&thread->sched.cpu, cpu); /* run_queue_lock_of */
    spin_unlock(&queue->lock);
    thread_enqueue(thread, cpu);
    spin_unlock_irq(&thread->sched.lock, hold->irq_state);
}

int thread_set_affinity(struct thread *thread, cpu_mask mask)
{
    if (!(mask & atomic_load(&sched_online)))
        return -EINVAL;
    struct hold held;
    hold(&held, thread);
    thread->sched.affinity = mask;
    bool is_wrong = !cpu_is_in(mask, held.queue->cpu);
    if (is_wrong && held.was_queued &&
        !atomic_load_acquire(&thread->sched.is_on_cpu)) {
        move_away(&held);
        return 0;
    }
    if (is_wrong && held.queue->running == thread)
        atomic_or(&thread->work, WORK_YIELD);
    let_go(&held);
    if (is_wrong && thread == current && !irq_is_inside())
        thread_preempt();
    return 0;
}

/* The CPU time of a thread that runs just now is charged first. */
static struct run_queue *lock_charged(
    struct thread *thread, unsigned long *irq_state)
{
    *irq_state = irq_save();
    struct run_queue *queue = run_queue_lock_of(thread);
    if (queue->running == thread)
        run_queue_account(queue, clock_ns());
    return queue;
}

/* One of its sums, when it is charged. */
static uint64_t charged_ns(struct thread *thread, const uint64_t *sum_ns)
{
    unsigned long irq_state;
    struct run_queue *queue = lock_charged(thread, &irq_state);
    uint64_t ns = *sum_ns;
    spin_unlock_irq(&queue->lock, irq_state);
    return ns;
}

uint64_t thread_cpu_ns(struct thread *thread)
{
    return charged_ns(thread, &thread->sched.run_ns);
}

uint64_t thread_burst_ns(struct thread *thread)
{
    return charged_ns(thread, &thread->sched.burst_ns);
}

/* What no sample has told yet goes where most went, for good, so that the time
 * never runs backwards; kernel threads have no user code. */
uint64_t thread_user_ns(struct thread *thread)
{
    unsigned long irq_state;
    struct run_queue *queue = lock_charged(thread, &irq_state);
    uint64_t told_ns = thread->sched.run_ns - thread->sched.unsampled_ns;
    bool is_mostly_user = thread->process && thread->sched.user_ns >= told_ns / 2;
    if (is_mostly_user)
        thread->sched.user_ns += thread->sched.unsampled_ns;
    thread->sched.unsampled_ns = 0;
    uint64_t ns = thread->sched.user_ns;
    spin_unlock_irq(&queue->lock, irq_state);
    return ns;
}
