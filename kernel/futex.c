/* SPDX-License-Identifier: MIT */
/* Futexes: waiting on a user word and waking.
 *
 * The hard problem: a waiter must be in the queue before anyone who changed the
 * word afterwards looks for it.  The word is read under the bucket's lock,
 * where faults are not served; when the page is not there the lock is dropped,
 * the page brought in and all begins again.  A waiter lives on its thread's
 * stack: whoever wakes it holds the thread and touches the waiter no more once
 * its bucket is NULL. */
#include "kernel/futex.h"

#include "arch/atomic.h"
#include "kernel/futex_queue.h"
#include "lib/errno.h"
#include "lib/hash.h"
#include "mm/space.h"
#include "mm/user.h"

enum { BUCKETS = 1024 };

static struct futex_bucket buckets[BUCKETS];
static uint32_t buckets_state; /* [atomic] 0, 1 being made, 2 ready */

/* On first use: nothing that starts the system has to know of us. */
static void make_buckets(void)
{
    if (!atomic_replace(&buckets_state, 0, 1)) {
        while (atomic_load_acquire(&buckets_state) != 2)
            cpu_relax();
        return;
    }
    for (unsigned i = 0; i < BUCKETS; i++) {
        spin_init(&buckets[i].lock, RANK_FUTEX);
        list_init(&buckets[i].waiters);
    }
    atomic_store_release(&buckets_state, 2);
}

struct futex_bucket *futex_bucket_of(const struct futex_key *key)
{
    if (unlikely(atomic_load_acquire(&buckets_state) != 2))
        make_buckets();
    uint64_t hash = hash_number(key->owner ^ hash_number(key->offset));
    return &buckets[hash % BUCKETS];
}

int futex_key(uintptr_t address, enum futex_scope scope, bool for_write,
    struct futex_key *key)
{
    if (address % sizeof(uint32_t))
        return -EINVAL;
    if (!user_range_is_ok((const void __user *)address, sizeof(uint32_t)))
        return -EFAULT;
    *key = (struct futex_key){ (uintptr_t)current->space, address, false };
    if (scope == FUTEX_PRIVATE_KEY)
        return 0;
    struct space_key of_space;
    int error = space_key(current->space, address, for_write, &of_space);
    if (error)
        return error;
    /* Of memory that nobody shares, but still not found by private keys. */
    key->offset |= 1;
    if (!of_space.is_shared)
        return 0;
    *key = (struct futex_key){ of_space.identity, of_space.offset, true };
    return 0;
}

void futex_waiter_wake(struct futex_waiter *waiter)
{
    struct thread *thread = thread_get(waiter->thread);
    list_remove(&waiter->link);
    atomic_store_release(&waiter->bucket, NULL);
    thread_wake(thread);
    thread_put(thread);
}

void futex_bucket_add(struct futex_bucket *bucket, struct futex_waiter *waiter)
{
    struct list *before = &bucket->waiters;
    struct futex_waiter *other;
    waiter->urgency = waiter->thread->sched.urgency;
    if (waiter->urgency) {
        list_for_each(other, &bucket->waiters, link)
            if (other->urgency < waiter->urgency)
                break;
        before = &other->link;
    }
    list_add(before, &waiter->link);
    atomic_store_release(&waiter->bucket, bucket);
}

struct futex_waiter *futex_bucket_first(
    struct futex_bucket *bucket, const struct futex_key *key)
{
    struct futex_waiter *waiter;
    list_for_each(waiter, &bucket->waiters, link)
        if (futex_key_is(&waiter->key, key))
            return waiter;
    return NULL;
}

long futex_bucket_wake(struct futex_bucket *bucket,
    const struct futex_key *key, unsigned most, uint32_t mask)
{
    unsigned count = 0;
    struct futex_waiter *waiter, *after;
    list_for_each_safe(waiter, after, &bucket->waiters, link) {
        if (count >= most)
            break;
        if (!futex_key_is(&waiter->key, key))
            continue;
        if (futex_waiter_inherits(waiter))
            return -EINVAL;
        if (!(waiter->mask & mask))
            continue;
        futex_waiter_wake(waiter);
        count++;
    }
    return count;
}

long futex_wake(
    uintptr_t address, enum futex_scope scope, unsigned most, uint32_t mask)
{
    struct futex_key key;
    if (!mask)
        return -EINVAL;
    int error = futex_key(address, scope, false, &key);
    if (error)
        return error;
    struct futex_bucket *bucket = futex_bucket_of(&key);
    /* Linux wakes one when asked for none. */
    spin_lock(&bucket->lock);
    long count = futex_bucket_wake(bucket, &key, max(most, 1u), mask);
    spin_unlock(&bucket->lock);
    return count;
}

int futex_queue_if_equal(
    struct futex_waiter *waiter, uintptr_t address, uint32_t expected)
{
    const uint32_t __user *word = (const uint32_t __user *)address;
    struct futex_bucket *bucket = futex_bucket_of(&waiter->key);
    uint32_t value;
    spin_lock(&bucket->lock);
    if (user_peek(&value, word)) {
        spin_unlock(&bucket->lock);
        return user_read(&value, word, sizeof value) ? -EFAULT : -ERESTART;
    }
    if (value != expected) {
        spin_unlock(&bucket->lock);
        return -EAGAIN;
    }
    futex_bucket_add(bucket, waiter);
    spin_unlock(&bucket->lock);
    return 0;
}

bool futex_unqueue(struct futex_waiter *waiter)
{
    struct futex_bucket *bucket;
    while ((bucket = atomic_load_acquire(&waiter->bucket))) {
        spin_lock(&bucket->lock);
        if (waiter->bucket == bucket) { /* not moved to another meanwhile */
            list_remove(&waiter->link);
            waiter->bucket = NULL;
            spin_unlock(&bucket->lock);
            return true;
        }
        spin_unlock(&bucket->lock);
    }
    return false;
}

int futex_sleep(struct futex_waiter *waiter, uint64_t deadline_ns)
{
    int result = 0;
    for (;;) {
        thread_prepare(SLEEP_INTERRUPTIBLE);
        if (result || !atomic_load_acquire(&waiter->bucket) ||
            atomic_load_acquire(&waiter->is_owner))
            break;
        result = thread_sleep(deadline_ns);
    }
    thread_unprepare();
    return result;
}

bool futex_is_killed(void)
{
    return atomic_load(&current->work) & WORK_KILL;
}

int futex_wait(uintptr_t address, enum futex_scope scope, uint32_t expected,
    uint32_t mask, uint64_t deadline_ns)
{
    struct futex_waiter waiter = { .mask = mask, .thread = current };
    int error;
    if (!mask)
        return -EINVAL;
    list_init(&waiter.link);
    do {
        /* The key anew each time: the mapping may have changed. */
        error = futex_key(address, scope, false, &waiter.key);
        if (!error)
            error = futex_queue_if_equal(&waiter, address, expected);
        thread_breathe();
    } while (error == -ERESTART && !futex_is_killed());
    if (error)
        return error;
    int result = futex_sleep(&waiter, deadline_ns);
    return futex_unqueue(&waiter) ? result : 0;
}
