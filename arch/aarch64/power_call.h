/* SPDX-License-Identifier: MIT */
/* PSCI: what the firmware or the hypervisor does for us. */
#ifndef MACHINE_POWER_CALL_H
#define MACHINE_POWER_CALL_H

#include "lib/types.h"

enum power_function {
    POWER_CPU_ON = 0xc4000003,
    POWER_SYSTEM_OFF = 0x84000008,
    POWER_SYSTEM_RESET = 0x84000009,
};

/* The function's result; negative: refused, or there is no PSCI. */
long power_do(enum power_function function, uint64_t a, uint64_t b, uint64_t c);

#endif
