/* SPDX-License-Identifier: MIT */
/* Time as the machine has it. */
#ifndef ARCH_CLOCK_H
#define ARCH_CLOCK_H

#include "arch/clock_scale.h"
#include "lib/types.h"

/* Nanoseconds since boot; the same on all CPUs, never backwards. */
uint64_t clock_ns(void);
/* Seconds since 1970 from the real-time clock, read once at boot. */
uint64_t clock_boot_wall_seconds(void);

/* Keeps *copy, which stays for ever, as what programs that read the CPU's
 * counter themselves need to get what clock_ns says.  Once. */
void clock_publish(struct clock_scale *copy);

/* This CPU's one-shot timer: fires at or after deadline (UINT64_MAX: never),
 * at once if it has passed.  The latest call counts. */
void clock_arm(uint64_t deadline_ns);
/* What the timer interrupt calls, on the CPU whose timer fired. */
void clock_set_handler(void (*fired)(void));

#endif
