/* SPDX-License-Identifier: MIT */
/* Sleeping: nanosleep, clock_nanosleep; timers that end in signals. */
#include <linux/signal.h>
#include <linux/time.h>

#include "abi/linux/arguments.h"
#include "abi/linux/clock_id.h"
#include "kernel/timers.h"
#include "sched/timer.h"

static long sleep_again(struct thread *thread);

/* A relative sleep: cut short it says what is left, and goes on if no handler
 * ran. */
static long sleep_until(uint64_t deadline_ns, void __user *left)
{
    int result = thread_sleep_until(deadline_ns, SLEEP_INTERRUPTIBLE);
    if (result != -ERESTART)
        return 0;
    if (left && time_give(left, time_left(deadline_ns)))
        return -EFAULT;
    current->restart.again = sleep_again;
    current->restart.deadline_ns = deadline_ns;
    current->restart.a = (uintptr_t)left;
    return -ERESTART_BLOCK;
}

static long sleep_again(struct thread *thread)
{
    return sleep_until(
        thread->restart.deadline_ns, (void __user *)thread->restart.a);
}

long sys_nanosleep(const void __user *wanted, void __user *left)
{
    uint64_t ns;
    int error = time_argument(wanted, &ns);
    return error ? error : sleep_until(deadline_after(ns), left);
}

/* Until the real-time clock shows ns, whoever sets it meanwhile. */
static long sleep_until_real(uint64_t ns)
{
    for (;;) {
        int64_t offset = clock_real_offset();
        int64_t deadline_ns = (int64_t)ns - offset;
        if (deadline_ns <= 0 || clock_real_ns() >= ns)
            return 0;
        int result = wait_until(clock_set_queue(), SLEEP_INTERRUPTIBLE,
            (uint64_t)deadline_ns, clock_real_offset() != offset);
        if (result == -ETIMEDOUT)
            return 0;
        if (result)
            return -ERESTART_UNHANDLED;
    }
}

static long sleep_absolute(int clock, uint64_t ns)
{
    if (clock_is_real(clock))
        return sleep_until_real(ns);
    int result = thread_sleep_until(ns, SLEEP_INTERRUPTIBLE);
    return result == -ERESTART ? -ERESTART_UNHANDLED : 0;
}

static int check_clock(int clock)
{
    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_MONOTONIC:
    case CLOCK_BOOTTIME:
    case CLOCK_REALTIME_ALARM:
    case CLOCK_BOOTTIME_ALARM:
    case CLOCK_TAI:
        return 0;
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_MONOTONIC_COARSE:
        return -EOPNOTSUPP;
    }
    return clock_kind_of(clock) == CLOCK_KIND_DEVICE ? -EOPNOTSUPP : -EINVAL;
}

static long cpu_sleep_again(struct thread *thread);

static int cpu_sleep_until(int clock, uint64_t until_ns, uint64_t *left_ns)
{
    struct cpu_clock cpu;
    int error = cpu_clock_argument(clock, CLOCK_IS_WAITED_FOR, &cpu);
    if (error)
        return error;
    int result = cpu_clock_sleep(&cpu, until_ns);
    uint64_t now_ns = cpu_clock_ns(&cpu);
    *left_ns = until_ns > now_ns ? until_ns - now_ns : 0;
    cpu_clock_drop(&cpu);
    return result && *left_ns ? result : 0;
}

/* Like sleep_until. */
static long cpu_sleep_on(int clock, uint64_t until_ns, void __user *left)
{
    uint64_t left_ns;
    int result = cpu_sleep_until(clock, until_ns, &left_ns);
    if (result != -ERESTART)
        return result;
    if (left && time_give(left, left_ns))
        return -EFAULT;
    current->restart.again = cpu_sleep_again;
    current->restart.deadline_ns = until_ns;
    current->restart.a = (uintptr_t)left;
    current->restart.b = (unsigned)clock;
    return -ERESTART_BLOCK;
}

static long cpu_sleep_again(struct thread *thread)
{
    return cpu_sleep_on((int)thread->restart.b, thread->restart.deadline_ns,
        (void __user *)thread->restart.a);
}

static int cpu_deadline(int clock, uint64_t ns, uint64_t *until_ns)
{
    struct cpu_clock cpu;
    int error = cpu_clock_argument(clock, CLOCK_IS_WAITED_FOR, &cpu);
    if (error)
        return error;
    uint64_t now_ns = cpu_clock_ns(&cpu);
    *until_ns = ns ? now_ns + min(ns, INT64_MAX - now_ns) : 0;
    cpu_clock_drop(&cpu);
    return 0;
}

static long cpu_sleep(int clock, int flags, uint64_t ns, void __user *left)
{
    uint64_t until_ns = ns, left_ns;
    if (cpu_clock_is_own_thread(clock))
        return -EINVAL;
    if (!(flags & TIMER_ABSTIME)) {
        int error = cpu_deadline(clock, ns, &until_ns);
        return error ? error : cpu_sleep_on(clock, until_ns, left);
    }
    int result = cpu_sleep_until(clock, until_ns, &left_ns);
    return result == -ERESTART ? -ERESTART_UNHANDLED : result;
}

long sys_clock_nanosleep(
    int clock, int flags, const void __user *wanted, void __user *left)
{
    uint64_t ns;
    bool is_cpu = clock_kind_of(clock) == CLOCK_KIND_CPU;
    int error = is_cpu ? 0 : check_clock(clock);
    if (clock == CLOCK_THREAD_CPUTIME_ID)
        error = -EOPNOTSUPP; /* nobody can wait to have run */
    if (!error)
        error = time_argument(wanted, &ns);
    if (!error && clock_is_alarm(clock) && flags & ~TIMER_ABSTIME)
        error = -EINVAL;
    if (!error && clock_is_forbidden(clock))
        error = -EPERM;
    if (error)
        return error;
    if (is_cpu)
        return cpu_sleep(clock, flags, ns, left);
    return flags & TIMER_ABSTIME ? sleep_absolute(clock, ns)
                                 : sleep_until(deadline_after(ns), left);
}

