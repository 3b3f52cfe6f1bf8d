/* SPDX-License-Identifier: MIT */
/* The page before the library's code, which it reads the clock by. */
#ifndef ABI_LINUX_VDSO_DATA_H
#define ABI_LINUX_VDSO_DATA_H

#include "arch/clock_scale.h"

struct vdso_data {
    struct clock_scale scale; /* its sequence guards it */
    int64_t real_offset_ns;   /* [atomic] of the real-time clock */
    uint64_t zone;            /* [atomic] a struct timezone */
};

#endif
