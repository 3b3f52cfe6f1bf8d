/* SPDX-License-Identifier: MIT */
/* ITIMER_VIRTUAL, ITIMER_PROF and RLIMIT_CPU: what comes of the CPU time of a
 * process.
 *
 * Nothing counts ticks here.  A timer is set for the earliest moment at which
 * the time could be used up, were all threads running; then a worker looks, and
 * sets it again for what is left.  While it is set, or the worker has to look,
 * one reference keeps the process (cpu_timer_is_active). */
#include "kernel/timers.h"

#include "arch/atomic.h"
#include "arch/clock.h"
#include "arch/smp.h"
#include "kernel/process.h"
#include "lib/errno.h"

enum { LOOK_NS_MIN = 4000000 }; /* a process that sleeps costs no more */

static void look_later(struct timer *timer)
{
    work_queue(&container_of(timer, struct process, cpu_timer)->cpu_timer_work);
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
    return !process->timers_are_over &&
        (process->virtual_timer_ns || process->profile_timer_ns ||
            process->limits[LIMIT_CPU].soft != LIMIT_NONE);
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
{
    unsigned threads = atomic_load(&process->thread_count);
    left_ns /= max(min(threads, cpu_count()), 1u);
    left_ns = min(max(left_ns, (uint64_t)LOOK_NS_MIN), NS_PER_SECOND * 3600);
    timer_arm(&process->cpu_timer, clock_ns() + left_ns);
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
    bool is_over = false;
    process_usage(process, &usage);
    uint64_t used_ns = usage.user_ns + usage.system_ns;
    spin_lock(&process->lock);
    bool is_virtual_over = expire(&process->virtual_timer_ns,
        process->virtual_interval_ns, usage.user_ns);
    bool is_profile_over = expire(
        &process->profile_timer_ns, process->profile_interval_ns, used_ns);
    int limit = limit_signal(process, used_ns);
    if (is_on(process)) {
        uint64_t left_ns = min(left_of(process->virtual_timer_ns, usage.user_ns),
            left_of(process->profile_timer_ns, used_ns));
        arm(process, min(left_ns, limit_left(process, used_ns)));
    } else {
        /* If it fired just now we are queued again and end then. */
        timer_cancel(&process->cpu_timer);
        is_over = !process->cpu_timer_work.is_queued;
        process->cpu_timer_is_active = !is_over;
    }
    spin_unlock(&process->lock);
    if (is_virtual_over)
        send(process, SIGVTALRM);
    if (is_profile_over)
        send(process, SIGPROF);
    if (limit)
        send(process, limit);
    if (is_over)
        process_put(process);
}

void cpu_timers_start_locked(struct process *process)
{
    if (!is_on(process))
        return; /* the next look finds out */
    if (!process->has_cpu_timer) {
        timer_init(&process->cpu_timer, look_later);
        work_init(&process->cpu_timer_work, look);
        process->has_cpu_timer = true;
    }
    if (!process->cpu_timer_is_active) {
        process->cpu_timer_is_active = true;
        process_get(process);
    }
    arm(process, 0);
}

void cpu_timers_start(struct process *process)
{
    spin_lock(&process->lock);
    cpu_timers_start_locked(process);
    spin_unlock(&process->lock);
}

void cpu_timers_end(struct process *process)
{
    bool is_over = false;
    spin_lock(&process->lock);
    if (process->cpu_timer_is_active && timer_cancel(&process->cpu_timer) &&
        !process->cpu_timer_work.is_queued) {
        process->cpu_timer_is_active = false;
        is_over = true;
    }
    spin_unlock(&process->lock);
    if (is_over)
        process_put(process);
}
