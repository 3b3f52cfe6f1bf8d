/* SPDX-License-Identifier: MIT */
/* What the futex_*.c files share: keys, buckets, those who wait. */
#ifndef KERNEL_FUTEX_QUEUE_H
#define KERNEL_FUTEX_QUEUE_H

#include "kernel/futex.h"
#include "lib/list.h"
#include "lib/spinlock.h"
#include "sched/thread.h"

enum { FUTEX_ANY = -1 }; /* a mask that all match */

struct futex_key {
    uint64_t owner, offset; /* a space's address, or a store's identity */
    bool is_shared;
};

struct futex_bucket {
    struct spinlock lock; /* RANK_FUTEX */
    struct list waiters;
};

struct futex_waiter { /* on the stack of who waits */
    struct list link;
    struct futex_key key;
    struct futex_bucket *bucket; /* changed under its lock; NULL: woken */
    uint32_t mask;
    struct thread *thread;
};

/* -EINVAL, -EFAULT. */
int futex_key(uintptr_t address, enum futex_scope scope, bool for_write,
    struct futex_key *key);
struct futex_bucket *futex_bucket_of(const struct futex_key *key);
static inline bool futex_key_is(
    const struct futex_key *a, const struct futex_key *b)
{
    return a->owner == b->owner && a->offset == b->offset &&
        a->is_shared == b->is_shared;
}
/* Under the bucket's lock: out of the queue, and runnable. */
void futex_waiter_wake(struct futex_waiter *waiter);
/* The same for up to `most` of key that mask matches: how many. */
unsigned futex_bucket_wake(struct futex_bucket *bucket,
    const struct futex_key *key, unsigned most, uint32_t mask);

#endif
