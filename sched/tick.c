/* SPDX-License-Identifier: MIT */
/* The timer interrupt of a CPU: timers, and the tick.
 *
 * There is no steady tick.  One is due every TICK_NS while threads compete for
 * the CPU, ever more seldom while one runs alone (only to learn whether it
 * spends its time in user code), and never while the CPU is idle.  The hardware
 * timer is told only of a deadline before the one it knows: when it then fires
 * too early, the handler finds nothing due and arms it again. */
#include "sched/log_news.h"
#include "sched/run_queue.h"
#include "sched/timer.h"
#include "sched/watch.h"

void tick_arm(struct run_queue *queue)
{
    uint64_t deadline_ns = min(queue->tick_ns, timers_next());
    if (deadline_ns >= queue->armed_ns)
        return;
    queue->armed_ns = deadline_ns;
    clock_arm(deadline_ns);
}

void tick_limit(struct run_queue *queue, uint64_t deadline_ns)
{
    if (queue->tick_ns <= deadline_ns)
        return;
    queue->tick_ns = deadline_ns;
    tick_arm(queue);
}

void tick_stop(struct run_queue *queue)
{
    queue->tick_ns = FOREVER;
}

/* All since the last sample is said to have been spent where this one is. */
static void sample(struct run_queue *queue, struct thread *thread)
{
    uint64_t ns = thread->sched.unsampled_ns;
    bool is_user = irq_came_from_user();
    if (is_user) {
        thread->sched.user_ns += ns;
        queue->user_ns += queue->unsampled_ns;
    } else {
        queue->system_ns += queue->unsampled_ns;
    }
    thread->sched.unsampled_ns = queue->unsampled_ns = 0;
}

/* Real-time threads leave a twentieth of each second to the others, so that who
 * runs wild can still be stopped. */
static void share_out(struct run_queue *queue, uint64_t now_ns)
{
    if (now_ns >= queue->period_end_ns) {
        queue->period_end_ns = now_ns + PERIOD_NS;
        queue->realtime_ns = 0;
    }
    queue->others_go_first = queue->realtime_ns >= PERIOD_REALTIME_NS;
}

static bool should_yield(struct run_queue *queue, struct thread *thread)
{
    struct thread *first = run_queue_first(queue);
    if (!first)
        return false;
    if (!is_realtime(thread))
        return is_realtime(first) ||
            (int64_t)(thread->sched.virtual_ns - first->sched.virtual_ns) > 0;
    if (!is_realtime(first))
        return queue->others_go_first;
    if (first->sched.urgency > thread->sched.urgency)
        return true;
    if (thread->sched.policy != POLICY_ROUND ||
        thread->sched.slice_ns < ROUND_SLICE_NS)
        return false;
    thread->sched.slice_ns = 0;
    thread->sched.slice_is_over =
        first->sched.urgency == thread->sched.urgency;
    return thread->sched.slice_is_over;
}

/* An idle CPU that may have one of ours; it is claimed. */
static bool find_helper(struct run_queue *queue, unsigned *helper)
{
    cpu_mask idle = atomic_load(&sched_idle_cpus);
    for (; idle; idle &= idle - 1) {
        unsigned cpu = __builtin_ctz(idle);
        cpu_mask bit = (cpu_mask)1 << cpu;
        if (cpu == queue->cpu || !run_queue_stealable(queue, cpu))
            continue;
        if (atomic_and(&sched_idle_cpus, ~bit) & bit) {
            *helper = cpu;
            return true;
        }
    }
    return false;
}

static uint64_t next_distance(struct run_queue *queue, struct thread *thread)
{
    /* Of a real-time thread the limit is looked at, so not more seldom. */
    bool goes_on_alone = queue->sampled == thread && !queue->queued &&
        !is_realtime(thread);
    queue->sampled = thread;
    queue->sample_ns = goes_on_alone
        ? min(queue->sample_ns * 2, (uint64_t)SAMPLE_MOST_NS)
        : SAMPLE_NS;
    assert(queue->sample_ns);
    return queue->queued ? TICK_NS : queue->sample_ns;
}

static void balance(struct run_queue *queue, uint64_t now_ns)
{
    if (now_ns < queue->balance_ns)
        return;
    queue->balance_ns = now_ns + BALANCE_NS;
    cpu_balance(queue);
    if (queue->urgency && atomic_load(&queue->queued))
        cpu_spill(queue);
}

static void tick(struct run_queue *queue, uint64_t now_ns)
{
    unsigned helper;
    spin_lock(&queue->lock);
    struct thread *thread = queue->running;
    if (thread->sched.is_idle) {
        queue->tick_ns = FOREVER;
        spin_unlock(&queue->lock);
        return;
    }
    run_queue_account(queue, now_ns);
    sample(queue, thread);
    share_out(queue, now_ns);
    if (is_realtime(thread))
        atomic_or(&thread->work, WORK_LIMIT);
    if (should_yield(queue, thread))
        atomic_or(&thread->work, WORK_YIELD);
    queue->tick_ns = now_ns + next_distance(queue, thread);
    bool has_helper = queue->queued && find_helper(queue, &helper);
    spin_unlock(&queue->lock);
    if (has_helper)
        smp_kick(helper);
    balance(queue, now_ns);
    watch_tick(thread, irq_came_from_user());
}

static void timer_fired(void)
{
    struct run_queue *queue = run_queue_here();
    queue->armed_ns = FOREVER;
    timers_run();
    uint64_t now_ns = clock_ns();
    if (now_ns >= queue->tick_ns)
        tick(queue, now_ns);
    tick_arm(queue);
}

/* Somebody queued a thread here, or gave the running one work to see: the way
 * out of this interrupt looks at that. */
static void kicked(void)
{
    struct run_queue *queue = run_queue_here();
    if (atomic_load(&queue->queued) && !current->sched.is_idle)
        tick_limit(queue, clock_ns() + TICK_NS);
    log_news_tell();
}

void tick_init(void)
{
    clock_set_handler(timer_fired);
    smp_set_kick_handler(kicked);
    log_news_init();
}
