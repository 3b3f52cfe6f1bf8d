/* SPDX-License-Identifier: MIT */
/* Futex locks with priority inheritance: who has them, in the word and here.
 *
 * The word holds the owner's number; the kernel is asked only when it is taken.
 * While anybody waits there is a struct futex_lock, found through its waiters,
 * which lends the owner the urgency of the first of them (sched/boost.h).  A
 * lock is handed over: who unlocks writes the number of the next into the word
 * and takes him out of the queue.  A thread that ends cannot write, for the
 * word may be mapped no longer: its successor finds itself owner and writes. */
#include "arch/atomic.h"
#include "arch/clock.h"
#include "kernel/futex_queue.h"
#include "kernel/process.h"
#include "lib/errno.h"
#include "lib/panic.h"
#include "mm/heap.h"
#include "mm/user.h"

enum { OWNER_ENDS_NS = 50000 }; /* how long to wait for that, at a time */

int futex_exchange(uintptr_t address, uint32_t before, uint32_t wanted)
{
    uint32_t seen;
    current->no_fault++;
    int error = arch_user_compare_exchange(
        (uint32_t __user *)address, before, wanted, &seen);
    current->no_fault--;
    if (error)
        return -EFAULT;
    return seen == before ? 0 : -EAGAIN;
}

static void use_spare(struct futex_attempt *attempt)
{
    struct futex_lock *lock = attempt->spare;
    attempt->spare = NULL;
    boost_lock_init(&lock->boost, attempt->bucket);
    lock->bucket = attempt->bucket;
    lock->users = 1;
    attempt->lock = lock;
}

void futex_lock_drop(struct futex_lock *lock)
{
    if (--lock->users)
        return;
    boost_disown(&lock->boost);
    heap_free(lock);
}

/* Does the word fit what is known of the lock? */
static int attach_to_waiter(struct futex_attempt *attempt,
    struct futex_waiter *waiter, uint32_t value)
{
    struct futex_lock *lock = waiter->lock;
    uint32_t owner = value & LOCK_OWNER;
    if (!lock || !lock->boost.owner)
        return -EINVAL;
    bool is_orphan = value & LOCK_DIED && !owner;
    if (!is_orphan && owner != (uint32_t)thread_number(lock->boost.owner))
        return -EINVAL;
    lock->users++;
    attempt->lock = lock;
    return LOCK_MUST_WAIT;
}

/* The owner is gone, unless the word says something else by now. */
static int nobody(const struct futex_attempt *attempt, uint32_t value)
{
    uint32_t now;
    if (user_peek(&now, (const uint32_t __user *)attempt->address))
        return -EFAULT;
    return now == value ? -ESRCH : -ERESTART;
}

/* The first to wait: the owner knows nothing of it. */
static int attach_to_owner(struct futex_attempt *attempt, uint32_t value)
{
    struct thread *owner = thread_find(value & LOCK_OWNER);
    if (!owner)
        return nobody(attempt, value);
    use_spare(attempt);
    int error = boost_own(&attempt->lock->boost, owner);
    thread_put(owner);
    if (!error)
        return LOCK_MUST_WAIT;
    futex_lock_drop(attempt->lock);
    attempt->lock = NULL;
    return error == -ESRCH ? nobody(attempt, value) : error;
}

static int take(struct futex_attempt *attempt, uint32_t value)
{
    uint32_t wanted = thread_number(attempt->who) | (value & LOCK_DIED) |
        (attempt->has_more ? LOCK_WAITS : 0);
    int error = futex_exchange(attempt->address, value, wanted);
    if (error)
        return error;
    if (attempt->has_more) {
        use_spare(attempt);
        /* It sleeps in the queue that we hold: it does not end now. */
        error = boost_own(&attempt->lock->boost, attempt->who);
        assert(!error);
    }
    return LOCK_TAKEN;
}

