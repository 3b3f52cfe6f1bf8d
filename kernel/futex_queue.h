/* SPDX-License-Identifier: MIT */
/* What the futex_*.c files share: keys, buckets, those who wait. */
#ifndef KERNEL_FUTEX_QUEUE_H
#define KERNEL_FUTEX_QUEUE_H

#include "kernel/futex.h"
#include "lib/spinlock.h"
#include "lib/tree.h"
#include "sched/boost.h"

enum { FUTEX_ANY = -1 }; /* a mask that all match */

struct futex_key {
    uint64_t owner, offset; /* a space's address, or a store's identity */
    bool is_shared;
};

struct futex_bucket {
    struct spinlock lock; /* RANK_FUTEX */
    struct tree waiters; /* by key; of one key the more urgent first, then */
    uint64_t tickets;    /* who came first */
};

struct futex_waiter { /* on the stack of who waits */
    struct tree_node node;
    struct futex_key key;
    struct futex_bucket *bucket; /* changed under its lock; NULL: woken */
    uint32_t mask;
    struct thread *thread;
    unsigned urgency;             /* when it was queued */
    uint64_t ticket;
    const struct futex_key *goal; /* FUTEX_WAIT_REQUEUE_PI: its lock's key */
    struct futex_lock *lock;      /* the lock that it waits for, or NULL */
    struct boost_waiter boost;
    bool is_owner; /* [atomic] and the word has to be told so */
};

/* What is known of a lock with priority inheritance while anybody waits for it;
 * all under the bucket's lock. */
struct futex_lock {
    struct boost_lock boost;
    struct futex_bucket *bucket;
    unsigned users; /* waiters, and who works on it just now */
};

/* The bits of a lock's word (linux/futex.h). */
#define LOCK_OWNER 0x3fffffffu
#define LOCK_DIED  0x40000000u
#define LOCK_WAITS 0x80000000u

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
static inline int futex_key_order(
    const struct futex_key *a, const struct futex_key *b)
{
    if (a->offset != b->offset)
        return a->offset < b->offset ? -1 : 1;
    if (a->owner != b->owner)
        return a->owner < b->owner ? -1 : 1;
    return (int)a->is_shared - (int)b->is_shared;
}
/* Waits for a lock, or to be moved to one: not to be woken like others. */
static inline bool futex_waiter_inherits(const struct futex_waiter *waiter)
{
    return waiter->goal || waiter->lock;
}
/* Two words and their buckets, locked together. */
struct futex_two {
    struct futex_key keys[2];
    struct futex_bucket *buckets[2];
};
int futex_two_find(struct futex_two *two, uintptr_t first, uintptr_t second,
    enum futex_scope scope);
void futex_two_lock(struct futex_two *two);
void futex_two_unlock(struct futex_two *two);

/* Under the bucket's lock: into the queue. */
void futex_bucket_add(
    struct futex_bucket *bucket, struct futex_waiter *waiter);
struct futex_waiter *futex_bucket_first(
    struct futex_bucket *bucket, const struct futex_key *key);
/* Who comes after it of those who wait for the same, or NULL. */
struct futex_waiter *futex_waiter_next(const struct futex_waiter *waiter);
/* Under the locks of both buckets: from its queue to that of another key. */
void futex_waiter_move(struct futex_waiter *waiter,
    struct futex_bucket *bucket, const struct futex_key *key);
/* Under the bucket's lock: out of the queue, but nothing is told. */
void futex_waiter_remove(struct futex_waiter *waiter);
/* Under the bucket's lock: out of the queue, and runnable. */
void futex_waiter_wake(struct futex_waiter *waiter);
/* The same for up to `most` of key that mask matches: how many; -EINVAL. */
long futex_bucket_wake(struct futex_bucket *bucket,
    const struct futex_key *key, unsigned most, uint32_t mask);
/* Into the queue, unless the word differs: -EAGAIN, -EFAULT, and -ERESTART for
 * once more, with the key anew. */
int futex_queue_if_equal(
    struct futex_waiter *waiter, uintptr_t address, uint32_t expected);
/* Out of whatever queue it is in: true if nobody woke it. */
bool futex_unqueue(struct futex_waiter *waiter);
/* Until it is woken or the owner of its lock. */
int futex_sleep(struct futex_waiter *waiter, uint64_t deadline_ns);
/* The page of the word, writable: -ERESTART if all may begin again. */
int futex_bring_in(uintptr_t address);
bool futex_is_killed(void); /* so that no loop keeps it */
/* Changes the word with faults turned off: -EFAULT, -EAGAIN if it changed. */
int futex_exchange(uintptr_t address, uint32_t before, uint32_t wanted);

/* futex_lock.c.  Under the bucket's lock: `who` takes the lock of key, or *lock
 * is what it must wait for, with a use for the caller; `spare` is taken for it
 * where it has none yet.  The word is at address, in current's space.
 * has_more: who takes it is told that others wait, and has a *lock too. */
enum { LOCK_TAKEN = 1, LOCK_MUST_WAIT = 2 };
struct futex_attempt {
    uintptr_t address;
    struct futex_key key;
    struct futex_bucket *bucket;
    struct thread *who;
    bool has_more;
    struct futex_lock *spare, *lock;
};
int futex_lock_try(struct futex_attempt *attempt);
/* After an error of it: -ERESTART for once more, or the error to tell.  No lock
 * is held. */
int futex_lock_retry(uintptr_t address, int error);
void futex_lock_drop(struct futex_lock *lock); /* a use; under bucket's lock */
/* Hands it on to who comes next, who has to tell the word. */
void futex_lock_pass_on(struct futex_lock *lock);
/* The bucket where it waits, locked, or NULL if it was taken out. */
struct futex_bucket *futex_waiter_lock_bucket(struct futex_waiter *waiter);
/* The end of a sleep for a lock that came to `result`: the word at address says
 * that it has it (0), or it waits no longer. */
int futex_lock_finish(
    struct futex_waiter *waiter, uintptr_t address, int result);
/* The end of current: what it owns is handed on. */
void futex_locks_leave(void);

#endif
