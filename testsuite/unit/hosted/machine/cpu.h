/* SPDX-License-Identifier: MIT */
/* Each thread of a test is a CPU. */
#ifndef MACHINE_CPU_H
#define MACHINE_CPU_H

#include "machine/per_cpu.h"

__thread unsigned hosted_cpu;
__thread struct thread *hosted_thread;

PER_CPU_INLINE unsigned cpu_id(void)
{
    return hosted_cpu;
}

PER_CPU_INLINE struct thread *current_thread(void)
{
    return hosted_thread;
}

PER_CPU_INLINE void set_current_thread(struct thread *thread)
{
    hosted_thread = thread;
}

#endif
