/* SPDX-License-Identifier: MIT */
/* The debug build's watch over CPUs that stay in the kernel, and over threads
 * that wait for long where nothing may interrupt them. */
#ifndef SCHED_WATCH_H
#define SCHED_WATCH_H

#include "lib/types.h"

struct thread;

#ifdef CONFIG_DEBUG
/* In the tick of a CPU that runs thread. */
void watch_tick(struct thread *thread, bool was_in_user_code);
/* The CPU is done with one thing: no section, no thread, no loop goes on. */
void watch_progress(void);
/* Ticks of one stay in the kernel before it is said; 0: never. */
void watch_set_limit(unsigned ticks);
void watch_look_often(void); /* at those who wait: for a test */
#else
static inline void watch_tick(struct thread *thread, bool was_in_user_code)
{
}

static inline void watch_progress(void)
{
}
#endif

#endif
