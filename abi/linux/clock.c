/* SPDX-License-Identifier: MIT */
/* What time it is: the clocks, in all the calls that tell and set them. */
#include <linux/time.h>
#include <linux/times.h>
#include <linux/timex.h>

#include "abi/linux/arguments.h"
#include "abi/linux/vdso.h"
#include "arch/clock.h"
#include "lib/string.h"
#include "sched/timer.h"

enum { COARSE_NS = 4000000, NS_PER_TICK = 10000000 };

/* Clocks of CPU time of others: the complement of a number above three bits,
 * one of which says whether a thread is meant. */
enum { CPU_CLOCK_BITS = 7, CPU_CLOCK_IS_THREAD = 4, CPU_CLOCK_KINDS = 3 };
enum { CPU_CLOCK_BOTH = 2, CPU_CLOCK_VIRTUAL = 1 };

static uint64_t user_or_both(int kind, uint64_t user_ns, uint64_t system_ns)
{
    return kind == CPU_CLOCK_VIRTUAL ? user_ns : user_ns + system_ns;
}

static int thread_time(int tid, int kind, uint64_t *ns)
{
    struct thread *thread = thread_argument(tid);
    if (!thread)
        return -EINVAL;
    bool is_ours = thread->process == current->process;
    *ns = kind == CPU_CLOCK_VIRTUAL ? thread_user_ns(thread)
                                    : thread_cpu_ns(thread);
    thread_put(thread);
    return is_ours ? 0 : -EINVAL;
}

static int process_time(int pid, int kind, uint64_t *ns)
{
    struct usage usage;
    struct process *process =
        pid ? process_find(pid) : process_get(current->process);
    if (!process)
        return -EINVAL;
    process_usage(process, &usage);
    process_put(process);
    *ns = user_or_both(kind, usage.user_ns, usage.system_ns);
    return 0;
}

static int clock_read(int clock, uint64_t *ns)
{
    if (clock < 0) {
        int number = ~(clock >> 3), kind = clock & CPU_CLOCK_KINDS;
        if (kind > CPU_CLOCK_BOTH)
            return -EINVAL; /* a device's descriptor */
        return clock & CPU_CLOCK_IS_THREAD ? thread_time(number, kind, ns)
                                           : process_time(number, kind, ns);
    }
    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_REALTIME_ALARM:
    case CLOCK_TAI:
        *ns = clock_real_ns();
        return 0;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME:
    case CLOCK_BOOTTIME_ALARM:
        *ns = clock_ns();
        return 0;
    case CLOCK_PROCESS_CPUTIME_ID:
        return process_time(0, CPU_CLOCK_BOTH, ns);
    case CLOCK_THREAD_CPUTIME_ID:
        return thread_time(0, CPU_CLOCK_BOTH, ns);
    }
    return -EINVAL;
}

long sys_clock_gettime(int clock, void __user *to)
{
    uint64_t ns;
    int error = clock_read(clock, &ns);
    return error ? error : time_give(to, ns);
}

long sys_clock_getres(int clock, void __user *to)
{
    uint64_t ns;
    int error = clock_read(clock, &ns);
    if (error || !to)
        return error;
    bool is_coarse =
        clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE;
    return time_give(to, is_coarse ? COARSE_NS : 1);
}

static int set_clock(uint64_t ns)
{
    if (!i_can(CAPABLE_SYS_TIME))
        return -EPERM;
    /* Linux refuses to go so far back that the system would have been started
     * before 1970, or too far for its own arithmetic. */
    if (ns < clock_ns() || ns > INT64_MAX / 2)
        return -EINVAL;
    clock_set_real_ns(ns);
    vdso_clock_was_set();
    return 0;
}

long sys_clock_settime(int clock, const void __user *from)
{
    uint64_t ns;
    if (clock != CLOCK_REALTIME)
        return -EINVAL;
    int error = time_argument(from, &ns);
    return error ? error : set_clock(ns);
}

long sys_gettimeofday(void __user *to, void __user *zone)
{
    const struct timezone none = { 0 };
    if (to && timeval_give(to, clock_real_ns()))
        return -EFAULT;
    return zone ? user_write(zone, &none, sizeof none) : 0;
}

long sys_settimeofday(const void __user *from, const void __user *zone)
{
    struct timezone given;
    uint64_t ns;
    int error = from ? timeval_argument(from, &ns) : 0;
    if (!error && zone && user_read(&given, zone, sizeof given))
        error = -EFAULT;
    if (!error && zone && !i_can(CAPABLE_SYS_TIME))
        error = -EPERM;
    if (error || !from)
        return error; /* a zone is nothing that the kernel has use for */
    return set_clock(ns);
}

long sys_time(void __user *to)
{
    int64_t seconds = clock_real_ns() / NS_PER_SECOND;
    if (to && user_write(to, &seconds, sizeof seconds))
        return -EFAULT;
    return seconds;
}

long sys_times(void __user *to)
{
    if (to) {
        struct usage own, children;
        process_usage(current->process, &own);
        process_children_usage(current->process, &children);
        struct tms times = {
            .tms_utime = own.user_ns / NS_PER_TICK,
            .tms_stime = own.system_ns / NS_PER_TICK,
            .tms_cutime = children.user_ns / NS_PER_TICK,
            .tms_cstime = children.system_ns / NS_PER_TICK,
        };
        if (user_write(to, &times, sizeof times))
            return -EFAULT;
    }
    return clock_ns() / NS_PER_TICK;
}

/* The clock is not steered: it can only be asked. */
static long adjust(void __user *at)
{
    struct __kernel_timex timex;
    if (user_read(&timex, at, sizeof timex))
        return -EFAULT;
    if (timex.modes)
        return i_can(CAPABLE_SYS_TIME) ? -EINVAL : -EPERM;
    uint64_t now = clock_real_ns();
    memset(&timex, 0, sizeof timex);
    timex.status = STA_UNSYNC;
    timex.maxerror = timex.esterror = 16000000;
    timex.constant = 2;
    timex.precision = 1;
    timex.tolerance = 32768000;
    timex.tick = 10000;
    timex.time.tv_sec = now / NS_PER_SECOND;
    timex.time.tv_usec = now % NS_PER_SECOND / 1000;
    return user_write(at, &timex, sizeof timex) ? -EFAULT : TIME_ERROR;
}

long sys_adjtimex(void __user *at)
{
    return adjust(at);
}

long sys_clock_adjtime(int clock, void __user *at)
{
    if (clock == CLOCK_REALTIME)
        return adjust(at);
    uint64_t ns;
    return clock_read(clock, &ns) ? -EINVAL : -EOPNOTSUPP;
}
