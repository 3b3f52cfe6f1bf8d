/* SPDX-License-Identifier: MIT */
/* Clocks of CPU time, their alarms, and sleeping by them.
 *
 * All alarms that look at a process hang in it, whoever set them, those on
 * single threads too; the process' own look (cpu_timers.c) finds out which are
 * due. */
#include "kernel/cpu_clock.h"

#include "arch/atomic.h"
#include "kernel/process.h"
#include "kernel/timers.h"
#include "lib/errno.h"

struct cpu_clock cpu_clock_copy(const struct cpu_clock *clock)
{
    struct cpu_clock copy = *clock;
    process_get(copy.process);
    if (copy.thread)
        thread_get(copy.thread);
    return copy;
}

void cpu_clock_drop(struct cpu_clock *clock)
{
    if (clock->thread)
        thread_put(clock->thread);
    process_put(clock->process);
    *clock = (struct cpu_clock){ 0 };
}

static uint64_t thread_ns(const struct cpu_clock *clock)
{
    return clock->time == CPU_TIME_USER ? thread_user_ns(clock->thread)
                                        : thread_cpu_ns(clock->thread);
}

uint64_t cpu_clock_ns(const struct cpu_clock *clock)
{
    struct usage usage;
    if (clock->thread)
        return thread_ns(clock);
    process_usage(clock->process, &usage);
    return usage.user_ns +
        (clock->time == CPU_TIME_ALL ? usage.system_ns : 0);
}

bool cpu_clock_is_gone(const struct cpu_clock *clock)
{
    struct process *process = clock->process;
    struct thread *thread = clock->thread;
    if (thread && thread != atomic_load(&process->leader))
        return atomic_load(&thread->task.is_finished);
    return atomic_load(&process->state) == PROCESS_DEAD ||
        !atomic_load(&process->leader);
}

void cpu_alarm_init(struct cpu_alarm *alarm, const struct cpu_clock *clock,
    void (*expired)(struct cpu_alarm *alarm, uint64_t now_ns))
{
    *alarm = (struct cpu_alarm){ .clock = clock, .expired = expired };
    list_init(&alarm->link);
}

static void expire(struct cpu_alarm *alarm, uint64_t now_ns)
{
    alarm->expires_ns = 0;
    alarm->expired(alarm, now_ns);
}

void cpu_alarm_set(
    struct cpu_alarm *alarm, uint64_t expires_ns, uint64_t now_ns)
{
    struct process *process = alarm->clock->process;
    spin_lock(&process->cpu_lock);
    list_remove(&alarm->link);
    alarm->expires_ns = expires_ns;
    if (expires_ns && expires_ns <= now_ns)
        expire(alarm, now_ns);
    if (alarm->expires_ns) {
        list_add(&process->cpu_alarms, &alarm->link);
        cpu_timers_arm_locked(process);
    }
    spin_unlock(&process->cpu_lock);
}

uint64_t cpu_alarms_look_locked(
    struct process *process, uint64_t used_ns, uint64_t user_ns)
    must_hold(process->cpu_lock)
{
    struct cpu_alarm *alarm, *next;
    uint64_t left_ns = FOREVER;
    list_for_each_safe(alarm, next, &process->cpu_alarms, link) {
        const struct cpu_clock *clock = alarm->clock;
        uint64_t now_ns = clock->thread ? thread_ns(clock)
            : clock->time == CPU_TIME_USER ? user_ns
                                           : used_ns;
        if (alarm->expires_ns <= now_ns)
            expire(alarm, now_ns);
        if (!alarm->expires_ns || cpu_clock_is_gone(clock))
            list_remove(&alarm->link);
        else
            left_ns = min(left_ns, alarm->expires_ns - now_ns);
    }
    return left_ns;
}

void cpu_alarm_look_locked(struct cpu_alarm *alarm)
{
    const struct cpu_clock *clock = alarm->clock;
    if (!clock->thread || !alarm->expires_ns)
        return;
    uint64_t now_ns = thread_ns(clock);
    if (alarm->expires_ns <= now_ns)
        expire(alarm, now_ns);
}

struct cpu_sleeper {
    struct cpu_alarm alarm;
    struct thread *thread;
    bool is_over; /* [atomic] */
};

static void wake_sleeper(struct cpu_alarm *alarm, uint64_t now_ns)
{
    struct cpu_sleeper *sleeper =
        container_of(alarm, struct cpu_sleeper, alarm);
    (void)now_ns;
    atomic_store(&sleeper->is_over, true);
    thread_wake(sleeper->thread);
}

int cpu_clock_sleep(const struct cpu_clock *clock, uint64_t until_ns)
{
    struct cpu_sleeper sleeper = { .thread = current };
    int result = 0;
    cpu_alarm_init(&sleeper.alarm, clock, wake_sleeper);
    cpu_alarm_set(&sleeper.alarm, until_ns, cpu_clock_ns(clock));
    while (until_ns && !atomic_load(&sleeper.is_over) && !result) {
        thread_prepare(SLEEP_INTERRUPTIBLE);
        if (!atomic_load(&sleeper.is_over))
            result = thread_sleep(FOREVER);
        thread_unprepare();
    }
    cpu_alarm_set(&sleeper.alarm, 0, 0);
    return atomic_load(&sleeper.is_over) ? 0 : result;
}