static int interval_give(void __user *to, const struct interval *interval)
{
    struct __kernel_old_timeval __user *at = to;
    return timeval_give(&at[0], interval->interval_ns) ||
            timeval_give(&at[1], interval->left_ns)
        ? -EFAULT
        : 0;
}

static const uint8_t interval_kinds[] = {
    [ITIMER_REAL] = INTERVAL_REAL,
    [ITIMER_VIRTUAL] = INTERVAL_VIRTUAL,
    [ITIMER_PROF] = INTERVAL_PROFILE,
};

long sys_getitimer(int which, void __user *to)
{
    struct interval now;
    if ((unsigned)which >= array_size(interval_kinds))
        return -EINVAL;
    int error = process_interval_get(interval_kinds[which], &now);
    return error ? error : interval_give(to, &now);
}

long sys_setitimer(int which, const void __user *from, void __user *old_at)
{
    struct interval wanted = { 0 }, old;
    const struct __kernel_old_timeval __user *at = from;
    int error = 0;
    if (from) {
        error = timeval_argument(&at[0], &wanted.interval_ns);
        if (!error)
            error = timeval_argument(&at[1], &wanted.left_ns);
    }
    if (error)
        return error;
    if ((unsigned)which >= array_size(interval_kinds))
        return -EINVAL;
    error = process_interval_set(interval_kinds[which], &wanted, &old);
    return error || !old_at ? error : interval_give(old_at, &old);
}

long sys_alarm(unsigned seconds)
{
    struct interval wanted = { .left_ns = seconds * NS_PER_SECOND }, old;
    int error = process_interval_set(INTERVAL_REAL, &wanted, &old);
    if (error)
        return error;
    /* Rounded, but never to nothing. */
    unsigned left = old.left_ns / NS_PER_SECOND;
    uint64_t rest = old.left_ns % NS_PER_SECOND;
    return left + (rest >= NS_PER_SECOND / 2 || (!left && rest));
}

static int event_argument(struct timer_event *event, const void __user *from)
{
    struct sigevent given;
    if (user_read(&given, from, sizeof given))
        return -EFAULT;
    *event = (struct timer_event){
        .signal = given.sigev_signo,
        .value = (uintptr_t)given.sigev_value.sival_ptr,
    };
    switch (given.sigev_notify) {
    case SIGEV_NONE:
        event->notice = NOTICE_NONE;
        return 0;
    case SIGEV_SIGNAL:
    case SIGEV_THREAD:
        event->notice = NOTICE_SIGNAL;
        return 0;
    case SIGEV_THREAD_ID:
        event->notice = NOTICE_THREAD_ID;
        event->tid = given._sigev_un._tid;
        return 0;
    }
    return -EINVAL;
}

/* *late: an error that comes when the number has been told. */
static int timer_new(
    int clock, const struct timer_event *event, int *id, int *late)
{
    struct cpu_clock cpu;
    bool is_cpu = clock_kind_of(clock) == CLOCK_KIND_CPU;
    *late = is_cpu ? cpu_clock_argument(clock, CLOCK_IS_WAITED_FOR, &cpu)
        : clock_is_forbidden(clock) ? -EPERM
                                    : 0;
    if (!is_cpu || *late)
        return posix_timer_create(
            clock_is_real(clock) ? TIMER_REAL : TIMER_MONOTONIC, NULL, event,
            id);
    int error = posix_timer_create(TIMER_CPU, &cpu, event, id);
    cpu_clock_drop(&cpu);
    return error;
}

long sys_timer_create(int clock, const void __user *event_at, void __user *to)
{
    struct timer_event event;
    int id, late, error = event_at ? event_argument(&event, event_at) : 0;
    if (error == -EFAULT)
        return error;
    int clock_error = clock_kind_of(clock) == CLOCK_KIND_CPU
        ? 0
        : check_clock(clock);
    if (clock_error || error)
        return clock_error ? clock_error : error;
    error = timer_new(clock, event_at ? &event : NULL, &id, &late);
    if (error)
        return error;
    error = user_write(to, &id, sizeof id);
    if (!error)
        error = late;
    if (error)
        posix_timer_delete(id);
    return error;
}

static int timer_give(void __user *to, const struct interval *interval)
{
    struct __kernel_timespec __user *at = to;
    return time_give(&at[0], interval->interval_ns) ||
            time_give(&at[1], interval->left_ns)
        ? -EFAULT
        : 0;
}

long sys_timer_settime(
    int id, int flags, const void __user *from, void __user *old_at)
{
    struct interval wanted, old;
    const struct __kernel_timespec __user *at = from;
    if (!from)
        return -EINVAL;
    int error = time_argument(&at[0], &wanted.interval_ns);
    int second = error != -EFAULT ? time_argument(&at[1], &wanted.left_ns) : 0;
    if (second == -EFAULT || !error)
        error = second;
    if (!error)
        error = posix_timer_set(id,
            flags & TIMER_ABSTIME ? TIMER_ABSOLUTE : TIMER_RELATIVE, &wanted,
            &old);
    return error || !old_at ? error : timer_give(old_at, &old);
}

long sys_timer_gettime(int id, void __user *to)
{
    struct interval now;
    int error = posix_timer_get(id, &now);
    return error ? error : timer_give(to, &now);
}

long sys_timer_getoverrun(int id)
{
    return posix_timer_overrun(id);
}

long sys_timer_delete(int id)
{
    return posix_timer_delete(id);
}
