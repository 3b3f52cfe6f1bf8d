/* SPDX-License-Identifier: MIT */
/* Waiting for futex locks with priority inheritance. */
#include "arch/atomic.h"
#include "kernel/futex_queue.h"
#include "kernel/process.h"
#include "lib/errno.h"
#include "mm/heap.h"
#include "mm/user.h"

/* As futex_unqueue: futex_bucket_add and futex_waiter_remove say where it is. */
struct futex_bucket *futex_waiter_lock_bucket(struct futex_waiter *waiter)
{
    struct futex_bucket *bucket;
    while ((bucket = atomic_load_acquire(&waiter->bucket))) {
        spin_lock(&bucket->lock);
        if (atomic_load(&waiter->bucket) == bucket) /* not moved to another meanwhile */
            return bucket;
        spin_unlock(&bucket->lock);
    }
    return NULL;
}

/* Waits no longer, or waits and owns no longer only here but in the word. */
static void leave(struct futex_waiter *waiter)
{
    boost_leave(&waiter->boost);
    futex_waiter_remove(waiter);
    futex_lock_drop(waiter->lock);
}

/* What a dead owner left: it is ours now. */
static int tell_word(uintptr_t address)
{
    uint32_t value;
    if (user_peek(&value, (const uint32_t __user *)address))
        return -EFAULT;
    int error = futex_exchange(
        address, value, thread_number(current) | LOCK_DIED | LOCK_WAITS);
    return error == -EAGAIN ? -ERESTART : error;
}

int futex_lock_finish(
    struct futex_waiter *waiter, uintptr_t address, int result)
{
    struct futex_bucket *bucket;
    int error = -ERESTART;
    while ((bucket = futex_waiter_lock_bucket(waiter))) {
        bool is_owner = waiter->is_owner, is_hopeless = error != -ERESTART;
        if (is_owner && !is_hopeless)
            error = tell_word(address);
        if (is_owner && is_hopeless)
            futex_lock_pass_on(waiter->lock);
        if (!is_owner || is_hopeless || !error) {
            leave(waiter);
            spin_unlock(&bucket->lock);
            return is_owner ? error : result;
        }
        spin_unlock(&bucket->lock);
        error = futex_lock_retry(address, error);
        if (error == -ERESTART && futex_is_killed())
            error = -EFAULT;
    }
    return 0;
}

static int queue(struct futex_waiter *waiter, struct futex_attempt *attempt)
{
    struct futex_lock *lock = attempt->lock;
    int error = boost_wait(&lock->boost, &waiter->boost, current);
    if (error) {
        futex_lock_drop(lock);
        return error;
    }
    waiter->lock = lock;
    waiter->key = attempt->key;
    futex_bucket_add(attempt->bucket, waiter);
    return LOCK_MUST_WAIT;
}

/* waiter: NULL if it is not to wait. */
static int try_lock(
    struct futex_waiter *waiter, uintptr_t address, enum futex_scope scope)
{
    struct futex_attempt attempt = { .address = address, .who = current };
    int result = futex_key(address, scope, true, &attempt.key);
    if (result)
        return result;
    attempt.spare = heap_alloc_zeroed(sizeof *attempt.spare);
    if (!attempt.spare)
        return -ENOMEM;
    attempt.bucket = futex_bucket_of(&attempt.key);
    spin_lock(&attempt.bucket->lock);
    result = futex_lock_try(&attempt);
    if (result == LOCK_MUST_WAIT && waiter) {
        result = queue(waiter, &attempt);
    } else if (result == LOCK_MUST_WAIT) {
        futex_lock_drop(attempt.lock);
        result = -EAGAIN;
    }
    spin_unlock(&attempt.bucket->lock);
    heap_free(attempt.spare);
    return futex_lock_retry(address, result);
}

int futex_try_lock(uintptr_t address, enum futex_scope scope)
{
    int result;
    do
        result = try_lock(NULL, address, scope);
    while (result == -ERESTART && !futex_is_killed());
    return result == LOCK_TAKEN ? 0 : result;
}

int futex_lock(uintptr_t address, enum futex_scope scope, uint64_t deadline_ns)
{
    struct futex_waiter waiter = { .thread = current };
    int result;
    do
        result = try_lock(&waiter, address, scope);
    while (result == -ERESTART && !futex_is_killed());
    if (result == LOCK_TAKEN)
        return 0;
    if (result != LOCK_MUST_WAIT)
        return result;
    result = futex_sleep(&waiter, deadline_ns);
    return futex_lock_finish(&waiter, address, result);
}
