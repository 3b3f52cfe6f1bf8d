/* SPDX-License-Identifier: MIT */
/* What each user has in all his processes.  A user is known from the first
 * thing that is counted to the last. */
#include "vfs/users.h"

#include "lib/errno.h"
#include "lib/hash.h"
#include "lib/list.h"
#include "lib/spinlock.h"
#include "mm/heap.h"

enum { USER_BUCKETS = 64 };

struct user {
    struct list link;
    uint32_t uid;
    uint64_t counts[USER_COUNTS];
    uint64_t all;
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
    if (user->all)
        return;
    list_remove(&user->link);
    heap_free(user);
}

int user_count(uint32_t uid, enum user_count what, uint64_t limit)
{
    int error = 0;
    unsigned long irq_state = spin_lock_irq(&users_lock);
    struct user *user = find_or_make(uid);
    if (!user || user->counts[what] >= limit) {
        error = -EAGAIN;
    } else {
        user->counts[what]++;
        user->all++;
    }
    if (user)
        forget_if_idle(user);
    spin_unlock_irq(&users_lock, irq_state);
    return error;
}

int user_count_many(
    uint32_t uid, enum user_count what, unsigned count, uint64_t *all)
{
    unsigned long irq_state = spin_lock_irq(&users_lock);
    struct user *user = find_or_make(uid);
    if (user) {
        *all = user->counts[what] += count;
        user->all += count;
    }
    spin_unlock_irq(&users_lock, irq_state);
    return user ? 0 : -EAGAIN;
}

void user_uncount_many(uint32_t uid, enum user_count what, unsigned count)
{
    unsigned long irq_state = spin_lock_irq(&users_lock);
    struct user *user = find(uid);
    if (user && user->counts[what] >= count) {
        user->counts[what] -= count;
        user->all -= count;
        forget_if_idle(user);
    }
    spin_unlock_irq(&users_lock, irq_state);
}

void user_uncount(uint32_t uid, enum user_count what)
{
    user_uncount_many(uid, what, 1);
}

uint64_t user_has(uint32_t uid, enum user_count what)
{
    unsigned long irq_state = spin_lock_irq(&users_lock);
    const struct user *user = find(uid);
    uint64_t count = user ? user->counts[what] : 0;
    spin_unlock_irq(&users_lock, irq_state);
    return count;
}
