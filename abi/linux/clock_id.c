/* SPDX-License-Identifier: MIT */
/* Clocks by number.  That of one of CPU time is the complement of a process' or
 * thread's number above three bits, one of which says whether a thread is
 * meant. */
#include "abi/linux/clock_id.h"

#include <linux/time.h>

#include "abi/linux/arguments.h"

enum { NUMBER_SHIFT = 3, IS_THREAD = 4, KINDS = 3 };
enum { KIND_BOTH, KIND_USER, KIND_SCHEDULED, KIND_DEVICE };

static int number_of(int clock)
{
    return ~(clock >> NUMBER_SHIFT);
}

enum clock_kind clock_kind_of(int clock)
{
    if (clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID)
        return CLOCK_KIND_CPU;
    if (clock >= 0)
        return CLOCK_KIND_TIME;
    return (clock & (KINDS | IS_THREAD)) == KIND_DEVICE ? CLOCK_KIND_DEVICE
                                                        : CLOCK_KIND_CPU;
}

bool clock_is_real(int clock)
{
    return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_ALARM ||
        clock == CLOCK_TAI;
}

bool clock_is_alarm(int clock)
{
    return clock == CLOCK_REALTIME_ALARM || clock == CLOCK_BOOTTIME_ALARM;
}

bool clock_is_forbidden(int clock)
{
    return clock_is_alarm(clock) && !i_can(CAPABLE_WAKE_ALARM);
}

/* Of our own process only. */
static int find_thread(int tid, struct cpu_clock *clock)
{
    clock->thread = thread_argument(tid);
    if (!clock->thread)
        return -EINVAL;
    clock->process = process_get(clock->thread->process);
    if (clock->process == current->process)
        return 0;
    cpu_clock_drop(clock);
    return -EINVAL;
}

/* A thread may read its process' clock by its own number too. */
static int find_process(int pid, enum clock_use use, struct cpu_clock *clock)
{
    bool is_ours = !pid ||
        (use == CLOCK_IS_READ && pid == thread_number(current));
    clock->process =
        is_ours ? process_get(current->process) : process_find(pid);
    return clock->process ? 0 : -EINVAL;
}

int cpu_clock_argument(int clock, enum clock_use use, struct cpu_clock *found)
{
    *found = (struct cpu_clock){ .time = CPU_TIME_ALL };
    if (clock == CLOCK_PROCESS_CPUTIME_ID)
        return find_process(0, use, found);
    if (clock == CLOCK_THREAD_CPUTIME_ID)
        return find_thread(0, found);
    int kind = clock & KINDS;
    if (kind == KIND_DEVICE)
        return -EINVAL;
    if (kind == KIND_USER)
        found->time = CPU_TIME_USER;
    return clock & IS_THREAD ? find_thread(number_of(clock), found)
                             : find_process(number_of(clock), use, found);
}

uint64_t cpu_clock_resolution_ns(int clock)
{
    bool is_exact = clock >= 0 || (clock & KINDS) == KIND_SCHEDULED;
    return is_exact ? 1 : 4000000; /* a tick of Linux */
}

bool cpu_clock_is_own_thread(int clock)
{
    int number = number_of(clock);
    return clock < 0 && clock & IS_THREAD &&
        (!number || number == thread_number(current));
}
