/* SPDX-License-Identifier: MIT */
/* The page before the library's code, which it reads the clock by. */
#ifndef ABI_LINUX_VDSO_DATA_H
#define ABI_LINUX_VDSO_DATA_H

#include <stdint.h>

struct vdso_data {
    uint64_t first_count;  /* of the counter, at nanosecond 0 */
    uint64_t ns_per_count; /* times 2^32 */
    int64_t real_offset_ns; /* [atomic] of the real-time clock */
};

#endif
