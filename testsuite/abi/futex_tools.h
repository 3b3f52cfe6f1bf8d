/* SPDX-License-Identifier: MIT */
/* What the tests of futexes share: the call, and threads that are seen to
 * sleep. */
#ifndef FUTEX_TOOLS_H
#define FUTEX_TOOLS_H

#include "tap.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

static inline long futex(volatile void *at, int operation, uint32_t value,
    const void *timeout, volatile void *at2, uint32_t value3)
{
    return syscall(SYS_futex, at, operation, value, timeout, at2, value3);
}

static inline int my_tid(void)
{
    return syscall(SYS_gettid);
}

/* A field of /proc/TID/stat, counted from 1 as proc(5) does. */
static inline long stat_field(int tid, int field)
{
    char path[64], text[400] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", tid);
    FILE *file = fopen(path, "r");
    if (!file)
        return -1;
    fgets(text, sizeof text, file);
    fclose(file);
    char *at = strrchr(text, ')');
    if (!at)
        return -1;
    at += 2;
    for (int i = 3; i < field; i++) {
        at = strchr(at, ' ');
        if (!at)
            return -1;
        at++;
    }
    return field == 3 ? *at : atol(at);
}

/* Or gone. */
static inline void wait_asleep(volatile int *tid)
{
    long state = 0;
    while (!*tid || (state != 'S' && state != -1)) {
        usleep(1000);
        if (*tid)
            state = stat_field(*tid, 3);
    }
}

/* The priority that it runs with, others' included: -1 - priority. */
static inline long priority_of(int tid)
{
    return stat_field(tid, 18);
}

static inline int set_fifo(int tid, int priority)
{
    struct sched_param param = { .sched_priority = priority };
    return syscall(SYS_sched_setscheduler, tid,
        priority ? SCHED_FIFO : SCHED_OTHER, &param);
}

static inline struct timespec time_after(clockid_t clock, long milliseconds)
{
    struct timespec at;
    clock_gettime(clock, &at);
    at.tv_nsec += milliseconds % 1000 * 1000000;
    at.tv_sec += milliseconds / 1000 + at.tv_nsec / 1000000000;
    at.tv_nsec %= 1000000000;
    return at;
}

#endif
