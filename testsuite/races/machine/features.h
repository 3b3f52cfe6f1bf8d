/* SPDX-License-Identifier: MIT */
/* CPUs with few ASIDs, and what makes one. */
#ifndef MACHINE_FEATURES_H
#define MACHINE_FEATURES_H

#include "lib/types.h"

static struct { unsigned asid_bits; } cpu_features __attribute__((unused));

void cpu_init(unsigned cpu);
bool cpu_make_stacks(unsigned cpu);

#endif
