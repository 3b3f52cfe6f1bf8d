/* SPDX-License-Identifier: MIT */
/* A CPU's one-shot timer, over what the CPU has. */
#ifndef COMMON_ALARM_H
#define COMMON_ALARM_H

#include "lib/types.h"

/* What the timer's interrupt calls. */
void alarm_interrupt(void);

/* Of the CPU: its timer is to fire at or after then; UINT64_MAX: never. */
void alarm_program(uint64_t deadline_ns);
/* Of the CPU: one that has fired goes on asking until it is off. */
extern const bool alarm_stays_on;

#endif
