/* SPDX-License-Identifier: MIT */
/* The CPU one is on.  Kernel code is not preempted, so both answers hold until
 * the next yield point. */
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

#include "lib/types.h"

enum { CPU_MAX = 32 };

struct thread;

/* From machine/cpu.h, in line: */
static inline unsigned cpu_id(void); /* 0 .. cpu_count()-1, 0 boots */
static inline struct thread *current_thread(void);
static inline void set_current_thread(struct thread *thread);
#include "machine/cpu.h"
#define current current_thread()

typedef uint32_t cpu_mask; /* bit n is CPU n */

/* Lines for /proc/cpuinfo about one CPU into buffer; the bytes written. */
size_t cpu_describe(unsigned cpu, char *buffer, size_t capacity);
/* For the auxiliary vector. */
uint64_t cpu_hwcap(void), cpu_hwcap2(void);
const char *cpu_platform(void); /* "x86_64" */
/* 64 bits from the CPU's random instruction; false if it has none. */
bool cpu_random(uint64_t *number);
/* A fast counter for jitter; no unit. */
uint64_t cpu_cycles(void);

#endif
