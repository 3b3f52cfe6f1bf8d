/* SPDX-License-Identifier: MIT */
/* CPUs with few ASIDs. */
#ifndef MACHINE_FEATURES_H
#define MACHINE_FEATURES_H

static struct { unsigned asid_bits; } cpu_features __attribute__((unused));

#endif
