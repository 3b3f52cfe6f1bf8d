/* SPDX-License-Identifier: MIT */
/* ITIMER_VIRTUAL, ITIMER_PROF, RLIMIT_CPU and alarms (cpu_clock.h): what comes
 * of the CPU time of a process.
 *
 * Nothing counts ticks here.  A timer is set for the earliest moment at which
 * the time could be used up, were all threads running; then a worker looks, and
 * sets it again for what is left.  While it is in use one reference keeps the
 * process (cpu_timer_is_active), and one for each look: two workers may look at
 * the same time, for it can go off again before the first has begun. */
#include "kernel/timers.h"

#include "arch/atomic.h"
#include "arch/clock.h"
#include "arch/smp.h"
#include "kernel/cpu_clock.h"
#include "kernel/process.h"
#include "lib/errno.h"

enum { LOOK_NS_MIN = 4000000 };
/* Of a process that sleeps: ever more seldom, from the one to the other. */
enum { PAUSE_NS_MIN = 4000000, PAUSE_NS_MAX = 32000000 };

static void look_later(struct timer *timer)
{
    struct process *process = container_of(timer, struct process, cpu_timer);
    process_get(process);
    if (!work_queue(&process->cpu_timer_work))
        process_put(process);
}

static uint64_t left_of(uint64_t expires_ns, uint64_t used_ns)
{
    if (!expires_ns)
        return FOREVER;
    return expires_ns > used_ns ? expires_ns - used_ns : 0;
}

static uint64_t limit_ns(uint64_t seconds)
{
    return seconds < FOREVER / NS_PER_SECOND ? seconds * NS_PER_SECOND
                                             : FOREVER;
}

static bool is_on(const struct process *process)
{
    return process->virtual_timer_ns || process->profile_timer_ns ||
        process->limits[LIMIT_CPU].soft != LIMIT_NONE;
}

/* What the limit asks for now: SIGKILL, SIGXCPU once a second, or nothing. */
static int limit_signal(struct process *process, uint64_t used_ns)
{
    struct limit *limit = &process->limits[LIMIT_CPU];
    if (limit->soft == LIMIT_NONE)
        return 0;
    if (used_ns >= limit_ns(limit->hard))
        return SIGKILL;
    if (used_ns < limit_ns(limit->soft))
        return 0;
    limit->soft++;
    return SIGXCPU;
}

static uint64_t limit_left(const struct process *process, uint64_t used_ns)
{
    const struct limit *limit = &process->limits[LIMIT_CPU];
    return limit->soft == LIMIT_NONE
        ? FOREVER
        : left_of(limit_ns(min(limit->soft, limit->hard)), used_ns);
}

static void arm(struct process *process, uint64_t left_ns)
    must_hold(process->cpu_lock)
{
    if (!process->cpu_timer_is_active)
        process_get(process);
    process->cpu_timer_is_active = true;
    unsigned threads = atomic_load(&process->thread_count);
    left_ns /= max(min(threads, cpu_count()), 1u);
    left_ns = min(max(left_ns, (uint64_t)LOOK_NS_MIN), NS_PER_SECOND * 3600);
    left_ns = max(left_ns, process->cpu_pause_ns);
    timer_arm(&process->cpu_timer, clock_ns() + left_ns);
}

/* True: a reference is to be put.  Nobody queues work from now on. */
static bool disarm(struct process *process) must_hold(process->cpu_lock)
{
    bool was_active = process->cpu_timer_is_active;
    if (was_active)
        timer_cancel(&process->cpu_timer);
    process->cpu_timer_is_active = false;
    return was_active;
}

static void note_use(struct process *process, uint64_t used_ns)
    must_hold(process->cpu_lock)
{
    uint64_t longer_ns =
        max(process->cpu_pause_ns * 2, (uint64_t)PAUSE_NS_MIN);
    bool was_asleep = used_ns == process->cpu_seen_ns;
    process->cpu_seen_ns = used_ns;
    process->cpu_pause_ns =
        was_asleep ? min(longer_ns, (uint64_t)PAUSE_NS_MAX) : 0;
}

