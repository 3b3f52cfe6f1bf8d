/* SPDX-License-Identifier: MIT */
/* What is made at its first use, unknown to what starts the system:
 *
 *     if (unlikely(once_begin(&once))) {
 *         …
 *         once_end(&once);
 *     }
 *
 * One CPU makes it, the others wait for it; all see it made. */
#ifndef LIB_ONCE_H
#define LIB_ONCE_H

#include "lib/types.h"
#include "arch/atomic.h"

struct once {
    enum { ONCE_NOT, ONCE_BEGUN, ONCE_DONE } state; /* [atomic] */
};

/* True: it is the caller's to make, and it says when it is done. */
static inline bool once_begin(struct once *once)
{
    while (unlikely(atomic_load_acquire(&once->state) != ONCE_DONE)) {
        if (atomic_replace(&once->state, ONCE_NOT, ONCE_BEGUN))
            return true;
        cpu_relax();
    }
    return false;
}

static inline void once_end(struct once *once)
{
    atomic_store_release(&once->state, ONCE_DONE); /* once_begin */
}

/* For who has no use for it unless somebody made it. */
static inline bool once_is_done(struct once *once)
{
    return atomic_load_acquire(&once->state) == ONCE_DONE;
}

#endif
