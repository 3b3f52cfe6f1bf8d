/* SPDX-License-Identifier: MIT */
/* The words every file needs: integers, container_of, alignment, and the
 * annotations that clang checks and gcc does not see. */
#ifndef LIB_TYPES_H
#define LIB_TYPES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef long ssize_t;

#ifdef __clang__
#define __user       __attribute__((noderef, address_space(1)))
#define must_hold(l) __attribute__((exclusive_locks_required(l)))
#define takes(l)     __attribute__((exclusive_lock_function(l)))
#define drops(l)     __attribute__((unlock_function(l)))
#else
#define __user
#define must_hold(l)
#define takes(l)
#define drops(l)
#endif

#ifndef static_assert
#define static_assert _Static_assert
#endif

#define container_of(pointer, type, member)                                    \
    ((type *)((char *)(pointer)-offsetof(type, member)))
#define array_size(a)  (sizeof(a) / sizeof((a)[0]))
#define likely(x)      __builtin_expect(!!(x), 1)
#define unlikely(x)    __builtin_expect(!!(x), 0)
#define fallthrough    __attribute__((fallthrough))
#define noreturn_fn    __attribute__((noreturn))
#define not_inlined    __attribute__((noinline)) /* its locals stay its own */
#define packed_struct  __attribute__((packed))
#define aligned_to(n)  __attribute__((aligned(n)))
#define printf_like(f) __attribute__((format(printf, f, f + 1)))
#define must_check     __attribute__((warn_unused_result))

#define min(a, b)                                                              \
    ({                                                                         \
        __auto_type min_a = (a);                                               \
        __auto_type min_b = (b);                                               \
        min_a < min_b ? min_a : min_b;                                         \
    })
#define max(a, b)                                                              \
    ({                                                                         \
        __auto_type max_a = (a);                                               \
        __auto_type max_b = (b);                                               \
        max_a > max_b ? max_a : max_b;                                         \
    })

/* n is a power of two. */
#define align_up(x, n)   (((x) + (n)-1) & ~((__typeof__(x))(n)-1))
#define align_down(x, n) ((x) & ~((__typeof__(x))(n)-1))

#define NS_PER_SECOND 1000000000ull
#define NS_PER_MS     1000000ull

#endif
