/* SPDX-License-Identifier: MIT */
/* How the CPU's counter becomes nanoseconds; for the kernel, and for programs
 * that are given a copy.  The writer makes the sequence odd while the others
 * change: a reader who meets that, or another sequence afterwards, reads again. */
#ifndef ARCH_CLOCK_SCALE_H
#define ARCH_CLOCK_SCALE_H

#include <stdint.h>

struct clock_scale {
    uint32_t sequence;     /* [atomic] all of them */
    uint64_t base_count, base_ns;
    uint64_t ns_per_count; /* times 2^32; 0: programs had better ask */
};

static inline uint64_t clock_scale_ns(
    const struct clock_scale *scale, uint64_t (*count)(void))
{
    for (;;) {
        uint32_t before = __atomic_load_n(&scale->sequence, __ATOMIC_ACQUIRE);
        int64_t passed =
            count() - __atomic_load_n(&scale->base_count, __ATOMIC_RELAXED);
        uint64_t ns = __atomic_load_n(&scale->base_ns, __ATOMIC_RELAXED);
        /* Another CPU's counter may be behind by some counts. */
        if (passed > 0)
            ns += (unsigned __int128)passed *
                      __atomic_load_n(&scale->ns_per_count, __ATOMIC_RELAXED) >>
                  32;
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        if (!(before & 1) &&
            before == __atomic_load_n(&scale->sequence, __ATOMIC_RELAXED))
            return ns;
    }
}

#endif