/* True if it is over by now; then it is moved on, or off. */
static bool expire(uint64_t *expires_ns, uint64_t interval_ns, uint64_t used_ns)
{
    if (!*expires_ns || *expires_ns > used_ns)
        return false;
    if (interval_ns)
        *expires_ns += ((used_ns - *expires_ns) / interval_ns + 1) * interval_ns;
    else
        *expires_ns = 0;
    return true;
}

/* What is left until something is due; FOREVER: nothing will be. */
static uint64_t left_in_all(struct process *process,
    const struct usage *usage, uint64_t alarms_left_ns)
    must_hold(process->lock)
{
    uint64_t used_ns = usage->user_ns + usage->system_ns;
    uint64_t left_ns =
        min(left_of(process->virtual_timer_ns, usage->user_ns),
            left_of(process->profile_timer_ns, used_ns));
    return min(alarms_left_ns, min(left_ns, limit_left(process, used_ns)));
}

/* Sets the timer again, or is done with it: true, a reference is to be put. */
static bool go_on(struct process *process, const struct usage *usage)
    must_hold(process->lock)
{
    uint64_t used_ns = usage->user_ns + usage->system_ns;
    spin_lock(&process->cpu_lock);
    note_use(process, used_ns);
    uint64_t alarms_ns =
        cpu_alarms_look_locked(process, used_ns, usage->user_ns);
    bool must_go_on = !process->timers_are_over &&
        (is_on(process) || alarms_ns != FOREVER);
    if (must_go_on)
        arm(process, left_in_all(process, usage, alarms_ns));
    bool is_over = !must_go_on && disarm(process);
    spin_unlock(&process->cpu_lock);
    return is_over;
}

static void send(struct process *process, int number)
{
    struct signal_info info;
    signal_info_kernel(&info, number);
    signal_send_process(process, &info);
}

static void look(struct work *work)
{
    struct process *process =
        container_of(work, struct process, cpu_timer_work);
    struct usage usage = { 0 };
    process_usage(process, &usage);
    uint64_t used_ns = usage.user_ns + usage.system_ns;
    spin_lock(&process->lock);
    bool is_virtual_over = expire(&process->virtual_timer_ns,
        process->virtual_interval_ns, usage.user_ns);
    bool is_profile_over = expire(
        &process->profile_timer_ns, process->profile_interval_ns, used_ns);
    int limit = limit_signal(process, used_ns);
    bool is_over = go_on(process, &usage);
    spin_unlock(&process->lock);
    if (is_virtual_over)
        send(process, SIGVTALRM);
    if (is_profile_over)
        send(process, SIGPROF);
    if (limit)
        send(process, limit);
    if (is_over)
        process_put(process);
    process_put(process); /* look_later's */
}

void cpu_timers_arm_locked(struct process *process)
    must_hold(process->cpu_lock)
{
    if (process->timers_are_over)
        return;
    if (!process->has_cpu_timer) {
        timer_init(&process->cpu_timer, look_later);
        work_init(&process->cpu_timer_work, look);
        process->has_cpu_timer = true;
    }
    process->cpu_pause_ns = 0;
    arm(process, 0);
}

void cpu_timers_start_locked(struct process *process)
    must_hold(process->lock)
{
    if (!is_on(process))
        return; /* the next look finds out */
    spin_lock(&process->cpu_lock);
    cpu_timers_arm_locked(process);
    spin_unlock(&process->cpu_lock);
}

void cpu_timers_start(struct process *process)
{
    spin_lock(&process->lock);
    cpu_timers_start_locked(process);
    spin_unlock(&process->lock);
}

void cpu_timers_end(struct process *process)
{
    spin_lock(&process->cpu_lock);
    process->timers_are_over = true;
    bool is_over = disarm(process);
    spin_unlock(&process->cpu_lock);
    if (is_over)
        process_put(process);
}
