/* SPDX-License-Identifier: MIT */
/* Timers of a process that end in signals: setitimer's three, and timer_create's
 * any number. */
#ifndef KERNEL_TIMERS_H
#define KERNEL_TIMERS_H

#include "lib/types.h"

struct process;

enum interval_kind { INTERVAL_REAL, INTERVAL_VIRTUAL, INTERVAL_PROFILE };
struct interval {
    uint64_t left_ns;     /* until it expires; 0: off */
    uint64_t interval_ns; /* then again and again; 0: once */
};
/* Of current's process. -EINVAL */
int process_interval_get(enum interval_kind kind, struct interval *now);
int process_interval_set(enum interval_kind kind, const struct interval *wanted,
    struct interval *old);

enum timer_notice { NOTICE_SIGNAL, NOTICE_NONE, NOTICE_THREAD_ID };
enum timer_clock { TIMER_MONOTONIC, TIMER_REAL, TIMER_CPU };
struct timer_event {
    enum timer_notice notice;
    int signal, tid;
    uint64_t value;
};
enum timer_when { TIMER_RELATIVE, TIMER_ABSOLUTE };
struct cpu_clock;
/* event NULL: SIGALRM with the timer's number. cpu: for TIMER_CPU, is copied.
 * -EAGAIN, -EINVAL */
int posix_timer_create(enum timer_clock clock, const struct cpu_clock *cpu,
    const struct timer_event *event, int *id);
/* wanted->left_ns is a time of the clock if TIMER_ABSOLUTE; old may be NULL.
 * -EINVAL; -ESRCH: whose CPU time it was is gone. */
int posix_timer_set(int id, enum timer_when when, const struct interval *wanted,
    struct interval *old);
int posix_timer_get(int id, struct interval *now);
int posix_timer_overrun(int id);
int posix_timer_delete(int id);

/* What process->real_timer does when it expires. */
struct timer;
void real_timer_expired(struct timer *timer);
/* exec: POSIX timers of current's process are deleted. */
void process_timers_exec(void);
/* The end of a process, in its last thread, before it is a zombie: nothing fires
 * any more. May spin, takes process_tree_lock. */
void process_timers_end(struct process *process);

/* cpu_timers.c, process->lock held: what virtual_timer_ns, profile_timer_ns and
 * the limit of CPU time say has changed. */
void cpu_timers_start_locked(struct process *process);
/* The same, process->lock not held: a new process or limit. */
void cpu_timers_start(struct process *process);
void cpu_timers_end(struct process *process);
/* The same with process->cpu_lock held: an alarm was added. */
void cpu_timers_arm_locked(struct process *process);
/* posix_timers.c */
void posix_timers_delete_all(struct process *process);

#endif
