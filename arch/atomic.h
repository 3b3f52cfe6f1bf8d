/* SPDX-License-Identifier: MIT */
/* Atomics: names for the compiler's builtins.  Each use says why it needs no
 * lock. */
#ifndef ARCH_ATOMIC_H
#define ARCH_ATOMIC_H

/* cpu_relax(), and atomic_settle(): what the builtins lack to order fully. */
#include "machine/atomic.h"

#define atomic_load(p)           __atomic_load_n(p, __ATOMIC_RELAXED)
#define atomic_load_acquire(p)   __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define atomic_store(p, v)       __atomic_store_n(p, v, __ATOMIC_RELAXED)
#define atomic_store_release(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)

/* All of these return the value before, and order fully: what was written or
 * read before is so for all before what comes after.  (C11's sequential
 * consistency orders them among each other only, not with plain accesses.) */
#define ATOMIC_FULLY(operation)                                                \
    ({                                                                         \
        __auto_type atomic_before = (operation);                               \
        atomic_settle();                                                       \
        atomic_before;                                                         \
    })
#define atomic_exchange(p, v)                                                  \
    ATOMIC_FULLY(__atomic_exchange_n(p, v, __ATOMIC_SEQ_CST))
#define atomic_add(p, v)                                                       \
    ATOMIC_FULLY(__atomic_fetch_add(p, v, __ATOMIC_SEQ_CST))
#define atomic_sub(p, v)                                                       \
    ATOMIC_FULLY(__atomic_fetch_sub(p, v, __ATOMIC_SEQ_CST))
#define atomic_or(p, v)                                                        \
    ATOMIC_FULLY(__atomic_fetch_or(p, v, __ATOMIC_SEQ_CST))
#define atomic_and(p, v)                                                       \
    ATOMIC_FULLY(__atomic_fetch_and(p, v, __ATOMIC_SEQ_CST))
/* True if *p was `expected` and now is `wanted`. */
#define atomic_replace(p, expected, wanted)                                    \
    ({                                                                         \
        __typeof__(*(p)) atomic_expected = (expected);                         \
        bool atomic_is_replaced = __atomic_compare_exchange_n(p,               \
            &atomic_expected, wanted, false, __ATOMIC_SEQ_CST,                 \
            __ATOMIC_SEQ_CST);                                                 \
        atomic_settle();                                                       \
        atomic_is_replaced;                                                    \
    })
#define memory_barrier() __atomic_thread_fence(__ATOMIC_SEQ_CST)
/* Behind a lock's taking: what was written before it is seen before what is
 * written under it, also by who looks without the lock. */
#define lock_barrier() atomic_settle()
/* What was read before is read before all that comes after. */
#define read_barrier() __atomic_thread_fence(__ATOMIC_ACQUIRE)

#endif
