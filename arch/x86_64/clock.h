/* SPDX-License-Identifier: MIT */
#ifndef MACHINE_CLOCK_H
#define MACHINE_CLOCK_H

#include "lib/types.h"

void clock_init(void);     /* on the first CPU */
void clock_init_cpu(void); /* on each further one */
void clock_wait(uint64_t ns); /* by spinning */
uint64_t clock_hz(void);   /* of the counter */
uint64_t rtc_seconds(void); /* since 1970; 0: there is no such clock */

#endif
