/* SPDX-License-Identifier: MIT */
/* Futexes: waiting on a user word and waking.
 *
 * The hard problem: a waiter must be in the queue before anyone who changed the
 * word afterwards looks for it.  The word is read under the bucket's lock,
 * where faults are not served; when the page is not there the lock is dropped,
 * the page brought in and all begins again.  A waiter lives on its thread's
 * stack: whoever wakes it holds the thread and touches the waiter no more once
 * its bucket is NULL.
 *
 * Programs choose what they wait on, and any number of them may meet in a
 * bucket: so it is a tree, and nobody walks past those who wait for others. */
#include "kernel/futex.h"

#include "arch/atomic.h"
#include "kernel/futex_queue.h"
#include "lib/errno.h"
#include "lib/hash.h"
#include "lib/once.h"
#include "mm/space.h"
#include "mm/user.h"

enum { BUCKETS = 1024 };

static struct futex_bucket buckets[BUCKETS];
static struct once buckets_made;

struct futex_bucket *futex_bucket_of(const struct futex_key *key)
{
    if (unlikely(once_begin(&buckets_made))) {
        for (unsigned i = 0; i < BUCKETS; i++)
            spin_init(&buckets[i].lock, RANK_FUTEX);
        once_end(&buckets_made);
    }
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

/* The last touch: who waits looks whether it is out (futex_unqueue, futex_sleep), and
 * goes on with its stack. */
void futex_waiter_remove(struct futex_waiter *waiter)
{
    tree_remove(&waiter->bucket->waiters, &waiter->node);
    atomic_store_release(&waiter->bucket, NULL);
}

void futex_waiter_wake(struct futex_waiter *waiter)
{
    struct thread *thread = thread_get(waiter->thread);
    futex_waiter_remove(waiter);
    thread_wake(thread);
    thread_put(thread);
}

static struct futex_waiter *waiter_of(struct tree_node *node)
{
    return tree_entry(node, struct futex_waiter, node);
}

static bool is_before(const struct futex_waiter *a, const struct futex_waiter *b)
{
    int order = futex_key_order(&a->key, &b->key);
    if (order)
        return order < 0;
    return a->urgency == b->urgency ? a->ticket < b->ticket
                                    : a->urgency > b->urgency;
}

void futex_bucket_add(struct futex_bucket *bucket, struct futex_waiter *waiter)
{
    struct tree_node **link = &bucket->waiters.root, *parent = NULL;
    waiter->urgency = waiter->thread->sched.urgency;
    waiter->ticket = bucket->tickets++;
    while (*link) {
        parent = *link;
        link = is_before(waiter, waiter_of(parent)) ? &parent->left
                                                    : &parent->right;
    }
    tree_insert(&bucket->waiters, &waiter->node, parent, link);
    atomic_store_release(&waiter->bucket, bucket); /* futex_unqueue */
}

struct futex_waiter *futex_bucket_first(
    struct futex_bucket *bucket, const struct futex_key *key)
{
    struct tree_node *node = bucket->waiters.root;
    struct futex_waiter *first = NULL;
    while (node) {
        int order = futex_key_order(&waiter_of(node)->key, key);
        if (!order)
            first = waiter_of(node);
        node = order < 0 ? node->right : node->left;
    }
    return first;
}

struct futex_waiter *futex_waiter_next(const struct futex_waiter *waiter)
{
    struct futex_waiter *next = waiter_of(tree_next(&waiter->node));
    return next && futex_key_is(&next->key, &waiter->key) ? next : NULL;
}

void futex_waiter_move(struct futex_waiter *waiter,
    struct futex_bucket *bucket, const struct futex_key *key)
{
    tree_remove(&waiter->bucket->waiters, &waiter->node);
    waiter->key = *key;
    futex_bucket_add(bucket, waiter);
}

long futex_bucket_wake(struct futex_bucket *bucket,
    const struct futex_key *key, unsigned most, uint32_t mask)
{
    unsigned count = 0;
    struct futex_waiter *waiter = futex_bucket_first(bucket, key), *after;
    for (; waiter && count < most; waiter = after) {
        after = futex_waiter_next(waiter);
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

/* Where it is, is looked at without a lock, and again under that one's. */
bool futex_unqueue(struct futex_waiter *waiter)
{
    struct futex_bucket *bucket;
    while ((bucket = atomic_load_acquire(&waiter->bucket))) {
        spin_lock(&bucket->lock);
        if (atomic_load(&waiter->bucket) == bucket) { /* not moved to another meanwhile */
            futex_waiter_remove(waiter);
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
