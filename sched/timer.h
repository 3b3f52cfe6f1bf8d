/* SPDX-License-Identifier: MIT */
/* Timers with nanosecond deadlines on CLOCK_MONOTONIC, and the clocks.
 * Functions run in the timer interrupt: queue and wake only. */
#ifndef SCHED_TIMER_H
#define SCHED_TIMER_H

#include "lib/tree.h"
#include "lib/types.h"

struct timer;
typedef void (*timer_fn)(struct timer *timer);

struct timer {
    struct tree_node node;
    uint64_t deadline_ns;
    timer_fn expired;
    unsigned cpu;      /* whose tree */
    bool is_armed;     /* [timers lock of cpu] */
};

void timer_init(struct timer *timer, timer_fn expired);
/* Arms, or moves an armed one. The function may arm its own timer again. */
void timer_arm(struct timer *timer, uint64_t deadline_ns);
/* True if it was armed. When it returns the function is not running on any
 * CPU, unless called from the function itself. Spins, does not sleep. */
bool timer_cancel(struct timer *timer);

/* Called on the CPU whose hardware timer fired (sched_init hooks it up). */
void timers_run(void);
/* The next deadline of this CPU's timers. */
uint64_t timers_next(void);

/* CLOCK_REALTIME = CLOCK_MONOTONIC + offset. Nanoseconds since 1970. */
uint64_t clock_real_ns(void);
void clock_set_real_ns(uint64_t real_ns); /* wakes those who watch, below */
int64_t clock_real_offset(void);
/* Woken when the real-time clock is set: absolute real-time waits look again. */
struct wait_queue;
struct wait_queue *clock_set_queue(void);

#endif
