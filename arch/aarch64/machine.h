/* SPDX-License-Identifier: MIT */
/* The machine as its device tree tells it. */
#ifndef MACHINE_MACHINE_H
#define MACHINE_MACHINE_H

#include "arch/cpu.h"

struct device_range {
    uint64_t start, bytes;
};

enum power_call { POWER_NONE, POWER_BY_HVC, POWER_BY_SMC };

struct machine {
    struct device_range console; /* a PL011 */
    unsigned console_line;
    struct device_range rtc; /* a PL031 */
    bool gic_is_v3;
    struct device_range gic_distributor;
    struct device_range gic_registers; /* v2: of a CPU; v3: redistributors */
    unsigned timer_line;               /* the virtual one's, own */
    enum power_call power_call;        /* how PSCI is called */
    unsigned cpu_count;
    uint64_t cpus[CPU_MAX]; /* by affinity, as the tree orders them */
};
extern struct machine machine;

/* Reads the tree at `physical` into machine and boot_info: memory is told to
 * boot_memory.h.  NULL, or what is wrong with it.  At boot only, on the first
 * CPU: libfdt uses FP registers. */
const char *device_tree_read(uint64_t physical);

#endif
