/* SPDX-License-Identifier: MIT */
/* The kernel's atomics as C11's, for ThreadSanitizer: it sees an order between
 * threads only where the names below promise one.  Each may be planted weaker
 * than it says, which must be reported.
 *
 * ThreadSanitizer knows no fences; a full barrier is a step on one word that
 * all threads share, so those before it are ordered before those after it.
 *
 * It runs on a machine that hardly reorders, and a barrier that orders a store
 * against a later load shows in values only.  So with LATE_STORES a thread
 * holds back one plain store at a time: others see it when something orders it,
 * or another one is held back. */
#ifndef ARCH_ATOMIC_H
#define ARCH_ATOMIC_H

#include "machine/per_cpu.h"

extern int sched_yield(void);
extern void *memcpy(void *to, const void *from, unsigned long bytes);

#ifdef PLANT_NO_RELEASE
#define ORDER_RELEASE __ATOMIC_RELAXED
#else
#define ORDER_RELEASE __ATOMIC_RELEASE
#endif
#ifdef PLANT_NO_ACQUIRE
#define ORDER_ACQUIRE __ATOMIC_RELAXED
#else
#define ORDER_ACQUIRE __ATOMIC_ACQUIRE
#endif
#ifdef PLANT_NO_FULL
#define ORDER_FULL __ATOMIC_RELAXED
#else
#define ORDER_FULL __ATOMIC_SEQ_CST
#endif

static __thread struct {
    void *at; /* NULL: nothing is held back */
    unsigned long bytes, value;
    int releases;
    unsigned random;
} late_store __attribute__((unused));

/* Now and then others come in between, where it may show. */
PER_CPU_INLINE void atomic_pause(void)
{
    late_store.random = late_store.random * 1103515245u + 12345;
    if (!(late_store.random >> 18 & 3))
        sched_yield();
}

PER_CPU_INLINE void late_store_now(void)
{
    void *at = late_store.at;
    unsigned long value = late_store.value;
    late_store.at = 0;
    if (!at)
        return;
    switch (late_store.bytes << 1 | late_store.releases) {
    case 2: __atomic_store_n((char *)at, value, __ATOMIC_RELAXED); break;
    case 3: __atomic_store_n((char *)at, value, ORDER_RELEASE); break;
    case 8: __atomic_store_n((int *)at, value, __ATOMIC_RELAXED); break;
    case 9: __atomic_store_n((int *)at, value, ORDER_RELEASE); break;
    case 16: __atomic_store_n((long *)at, value, __ATOMIC_RELAXED); break;
    case 17: __atomic_store_n((long *)at, value, ORDER_RELEASE); break;
    default: __builtin_trap();
    }
}

static inline void late_store_keep(
    void *at, const void *value, unsigned bytes, int releases)
{
    if (late_store.at != at || releases)
        late_store_now();
    late_store.at = at;
    late_store.bytes = bytes;
    late_store.releases = releases;
    late_store.value = 0;
    memcpy(&late_store.value, value, bytes);
}

/* Not the next one to the same place, which would come before. */
static inline int late_store_chance(const void *at)
{
    atomic_pause();
    return late_store.at == at || late_store.random >> 16 & 1;
}

#ifdef LATE_STORES
#define atomic_load_as(p, order)                                               \
    ({                                                                         \
        __typeof__(*(p)) atomic_is = __atomic_load_n(p, order);                \
        if (late_store.at == (void *)(p))                                      \
            memcpy((void *)&atomic_is, &late_store.value, sizeof atomic_is);   \
        atomic_is;                                                             \
    })
#define atomic_store_as(p, v, order, releases)                                 \
    ({                                                                         \
        __typeof__(*(p)) atomic_new = (v);                                     \
        if (releases)                                                          \
            late_store_now();                                                  \
        if (late_store_chance((void *)(p)))                                    \
            late_store_keep((void *)(p), (const void *)&atomic_new,            \
                sizeof atomic_new, releases);                                  \
        else                                                                   \
            __atomic_store_n(p, atomic_new, order);                            \
    })
#else
#define atomic_load_as(p, order)               __atomic_load_n(p, order)
#define atomic_store_as(p, v, order, releases)                                 \
    ({                                                                         \
        __atomic_store_n(p, v, order);                                         \
        atomic_pause();                                                        \
    })
#endif
#define atomic_load(p)     atomic_load_as(p, __ATOMIC_RELAXED)
#define atomic_store(p, v) atomic_store_as(p, v, __ATOMIC_RELAXED, 0)
#define atomic_load_acquire(p)     atomic_load_as(p, ORDER_ACQUIRE)
#define atomic_store_release(p, v) atomic_store_as(p, v, ORDER_RELEASE, 1)

/* What they order beyond their own word is left to the barriers. */
#define atomic_exchange(p, v) atomic_step(__atomic_exchange_n(p, v, ORDER_FULL))
#define atomic_add(p, v)      atomic_step(__atomic_fetch_add(p, v, ORDER_FULL))
#define atomic_sub(p, v)      atomic_step(__atomic_fetch_sub(p, v, ORDER_FULL))
#define atomic_or(p, v)       atomic_step(__atomic_fetch_or(p, v, ORDER_FULL))
#define atomic_and(p, v)      atomic_step(__atomic_fetch_and(p, v, ORDER_FULL))
#define atomic_step(operation)                                                 \
    ({                                                                         \
        late_store_now();                                                      \
        __auto_type atomic_before = (operation);                               \
        atomic_pause();                                                        \
        atomic_before;                                                         \
    })
#ifdef PLANT_NO_ATOMIC
/* Not one step. */
#define atomic_replace(p, expected, wanted)                                    \
    ({                                                                         \
        bool atomic_is_it = atomic_load(p) == (expected);                      \
        sched_yield();                                                         \
        if (atomic_is_it)                                                      \
            atomic_store_release(p, wanted);                                   \
        atomic_is_it;                                                          \
    })
#else
#define atomic_replace(p, expected, wanted)                                    \
    ({                                                                         \
        __typeof__(*(p)) atomic_expected = (expected);                         \
        atomic_step(__atomic_compare_exchange_n(p, &atomic_expected, wanted,   \
            false, ORDER_FULL, __ATOMIC_RELAXED));                             \
    })
#endif

/* One for the whole program: a test is one source. */
static unsigned barrier_word __attribute__((unused));

static inline void memory_barrier(void)
{
#ifndef PLANT_NO_BARRIER
    late_store_now();
    __atomic_fetch_add(&barrier_word, 0, __ATOMIC_SEQ_CST);
#endif
}

static inline void lock_barrier(void)
{
#ifndef PLANT_NO_LOCK_BARRIER
    late_store_now();
    __atomic_fetch_add(&barrier_word, 0, __ATOMIC_SEQ_CST);
#endif
}

/* Everything a test reads behind it is atomic: nothing to tell the sanitizer. */
static inline void read_barrier(void)
{
}

/* What a CPU does when it waits, if a test says so: takes interrupts. */
static __thread void (*races_relaxed)(void) __attribute__((unused));

PER_CPU_INLINE void cpu_relax(void)
{
    late_store_now();
    sched_yield();
    if (races_relaxed)
        races_relaxed();
}

#endif
