/* SPDX-License-Identifier: MIT */
#ifndef MACHINE_CLOCK_H
#define MACHINE_CLOCK_H

#include "lib/types.h"

void clock_init(void);     /* on the first CPU */
void clock_init_cpu(void); /* on each further one */
void clock_wait(uint64_t ns); /* by spinning */
uint64_t clock_hz(void);      /* of the counter */

unsigned clock_interrupt_number(void);

#endif
