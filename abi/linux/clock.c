/* SPDX-License-Identifier: MIT */
/* What time it is: the clocks, in all the calls that tell and set them. */
#include <linux/time.h>
#include <linux/times.h>
#include <linux/timex.h>

#include "abi/linux/arguments.h"
#include "abi/linux/clock_id.h"
#include "abi/linux/vdso.h"
#include "arch/clock.h"
#include "lib/string.h"
#include "sched/timer.h"

enum { COARSE_NS = 4000000, NS_PER_TICK = 10000000 };

static int cpu_time(int clock, uint64_t *ns)
{
    struct cpu_clock cpu;
    int error = cpu_clock_argument(clock, CLOCK_IS_READ, &cpu);
    if (error)
        return error;
    *ns = cpu_clock_ns(&cpu);
    cpu_clock_drop(&cpu);
    return 0;
}

static int clock_read(int clock, uint64_t *ns)
{
    if (clock_kind_of(clock) == CLOCK_KIND_CPU)
        return cpu_time(clock, ns);
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
    if (clock_kind_of(clock) == CLOCK_KIND_CPU)
        return time_give(to, cpu_clock_resolution_ns(clock));
    bool is_coarse =
        clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE;
    return time_give(to, is_coarse ? COARSE_NS : 1);
}

/* Of a time to set, from 1970: Linux leaves 30 years to run in 64 bits. */
static bool is_too_late(uint64_t seconds)
{
    return seconds >= 8277292036;
}

static int set_clock(uint64_t ns)
{
    if (is_too_late(ns / NS_PER_SECOND))
        return -EINVAL;
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
    uint64_t ns, now_ns;
    bool is_cpu = clock < 0 && clock_kind_of(clock) == CLOCK_KIND_CPU;
    if (clock != CLOCK_REALTIME && !is_cpu)
        return -EINVAL;
    int error = time_argument(from, &ns);
    if (!error && is_cpu) /* nobody may, but it has to be one */
        error = cpu_time(clock, &now_ns) ? -EINVAL : -EPERM;
    return error ? error : set_clock(ns);
}

/* A struct timezone, to be read at once. */
static_assert(sizeof(struct timezone) == sizeof(uint64_t), "it is one number");
static uint64_t zone_now; /* [atomic] */
enum zone_use { ZONE_ALONE, ZONE_BESIDE_TIME };

long sys_gettimeofday(void __user *to, void __user *zone)
{
    if (to && timeval_give(to, clock_real_ns()))
        return -EFAULT;
    const uint64_t now = atomic_load(&zone_now);
    return zone ? user_write(zone, &now, sizeof now) : 0;
}

/* Kept and told, and of no other use; but for the first, if it comes without a
 * time: the machine's clock is taken to have shown the time of that zone. */
static int set_zone(const struct timezone *zone, enum zone_use use)
{
    enum { MINUTES_MOST = 15 * 60 };
    static unsigned was_set;
    uint64_t packed;
    if (zone->tz_minuteswest > MINUTES_MOST ||
        zone->tz_minuteswest < -MINUTES_MOST)
        return -EINVAL;
    memcpy(&packed, zone, sizeof packed);
    atomic_store(&zone_now, packed);
    vdso_zone_was_set(packed);
    if (atomic_exchange(&was_set, 1u) || use == ZONE_BESIDE_TIME ||
        !zone->tz_minuteswest)
        return 0;
    int64_t west_ns = (int64_t)zone->tz_minuteswest * 60 * NS_PER_SECOND;
    return set_clock(clock_real_ns() + west_ns);
}

/* Microseconds are looked at before the zone is, seconds behind it. */
static int day_argument(const void __user *from, const void __user *zone,
    uint64_t *ns, struct timezone *given)
{
    struct __kernel_old_timeval time = { 0 };
    if (from && user_read(&time, from, sizeof time))
        return -EFAULT;
    if ((uint64_t)time.tv_usec >= 1000000)
        return -EINVAL;
    if (zone && user_read(given, zone, sizeof *given))
        return -EFAULT;
    if (is_too_late(time.tv_sec))
        return -EINVAL;
    *ns = time.tv_sec * NS_PER_SECOND + time.tv_usec * 1000;
    return 0;
}

long sys_settimeofday(const void __user *from, const void __user *zone)
{
    struct timezone given;
    uint64_t ns;
    int error = day_argument(from, zone, &ns, &given);
    if (!error && !i_can(CAPABLE_SYS_TIME))
        error = -EPERM;
    if (!error && zone)
        error = set_zone(&given, from ? ZONE_BESIDE_TIME : ZONE_ALONE);
    return error || !from ? error : set_clock(ns);
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
static long adjust(struct __kernel_timex *timex)
{
    if (timex->modes)
        return i_can(CAPABLE_SYS_TIME) ? -EINVAL : -EPERM;
    uint64_t now = clock_real_ns();
    memset(timex, 0, sizeof *timex);
    timex->status = STA_UNSYNC;
    timex->maxerror = timex->esterror = 16000000;
    timex->constant = 2;
    timex->precision = 1;
    timex->tolerance = 32768000;
    timex->tick = 10000;
    timex->time.tv_sec = now / NS_PER_SECOND;
    timex->time.tv_usec = now % NS_PER_SECOND / 1000;
    return TIME_ERROR;
}

/* One of a process or thread need not be there to be none that is steered. */
static int check_steered(int clock)
{
    uint64_t ns;
    if (clock == CLOCK_REALTIME)
        return 0;
    if (clock_kind_of(clock) == CLOCK_KIND_CPU)
        return -EOPNOTSUPP;
    return clock_read(clock, &ns) ? -EINVAL : -EOPNOTSUPP;
}

long sys_clock_adjtime(int clock, void __user *at)
{
    struct __kernel_timex timex;
    if (user_read(&timex, at, sizeof timex))
        return -EFAULT;
    int error = check_steered(clock);
    if (error)
        return error;
    long state = adjust(&timex);
    if (state < 0)
        return state;
    return user_write(at, &timex, sizeof timex) ? -EFAULT : state;
}

long sys_adjtimex(void __user *at)
{
    return sys_clock_adjtime(CLOCK_REALTIME, at);
}
