/* SPDX-License-Identifier: MIT */
/* One CPU, whose thread a test may set. */
#ifndef MACHINE_CPU_H
#define MACHINE_CPU_H

static struct thread *hosted_thread __attribute__((unused));

static inline unsigned cpu_id(void)
{
    return 0;
}

static inline struct thread *current_thread(void)
{
    return hosted_thread;
}

static inline void set_current_thread(struct thread *thread)
{
    hosted_thread = thread;
}

#endif
