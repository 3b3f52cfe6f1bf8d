/* SPDX-License-Identifier: MIT */
/* Names of flags that only this CPU has, for the tracer. */
#include <asm/prctl.h>

#include "abi/linux/strace_names.h"

NAMES(archprctl) = {
    N(ARCH_SET_GS),
    N(ARCH_SET_FS),
    N(ARCH_GET_FS),
    N(ARCH_GET_GS),
    N(ARCH_GET_CPUID),
    N(ARCH_SET_CPUID),
    END,
};
