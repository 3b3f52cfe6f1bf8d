/* SPDX-License-Identifier: MIT */
/* Load averages and the totals of CPUs.
 *
 * A timer takes a sample every five seconds.  When the averages have come down
 * to zero and nothing runs it stops, so that an idle machine sleeps; a CPU that
 * goes to work starts it again. */
#include "sched/run_queue.h"
#include "sched/timer.h"

#define SAMPLE_DISTANCE_NS (5 * NS_PER_SECOND)

enum { ONE = 65536, NOTHING = ONE / 1000 };

/* e^(-5 s / period) for 1, 5 and 15 minutes, times ONE. */
static const uint32_t keeps[3] = { 60296, 64453, 65173 };

static struct timer timer;
static uint32_t loads[3]; /* [atomic] only the timer writes them */
static bool is_asleep_now; /* [atomic] */

static unsigned running_on(const struct run_queue *queue)
{
    /* Only compared: another CPU's thread may end meanwhile. */
    const struct thread *running = atomic_load(&queue->running);
    return atomic_load(&queue->queued) +
        (running && running != queue->idle);
}

static unsigned running_in_all(void)
{
    unsigned count = 0;
    for (cpu_mask left = atomic_load(&sched_online); left; left &= left - 1)
        count += running_on(&run_queues[__builtin_ctz(left)]);
    return count;
}

static uint32_t average(uint32_t load, uint32_t keep, unsigned running)
{
    uint64_t now = (uint64_t)running * ONE;
    uint64_t sum = (uint64_t)load * keep + now * (ONE - keep);
    if (now > load)
        sum += ONE - 1; /* so that it can reach what it approaches */
    load = sum / ONE;
    return load < NOTHING && !running ? 0 : load;
}

static void sample(struct timer *timer)
{
    unsigned running = running_in_all();
    uint32_t any = 0;
    for (unsigned i = 0; i < array_size(loads); i++) {
        atomic_store(&loads[i], average(loads[i], keeps[i], running));
        any |= loads[i];
    }
    if (any || running)
        timer_arm(timer, clock_ns() + SAMPLE_DISTANCE_NS);
    else
        atomic_store(&is_asleep_now, true);
}

void load_init(void)
{
    timer_init(&timer, sample);
    timer_arm(&timer, clock_ns() + SAMPLE_DISTANCE_NS);
}

void load_wake(void)
{
    if (likely(!atomic_load(&is_asleep_now)))
        return;
    if (atomic_exchange(&is_asleep_now, false))
        timer_arm(&timer, clock_ns() + SAMPLE_DISTANCE_NS);
}

void sched_load(uint32_t load[3])
{
    for (unsigned i = 0; i < array_size(loads); i++)
        load[i] = atomic_load(&loads[i]);
}

/* What no sample has told yet counts as user time, as with threads. */
void sched_totals(unsigned cpu, struct sched_totals *totals)
{
    struct run_queue *queue = &run_queues[cpu];
    *totals = (struct sched_totals){ 0 };
    if (cpu >= CPU_MAX || !cpu_is_in(atomic_load(&sched_online), cpu))
        return;
    unsigned long irq_state = spin_lock_irq(&queue->lock);
    run_queue_account(queue, clock_ns());
    queue->user_ns += queue->unsampled_ns;
    queue->unsampled_ns = 0;
    totals->user_ns = queue->user_ns;
    totals->system_ns = queue->system_ns;
    totals->idle_ns = queue->idle->sched.run_ns;
    totals->switches = queue->switches;
    totals->running = running_on(queue);
    totals->threads = atomic_load(&queue->threads);
    spin_unlock_irq(&queue->lock, irq_state);
}
