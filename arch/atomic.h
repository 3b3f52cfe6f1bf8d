/* SPDX-License-Identifier: MIT */
/* Atomics: names for the compiler's builtins.  Each use says why it needs no
 * lock. */
#ifndef ARCH_ATOMIC_H
#define ARCH_ATOMIC_H

#include "machine/atomic.h" /* cpu_relax() */

#define atomic_load(p)           __atomic_load_n(p, __ATOMIC_RELAXED)
#define atomic_load_acquire(p)   __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define atomic_store(p, v)       __atomic_store_n(p, v, __ATOMIC_RELAXED)
#define atomic_store_release(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)
/* All of these return the value before, and order fully. */
#define atomic_exchange(p, v)  __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST)
#define atomic_add(p, v)       __atomic_fetch_add(p, v, __ATOMIC_SEQ_CST)
#define atomic_sub(p, v)       __atomic_fetch_sub(p, v, __ATOMIC_SEQ_CST)
#define atomic_or(p, v)        __atomic_fetch_or(p, v, __ATOMIC_SEQ_CST)
#define atomic_and(p, v)       __atomic_fetch_and(p, v, __ATOMIC_SEQ_CST)
/* True if *p was `expected` and now is `wanted`. */
#define atomic_replace(p, expected, wanted)                                    \
    ({                                                                         \
        __typeof__(*(p)) atomic_expected = (expected);                         \
        __atomic_compare_exchange_n(p, &atomic_expected, wanted, false,        \
            __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);                               \
    })
#define memory_barrier() __atomic_thread_fence(__ATOMIC_SEQ_CST)

#endif
