/* SPDX-License-Identifier: MIT */
/* Clocks of CPU time: what a process or a thread has used, and alarms for when
 * it has used so much. */
#ifndef KERNEL_CPU_CLOCK_H
#define KERNEL_CPU_CLOCK_H

#include "lib/list.h"
#include "lib/types.h"

struct process;
struct thread;

enum cpu_time { CPU_TIME_ALL, CPU_TIME_USER };
struct cpu_clock {
    enum cpu_time time;
    struct process *process; /* with a reference */
    struct thread *thread;   /* with one, or NULL: all of the process */
};
struct cpu_clock cpu_clock_copy(const struct cpu_clock *clock);
void cpu_clock_drop(struct cpu_clock *clock); /* harmless if it is all zero */
/* No locks held. */
uint64_t cpu_clock_ns(const struct cpu_clock *clock);
/* A process that was waited for, a thread that has ended: it stands still. */
bool cpu_clock_is_gone(const struct cpu_clock *clock);

/* The function is called once, under process->cpu_lock, by a worker or by who
 * sets the alarm; it may set expires_ns again, which is zero by then, and queue
 * and wake.  The clock is the owner's, who keeps it as long as the alarm. */
struct cpu_alarm {
    struct list link; /* process->cpu_alarms [process->cpu_lock] */
    const struct cpu_clock *clock;
    uint64_t expires_ns; /* [process->cpu_lock] 0: off */
    void (*expired)(struct cpu_alarm *alarm, uint64_t now_ns);
};
void cpu_alarm_init(struct cpu_alarm *alarm, const struct cpu_clock *clock,
    void (*expired)(struct cpu_alarm *alarm, uint64_t now_ns));
/* now_ns: what the clock shows.  0: off, and when it returns the function is
 * not running. */
void cpu_alarm_set(
    struct cpu_alarm *alarm, uint64_t expires_ns, uint64_t now_ns);

/* [process->cpu_lock] Is it due?  Of a clock of a thread; others wait. */
void cpu_alarm_look_locked(struct cpu_alarm *alarm);

/* Until the clock shows so much. 0, -ERESTART */
int cpu_clock_sleep(const struct cpu_clock *clock, uint64_t until_ns);

/* For cpu_timers.c, [process->cpu_lock]: all that are due, given what the
 * process has used.  How much the process can use before the next is due;
 * FOREVER: there is none. */
uint64_t cpu_alarms_look_locked(
    struct process *process, uint64_t used_ns, uint64_t user_ns);

#endif
