/* SPDX-License-Identifier: MIT */
/* The per-CPU block behind GS, as far as everyone needs it in line.  Its layout
 * is struct cpu_local in machine/cpu_local.h. */
#ifndef MACHINE_CPU_H
#define MACHINE_CPU_H

/* Not a variable that holds anything: what the reads below depend on, so that
 * the compiler does not carry them over a change or a call. */
extern char cpu_local_version;

static inline unsigned cpu_id(void)
{
    unsigned id;
    __asm__("movl %%gs:8, %0" : "=r"(id) : "m"(cpu_local_version));
    return id;
}

static inline struct thread *current_thread(void)
{
    struct thread *thread;
    __asm__("movq %%gs:0, %0" : "=r"(thread) : "m"(cpu_local_version));
    return thread;
}

static inline void set_current_thread(struct thread *thread)
{
    __asm__ volatile("movq %1, %%gs:0"
                     : "+m"(cpu_local_version)
                     : "r"(thread)
                     : "memory");
}

#endif
