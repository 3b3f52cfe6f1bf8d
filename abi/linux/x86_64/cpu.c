/* SPDX-License-Identifier: MIT */
/* What the personality answers by the CPU. */
#include "abi/linux/cpu.h"

#include <linux/prctl.h>

#include "lib/errno.h"
#include "lib/types.h"

const char *const machine_of_32_bits = "i686";

long speculation_get(unsigned long kind)
{
    switch (kind) {
    case PR_SPEC_STORE_BYPASS:
    case PR_SPEC_INDIRECT_BRANCH:
        return PR_SPEC_ENABLE;
    case PR_SPEC_L1D_FLUSH: /* the cache is not flushed, nor ever will be */
        return PR_SPEC_FORCE_DISABLE;
    }
    return -ENODEV;
}

long speculation_set(unsigned long kind, unsigned long how)
{
    switch (kind) {
    case PR_SPEC_STORE_BYPASS:
        return -ENXIO;
    case PR_SPEC_INDIRECT_BRANCH:
        if (how != PR_SPEC_ENABLE && how != PR_SPEC_DISABLE &&
            how != PR_SPEC_FORCE_DISABLE)
            return -ERANGE;
        return how == PR_SPEC_ENABLE ? 0 : -EPERM;
    case PR_SPEC_L1D_FLUSH:
        return -EPERM;
    }
    return -ENODEV;
}
