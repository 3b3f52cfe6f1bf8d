/* SPDX-License-Identifier: MIT */
/* A timer of timer_create(2), for posix_timers.c and, if its clock is one of CPU
 * time, cpu_posix_timers.c. */
#ifndef KERNEL_POSIX_TIMER_H
#define KERNEL_POSIX_TIMER_H

#include "kernel/cpu_clock.h"
#include "kernel/signal_queue.h"
#include "kernel/timers.h"

struct posix_timer {
    struct list link;      /* process->posix_timers [process->lock] */
    struct list hash_link; /* [table_lock] */
    struct timer timer;
    struct waiter clock_waiter; /* absolute, real time: looks again when set */
    struct queued_signal signal;
    struct process *process;
    struct thread *thread; /* with a reference, or NULL */
    enum timer_clock clock;
    enum timer_notice notice;
    int id;
    bool is_deleted, is_on;
    uint32_t uid;
    uint64_t deadline_ns, interval_ns; /* monotonic */
    uint64_t real_deadline_ns;         /* if it is absolute and real */
    uint64_t last_overrun;

    /* TIMER_CPU; the last two under the lock of the clock's process: */
    struct cpu_clock cpu;
    struct cpu_alarm alarm;
    bool is_told;      /* its signal waits to be taken */
    uint64_t overruns; /* since it was told */
};

/* What the clock of a timer of CPU time shows; zero for others. */
struct cpu_moment {
    uint64_t now_ns;
    bool is_gone;
};

/* cpu_posix_timers.c; process->lock of the timer's process held. */
void cpu_posix_timer_init(struct posix_timer *timer);
int cpu_posix_timer_set(struct posix_timer *timer, enum timer_when when,
    const struct interval *wanted, const struct cpu_moment *moment);
void cpu_posix_timer_get(const struct posix_timer *timer,
    const struct cpu_moment *moment, struct interval *now);
uint64_t cpu_posix_timer_taken(struct posix_timer *timer); /* its overruns */

#endif
