/* SPDX-License-Identifier: MIT */
/* The time without a call: runs in the program, by the counter that it may read
 * and the page before the code.  Other clocks are asked for by call. */
#include <asm/unistd.h>
#include <linux/time.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/linux/vdso/data.h"
#include "vdso/machine.h" /* EXPORTED, counter_read, call */

#define EXPORT __attribute__((visibility("default")))

enum { NS_PER_SECOND = 1000000000, COARSE_NS = 4000000 };

/* Found relative to the code: by vdso.lds. */
extern const struct vdso_data vdso_data __attribute__((visibility("hidden")));

struct clock_time {
    int64_t seconds, nanoseconds;
};

long EXPORTED(clock_gettime)(int clock, struct clock_time *time);
long EXPORTED(clock_getres)(int clock, struct clock_time *time);
long EXPORTED(gettimeofday)(struct clock_time *time, struct timezone *zone);

static uint64_t now_ns(void)
{
    return clock_scale_ns(&vdso_data.scale, counter_read);
}

static uint64_t real_ns(void)
{
    return now_ns() +
           __atomic_load_n(&vdso_data.real_offset_ns, __ATOMIC_RELAXED);
}

EXPORT long EXPORTED(clock_gettime)(int clock, struct clock_time *time)
{
    uint64_t ns;
    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_TAI:
        ns = real_ns();
        break;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME:
        ns = now_ns();
        break;
    default:
        return call(__NR_clock_gettime, clock, time);
    }
    time->seconds = ns / NS_PER_SECOND;
    time->nanoseconds = ns % NS_PER_SECOND;
    return 0;
}
ALSO(clock_gettime);

EXPORT long EXPORTED(gettimeofday)(
    struct clock_time *time, struct timezone *zone)
{
    const uint64_t zone_now =
        __atomic_load_n(&vdso_data.zone, __ATOMIC_RELAXED);
    if (time) {
        uint64_t ns = real_ns();
        time->seconds = ns / NS_PER_SECOND;
        time->nanoseconds = ns % NS_PER_SECOND / 1000;
    }
    if (zone)
        __builtin_memcpy(zone, &zone_now, sizeof zone_now);
    return 0;
}
ALSO(gettimeofday);

EXPORT long EXPORTED(clock_getres)(int clock, struct clock_time *time)
{
    long ns;
    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_BOOTTIME:
    case CLOCK_TAI:
        ns = 1;
        break;
    case CLOCK_REALTIME_COARSE:
    case CLOCK_MONOTONIC_COARSE:
        ns = COARSE_NS;
        break;
    default:
        return call(__NR_clock_getres, clock, time);
    }
    if (time)
        *time = (struct clock_time){ 0, ns };
    return 0;
}
ALSO(clock_getres);
