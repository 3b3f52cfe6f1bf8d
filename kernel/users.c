/* SPDX-License-Identifier: MIT */
/* What each user has in all his processes: threads and queued signals.  A user
 * is known from his first thread or signal to his last. */
#include "kernel/limits.h"
#include "lib/errno.h"
#include "lib/hash.h"
#include "lib/list.h"
#include "lib/spinlock.h"
#include "mm/heap.h"

enum { USER_BUCKETS = 64 };

struct user {
    struct list link;
    uint32_t uid;
    uint64_t threads, signals;
};

/* Signals are counted under handlers->lock: interrupts stay off. */
static struct spinlock users_lock = SPINLOCK_INIT(RANK_LEAF);
static struct list buckets[USER_BUCKETS]; /* zeros: not yet used */

static struct list *bucket_of(uint32_t uid)
{
    struct list *bucket = &buckets[hash_number(uid) % USER_BUCKETS];
    if (!bucket->next)
        list_init(bucket);
    return bucket;
}

static struct user *find(uint32_t uid) must_hold(users_lock)
{
    struct list *bucket = bucket_of(uid);
    struct user *user;
    list_for_each(user, bucket, link)
        if (user->uid == uid)
            return user;
    return NULL;
}

static struct user *find_or_make(uint32_t uid) must_hold(users_lock)
{
    struct user *user = find(uid);
    if (user)
        return user;
    user = heap_alloc_zeroed(sizeof *user);
    if (!user)
        return NULL;
    user->uid = uid;
    list_add(bucket_of(uid), &user->link);
    return user;
}

static void forget_if_idle(struct user *user) must_hold(users_lock)
{
    if (user->threads || user->signals)
        return;
    list_remove(&user->link);
    heap_free(user);
}

static int count(uint32_t uid, bool is_signal, uint64_t limit)
{
    int error = 0;
    unsigned long irq_state = spin_lock_irq(&users_lock);
    struct user *user = find_or_make(uid);
    uint64_t *counted = !user ? NULL
        : is_signal           ? &user->signals
                              : &user->threads;
    if (!counted || *counted >= limit)
        error = -EAGAIN;
    else
        ++*counted;
    if (user)
        forget_if_idle(user);
    spin_unlock_irq(&users_lock, irq_state);
    return error;
}

static void uncount(uint32_t uid, bool is_signal)
{
    unsigned long irq_state = spin_lock_irq(&users_lock);
    struct user *user = find(uid);
    uint64_t *counted = !user ? NULL
        : is_signal           ? &user->signals
                              : &user->threads;
    if (counted && *counted)
        --*counted;
    if (user)
        forget_if_idle(user);
    spin_unlock_irq(&users_lock, irq_state);
}

int user_count_thread(uint32_t uid, uint64_t limit, bool is_privileged)
{
    return count(uid, false, is_privileged ? LIMIT_NONE : limit);
}

void user_uncount_thread(uint32_t uid)
{
    uncount(uid, false);
}

void user_move_thread(uint32_t from, uint32_t to)
{
    if (from == to)
        return;
    /* Without memory for the new user's count he has one too few: better than
     * one that never goes. */
    count(to, false, LIMIT_NONE);
    uncount(from, false);
}

int user_count_signal(uint32_t uid, uint64_t limit)
{
    return count(uid, true, limit);
}

void user_uncount_signal(uint32_t uid)
{
    uncount(uid, true);
}

unsigned user_signals(uint32_t uid)
{
    unsigned long irq_state = spin_lock_irq(&users_lock);
    const struct user *user = find(uid);
    unsigned signals = user ? user->signals : 0;
    spin_unlock_irq(&users_lock, irq_state);
    return signals;
}
