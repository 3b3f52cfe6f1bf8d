/* SPDX-License-Identifier: MIT */
/* The numbers of clocks. */
#ifndef ABI_LINUX_CPU_CLOCK_ID_H
#define ABI_LINUX_CPU_CLOCK_ID_H

#include "kernel/cpu_clock.h"

enum clock_kind {
    CLOCK_KIND_TIME,   /* shows a time, or is none at all */
    CLOCK_KIND_CPU,
    CLOCK_KIND_DEVICE, /* a descriptor's: there are none */
};
enum clock_kind clock_kind_of(int clock);
/* Of a CLOCK_KIND_TIME: does it show the time of day, or a time since boot?
 * Would it wake a machine that sleeps (ours never does), and may current not
 * have it do that? */
bool clock_is_real(int clock);
bool clock_is_alarm(int clock);
bool clock_is_forbidden(int clock);

/* The clock of a CLOCK_KIND_CPU, with references. -EINVAL */
enum clock_use { CLOCK_IS_READ, CLOCK_IS_WAITED_FOR };
int cpu_clock_argument(
    int clock, enum clock_use use, struct cpu_clock *found);
/* What clock_getres says of it. */
uint64_t cpu_clock_resolution_ns(int clock);
/* Does it mean the thread that asks? */
bool cpu_clock_is_own_thread(int clock);

#endif