static int try_once(struct futex_attempt *attempt)
{
    uint32_t value;
    if (user_peek(&value, (const uint32_t __user *)attempt->address))
        return -EFAULT;
    if ((value & LOCK_OWNER) == (uint32_t)thread_number(attempt->who))
        return -EDEADLK;
    struct futex_waiter *first =
        futex_bucket_first(attempt->bucket, &attempt->key);
    if (first)
        return attach_to_waiter(attempt, first, value);
    if (!(value & LOCK_OWNER))
        return take(attempt, value);
    int error = futex_exchange(attempt->address, value, value | LOCK_WAITS);
    return error ? error : attach_to_owner(attempt, value | LOCK_WAITS);
}

int futex_lock_try(struct futex_attempt *attempt)
{
    int result = try_once(attempt);
    return result == -EAGAIN ? -ERESTART : result;
}

int futex_lock_retry(uintptr_t address, int error)
{
    if (error == -EFAULT)
        error = futex_bring_in(address);
    if (error == -EBUSY) {
        (void)thread_sleep_until(clock_ns() + OWNER_ENDS_NS, SLEEP_KILLABLE);
        error = -ERESTART;
    }
    thread_breathe();
    return error;
}

static struct futex_waiter *waiter_of(struct boost_waiter *boost)
{
    return container_of(boost, struct futex_waiter, boost);
}

void futex_lock_pass_on(struct futex_lock *lock)
{
    struct boost_waiter *next = boost_first(&lock->boost);
    if (!next) {
        boost_disown(&lock->boost);
        return;
    }
    struct thread *thread = thread_get(next->thread);
    boost_pass(&lock->boost, next);
    atomic_store_release(&waiter_of(next)->is_owner, true); /* futex_sleep */
    thread_wake(thread);
    thread_put(thread);
}

/* All of it: the word already has the number of the next. */
static void hand_over(struct futex_lock *lock, struct boost_waiter *next)
{
    boost_pass(&lock->boost, next);
    futex_waiter_wake(waiter_of(next));
    futex_lock_drop(lock);
}

static int unlock_waited_for(
    struct futex_waiter *first, uintptr_t address, uint32_t value)
{
    struct futex_lock *lock = first->lock;
    if (!lock || lock->boost.owner != current)
        return -EINVAL;
    struct boost_waiter *next = boost_first(&lock->boost);
    if (!next)
        return -EINVAL;
    int error = futex_exchange(
        address, value, LOCK_WAITS | thread_number(next->thread));
    if (!error)
        hand_over(lock, next);
    if (error != -EAGAIN)
        return error;
    /* Somebody has just said that he waits; all else is not ours to mend. */
    uint32_t now;
    if (user_peek(&now, (const uint32_t __user *)address))
        return -EFAULT;
    return (now & LOCK_OWNER) == value ? -ERESTART : -EINVAL;
}

static int try_unlock(uintptr_t address, enum futex_scope scope)
{
    struct futex_key key;
    uint32_t value;
    if (user_read(&value, (const void __user *)address, sizeof value))
        return -EFAULT;
    if ((value & LOCK_OWNER) != (uint32_t)thread_number(current))
        return -EPERM;
    int error = futex_key(address, scope, true, &key);
    if (error)
        return error;
    struct futex_bucket *bucket = futex_bucket_of(&key);
    spin_lock(&bucket->lock);
    struct futex_waiter *first = futex_bucket_first(bucket, &key);
    error = first ? unlock_waited_for(first, address, value)
                  : futex_exchange(address, value, 0);
    spin_unlock(&bucket->lock);
    return error == -EFAULT ? futex_lock_retry(address, error) : error;
}

int futex_unlock(uintptr_t address, enum futex_scope scope)
{
    int result;
    do {
        result = try_unlock(address, scope);
        thread_breathe();
    } while (result == -ERESTART && !futex_is_killed());
    return result;
}

void futex_locks_leave(void)
{
    struct futex_bucket *bucket;
    while ((bucket = boost_owned_place())) {
        /* Its last waiter may have gone meanwhile, and it with him. */
        spin_lock(&bucket->lock);
        struct boost_lock *boost = boost_owned_at(bucket);
        if (boost)
            futex_lock_pass_on(container_of(boost, struct futex_lock, boost));
        spin_unlock(&bucket->lock);
        thread_breathe();
    }
}
