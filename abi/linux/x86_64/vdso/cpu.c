/* SPDX-License-Identifier: MIT */
/* What only this CPU's programs get without a call: the time in seconds, and
 * the CPU one runs on, which is the limit of a segment that each CPU has. */
#include <linux/time.h>
#include <stddef.h>
#include <stdint.h>

#include "vdso/machine.h" /* ALSO */

#define EXPORT __attribute__((visibility("default")))

enum { SELECTOR_CPU_NUMBER = 0x7b }; /* machine/cpu_local.h */

struct clock_time {
    int64_t seconds, microseconds;
};

long __vdso_gettimeofday(struct clock_time *time, struct timezone *zone);
int64_t __vdso_time(int64_t *time);
long __vdso_getcpu(unsigned *cpu, unsigned *node, void *unused);

EXPORT int64_t __vdso_time(int64_t *time)
{
    struct clock_time now;
    __vdso_gettimeofday(&now, NULL);
    if (time)
        *time = now.seconds;
    return now.seconds;
}
ALSO(time);

EXPORT long __vdso_getcpu(unsigned *cpu, unsigned *node, void *unused)
{
    unsigned long limit;
    __asm__ volatile("lsl %k1, %k0" : "=r"(limit) : "r"(SELECTOR_CPU_NUMBER));
    if (cpu)
        *cpu = limit;
    if (node)
        *node = 0;
    return 0;
}
ALSO(getcpu);
