/* SPDX-License-Identifier: MIT */
/* Names of flags that only this CPU has, for the tracer. */
#include <asm/prctl.h>

#include "abi/linux/strace.h"

extern const struct flag_name names_archprctl[];
const struct flag_name names_archprctl[] = {
    { ARCH_SET_GS, "ARCH_SET_GS" },
    { ARCH_SET_FS, "ARCH_SET_FS" },
    { ARCH_GET_FS, "ARCH_GET_FS" },
    { ARCH_GET_GS, "ARCH_GET_GS" },
    { ARCH_GET_CPUID, "ARCH_GET_CPUID" },
    { ARCH_SET_CPUID, "ARCH_SET_CPUID" },
    { 0, NULL },
};
