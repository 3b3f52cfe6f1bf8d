/* SPDX-License-Identifier: MIT */
/* The per-CPU block behind TPIDR_EL1, as far as everyone needs it in line.  Its
 * layout is struct cpu_local in machine/cpu_local.h. */
#ifndef MACHINE_CPU_H
#define MACHINE_CPU_H

/* Not a variable that holds anything: what the reads below depend on, so that
 * the compiler does not carry them over a change or a call. */
extern char cpu_local_version;

static inline unsigned cpu_id(void)
{
    uint64_t id;
    __asm__("mrs %0, tpidr_el1\n\tldr %w0, [%0, #8]"
            : "=r"(id)
            : "m"(cpu_local_version));
    return id;
}

static inline struct thread *current_thread(void)
{
    struct thread *thread;
    __asm__("mrs %0, tpidr_el1\n\tldr %0, [%0]"
            : "=r"(thread)
            : "m"(cpu_local_version));
    return thread;
}

static inline void set_current_thread(struct thread *thread)
{
    uint64_t scratch;
    __asm__ volatile("mrs %1, tpidr_el1\n\tstr %2, [%1]"
                     : "+m"(cpu_local_version), "=&r"(scratch)
                     : "r"(thread)
                     : "memory");
}

#endif
