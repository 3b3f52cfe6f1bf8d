/* SPDX-License-Identifier: MIT */
/* What the personality answers by the CPU. */
#include "abi/linux/cpu.h"

#include <linux/prctl.h>

#include "lib/errno.h"
#include "lib/types.h"

const char *const machine_of_32_bits = NULL;

long speculation_get(unsigned long kind)
{
    return kind == PR_SPEC_STORE_BYPASS ? (long)PR_SPEC_ENABLE : -ENODEV;
}

long speculation_set(unsigned long kind, unsigned long how)
{
    if (kind != PR_SPEC_STORE_BYPASS)
        return -ENODEV;
    switch (how) {
    case PR_SPEC_ENABLE:
        return 0;
    case PR_SPEC_DISABLE:
    case PR_SPEC_FORCE_DISABLE:
    case PR_SPEC_DISABLE_NOEXEC:
        return -EPERM;
    }
    return -ERANGE;
}
