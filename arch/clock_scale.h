/* SPDX-License-Identifier: MIT */
/* How the CPU's counter becomes nanoseconds; for the kernel, and for programs
 * that are given a copy.  The writer makes the sequence odd while the others
 * change: a reader who meets that, or another sequence afterwards, reads again. */
#ifndef ARCH_CLOCK_SCALE_H
#define ARCH_CLOCK_SCALE_H

#include <stdint.h>

#include "arch/atomic.h"

struct clock_scale {
    uint32_t sequence;     /* [atomic] all of them */
    uint64_t base_count, base_ns;
    uint64_t ns_per_count; /* times 2^32; 0: programs had better ask */
};

static inline uint64_t clock_scale_ns(
    const struct clock_scale *scale, uint64_t (*count)(void))
{
    for (;;) {
        uint32_t before = atomic_load_acquire(&scale->sequence);
        int64_t passed = count() - atomic_load(&scale->base_count);
        uint64_t ns = atomic_load(&scale->base_ns);
        /* Another CPU's counter may be behind by some counts. */
        if (passed > 0)
            ns += (unsigned __int128)passed *
                atomic_load(&scale->ns_per_count) >> 32;
        read_barrier();
        if (!(before & 1) && before == atomic_load(&scale->sequence))
            return ns;
    }
}

/* The writer's: around what it sets, odd and then even again.  clock_scale_ns reads
 * the sequence before and after the rest. */
static inline void clock_scale_step(struct clock_scale *scale)
{
    memory_barrier();
    atomic_store(&scale->sequence, atomic_load(&scale->sequence) + 1);
    memory_barrier();
}

static inline void clock_scale_set(
    struct clock_scale *scale, const struct clock_scale *wanted)
{
    atomic_store(&scale->base_ns, wanted->base_ns);
    atomic_store(&scale->base_count, wanted->base_count);
    atomic_store(&scale->ns_per_count, wanted->ns_per_count);
}

#endif
