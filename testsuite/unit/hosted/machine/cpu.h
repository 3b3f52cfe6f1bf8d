/* SPDX-License-Identifier: MIT */
/* Each thread of a test is a CPU. */
#ifndef MACHINE_CPU_H
#define MACHINE_CPU_H

__thread unsigned hosted_cpu;
__thread struct thread *hosted_thread;

static inline unsigned cpu_id(void)
{
    return hosted_cpu;
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
