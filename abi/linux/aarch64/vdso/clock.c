/* SPDX-License-Identifier: MIT */
/* The time without a call: runs in the program, by the counter that it may read
 * and the page before the code.  Other clocks are asked for by call. */
#include <asm/unistd.h>
#include <linux/time.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/linux/aarch64/vdso_data.h"

#define EXPORT __attribute__((visibility("default")))

enum { NS_PER_SECOND = 1000000000 };

/* Found relative to the code: by vdso.lds. */
extern const struct vdso_data vdso_data __attribute__((visibility("hidden")));

struct clock_time {
    int64_t seconds, nanoseconds;
};

long __kernel_clock_gettime(int clock, struct clock_time *time);
long __kernel_clock_getres(int clock, struct clock_time *time);
long __kernel_gettimeofday(struct clock_time *time, struct timezone *zone);

static long call(long number, long first, void *second)
{
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = first;
    register void *x1 __asm__("x1") = second;
    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1) : "memory");
    return x0;
}

static uint64_t now_ns(void)
{
    uint64_t count;
    __asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(count) : : "memory");
    return (unsigned __int128)(count - vdso_data.first_count) *
               vdso_data.ns_per_count >> 32;
}

static uint64_t real_ns(void)
{
    return now_ns() +
           __atomic_load_n(&vdso_data.real_offset_ns, __ATOMIC_RELAXED);
}

EXPORT long __kernel_clock_gettime(int clock, struct clock_time *time)
{
    uint64_t ns;
    switch (clock) {
    case CLOCK_REALTIME:
        ns = real_ns();
        break;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
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

EXPORT long __kernel_gettimeofday(
    struct clock_time *time, struct timezone *zone)
{
    if (zone)
        return call(__NR_gettimeofday, (long)time, zone);
    if (!time)
        return 0;
    uint64_t ns = real_ns();
    time->seconds = ns / NS_PER_SECOND;
    time->nanoseconds = ns % NS_PER_SECOND / 1000;
    return 0;
}

EXPORT long __kernel_clock_getres(int clock, struct clock_time *time)
{
    return call(__NR_clock_getres, clock, time);
}
