/* SPDX-License-Identifier: MIT */
/* The old interval timer, as a measure for the CPU's counter. */
#ifndef MACHINE_PIT_H
#define MACHINE_PIT_H

#include "lib/types.h"

#define PIT_HZ 1193182ull

struct pit_sample {
    uint64_t count; /* the CPU's, when the timer */
    uint16_t ticks; /* came to this; it counts down and wraps */
    uint64_t width; /* how sure that is, in counts */
};

void pit_start(void);
void pit_stop(void);
bool pit_read(struct pit_sample *sample); /* false: it does not count */

#endif
