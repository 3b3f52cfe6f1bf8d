/* SPDX-License-Identifier: MIT */
/* Condition variables for locks with priority inheritance: threads wait on a
 * word and are moved to the lock that they named, which the first of them gets
 * at once if it is free. */
#include "arch/atomic.h"
#include "kernel/futex_queue.h"
#include "kernel/process.h"
#include "lib/errno.h"
#include "mm/heap.h"
#include "mm/user.h"

/* Was it moved on by the time its sleep ended with `result`? */
static int end_wait(struct futex_waiter *waiter, uintptr_t lock, int result)
{
    struct futex_bucket *bucket = futex_waiter_lock_bucket(waiter);
    if (!bucket)
        return 0; /* with the lock */
    if (!waiter->lock) {
        futex_waiter_remove(waiter);
        spin_unlock(&bucket->lock);
        return result == -ERESTART ? -ERESTART_ALWAYS : result;
    }
    spin_unlock(&bucket->lock);
    result = futex_lock_finish(waiter, lock, result);
    /* The word has changed, so it would not wait again. */
    return result == -ERESTART ? -EAGAIN : result;
}

static int begin_wait(struct futex_waiter *waiter, struct futex_key *goal,
    uintptr_t address, enum futex_scope scope, uint32_t expected,
    uintptr_t lock)
{
    int error = futex_key(lock, scope, true, goal);
    if (!error)
        error = futex_key(address, scope, false, &waiter->key);
    if (error)
        return error;
    /* Once it is in the queue, its key may change at any moment. */
    bool is_same = futex_key_is(&waiter->key, goal);
    error = futex_queue_if_equal(waiter, address, expected);
    if (error || !is_same)
        return error;
    futex_unqueue(waiter);
    return -EINVAL;
}

int futex_wait_for_lock(uintptr_t address, enum futex_scope scope,
    uint32_t expected, uint64_t deadline_ns, uintptr_t lock)
{
    struct futex_key goal;
    struct futex_waiter waiter = {
        .mask = FUTEX_ANY,
        .thread = current,
        .goal = &goal,
    };
    int error;
    if (address == lock)
        return -EINVAL;
    do {
        error = begin_wait(&waiter, &goal, address, scope, expected, lock);
        thread_breathe();
    } while (error == -ERESTART && !futex_is_killed());
    if (error)
        return error;
    return end_wait(&waiter, lock, futex_sleep(&waiter, deadline_ns));
}

static bool may_move(const struct futex_waiter *waiter,
    const struct futex_two *two)
{
    return waiter->goal && !waiter->lock &&
        futex_key_is(waiter->goal, &two->keys[1]);
}

/* For the first who waits: LOCK_TAKEN, LOCK_MUST_WAIT, 0 if nobody waits. */
static int try_for_first(struct futex_two *two, struct futex_attempt *attempt)
{
    struct futex_waiter *first =
        futex_bucket_first(two->buckets[0], &two->keys[0]);
    if (!first)
        return 0;
    if (!may_move(first, two))
        return -EINVAL;
    attempt->who = first->thread;
    int result = futex_lock_try(attempt);
    if (result == LOCK_TAKEN)
        futex_waiter_wake(first);
    return result;
}

static int move(struct futex_waiter *waiter, struct futex_two *two,
    struct futex_lock *lock)
{
    int error = boost_wait(&lock->boost, &waiter->boost, waiter->thread);
    if (error)
        return error;
    lock->users++;
    waiter->lock = lock;
    futex_waiter_move(waiter, two->buckets[1], &two->keys[1]);
    return 0;
}

static long move_all(struct futex_two *two, struct futex_lock *lock, int count,
    int requeue_most)
{
    struct futex_waiter *after, *waiter =
        futex_bucket_first(two->buckets[0], &two->keys[0]);
    for (; waiter && count - 1 < requeue_most; waiter = after) {
        after = futex_waiter_next(waiter);
        int error = may_move(waiter, two) ? move(waiter, two, lock) : -EINVAL;
        if (error)
            return error;
        count++;
    }
    return count;
}

static long requeue_locked(struct futex_two *two,
    struct futex_attempt *attempt, uintptr_t from, int requeue_most,
    uint32_t expected)
{
    uint32_t value;
    if (user_peek(&value, (const uint32_t __user *)from))
        return -EFAULT;
    if (value != expected)
        return -EAGAIN;
    long result = try_for_first(two, attempt);
    if (result <= 0)
        return result;
    result = result == LOCK_TAKEN;
    if (!attempt->lock)
        return result;
    result = move_all(two, attempt->lock, result, requeue_most);
    futex_lock_drop(attempt->lock);
    return result;
}

static long try_requeue(uintptr_t from, uintptr_t lock, enum futex_scope scope,
    int requeue_most, uint32_t expected)
{
    struct futex_two two;
    uint32_t value;
    int error = futex_two_find(&two, from, lock, scope);
    if (error)
        return error;
    if (futex_key_is(&two.keys[0], &two.keys[1]))
        return -EINVAL;
    struct futex_attempt attempt = {
        .address = lock,
        .key = two.keys[1],
        .bucket = two.buckets[1],
        .has_more = requeue_most,
        .spare = heap_alloc_zeroed(sizeof *attempt.spare),
    };
    if (!attempt.spare)
        return -ENOMEM;
    futex_two_lock(&two);
    long result =
        requeue_locked(&two, &attempt, from, requeue_most, expected);
    futex_two_unlock(&two);
    heap_free(attempt.spare);
    if (result == -EFAULT &&
        user_read(&value, (const void __user *)from, sizeof value))
        return -EFAULT;
    return result < 0 ? futex_lock_retry(lock, result) : result;
}

long futex_requeue_to_lock(uintptr_t from, uintptr_t lock,
    enum futex_scope scope, int requeue_most, uint32_t expected)
{
    long result;
    if (requeue_most < 0 || from == lock)
        return -EINVAL;
    do
        result = try_requeue(from, lock, scope, requeue_most, expected);
    while (result == -ERESTART && !futex_is_killed());
    return result;
}
