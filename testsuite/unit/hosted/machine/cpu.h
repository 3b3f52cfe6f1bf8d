/* SPDX-License-Identifier: MIT */
<<<<<<< HEAD
/* One CPU, whose thread a test may set. */
#ifndef MACHINE_CPU_H
#define MACHINE_CPU_H

static struct thread *hosted_thread __attribute__((unused));

static inline unsigned cpu_id(void)
{
    return 0;
=======
/* Each thread of a test is a CPU. */
#ifndef MACHINE_CPU_H
#define MACHINE_CPU_H

extern __thread unsigned hosted_cpu;
extern __thread struct thread *hosted_thread;

static inline unsigned cpu_id(void)
{
    return hosted_cpu;
>>>>>>> refs/heads/mm
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
