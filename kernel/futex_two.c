/* SPDX-License-Identifier: MIT */
/* Futex operations on two words: requeueing, and waking after a change.
 *
 * Both buckets are held, in address order.  User memory is touched meanwhile
 * with faults turned off; what was missing is brought in without the locks, and
 * all begins again. */
#include "arch/atomic.h"
#include "kernel/futex_queue.h"
#include "lib/errno.h"
#include "mm/space.h"
#include "mm/user.h"

int futex_two_find(struct futex_two *two, uintptr_t first, uintptr_t second,
    enum futex_scope scope)
{
    int error = futex_key(first, scope, false, &two->keys[0]);
    if (!error)
        error = futex_key(second, scope, true, &two->keys[1]);
    if (error)
        return error;
    for (unsigned i = 0; i < 2; i++)
        two->buckets[i] = futex_bucket_of(&two->keys[i]);
    return 0;
}

void futex_two_lock(struct futex_two *two)
{
    spin_lock_two(&two->buckets[0]->lock, &two->buckets[1]->lock);
}

void futex_two_unlock(struct futex_two *two)
{
    spin_unlock_two(&two->buckets[0]->lock, &two->buckets[1]->lock);
}

/* Linux looks at each only when its turn comes. */
static long requeue_locked(
    struct futex_two *two, unsigned wake_most, unsigned requeue_most)
{
    long count = 0, most = (long)wake_most + requeue_most;
    bool is_same = futex_key_is(&two->keys[0], &two->keys[1]);
    struct futex_waiter *after, *waiter =
        futex_bucket_first(two->buckets[0], &two->keys[0]);
    for (; waiter && count < most; waiter = after) {
        after = futex_waiter_next(waiter);
        if (futex_waiter_inherits(waiter))
            return -EINVAL;
        if (count++ < (long)wake_most)
            futex_waiter_wake(waiter);
        else if (!is_same)
            futex_waiter_move(waiter, two->buckets[1], &two->keys[1]);
    }
    return count;
}

/* -ERESTART: once more. */
static long try_requeue(uintptr_t from, uintptr_t to, enum futex_scope scope,
    unsigned wake_most, unsigned requeue_most, const uint32_t *compare)
{
    const uint32_t __user *word = (const uint32_t __user *)from;
    struct futex_two two;
    uint32_t value;
    int error = futex_two_find(&two, from, to, scope);
    if (error)
        return error;
    futex_two_lock(&two);
    if (compare && user_peek(&value, word)) {
        futex_two_unlock(&two);
        return user_read(&value, word, sizeof value) ? -EFAULT : -ERESTART;
    }
    long result = compare && value != *compare
        ? -EAGAIN
        : requeue_locked(&two, wake_most, requeue_most);
    futex_two_unlock(&two);
    return result;
}

long futex_requeue(uintptr_t from, uintptr_t to, enum futex_scope scope,
    unsigned wake_most, unsigned requeue_most, const uint32_t *compare)
{
    long result;
    if ((int)wake_most < 0 || (int)requeue_most < 0)
        return -EINVAL;
    do {
        result =
            try_requeue(from, to, scope, wake_most, requeue_most, compare);
        thread_breathe();
    } while (result == -ERESTART && !futex_is_killed());
    return result;
}

static bool compares(const struct futex_operation *how, uint32_t old)
{
    int32_t value = old, against = how->against;
    switch (how->compare) {
    case COMPARE_EQ:
        return value == against;
    case COMPARE_NE:
        return value != against;
    case COMPARE_LT:
        return value < against;
    case COMPARE_LE:
        return value <= against;
    case COMPARE_GT:
        return value > against;
    case COMPARE_GE:
        return value >= against;
    }
    return false;
}

int futex_bring_in(uintptr_t address)
{
    int error = space_fault(current->space, address, FAULT_WRITE);
    if (!error || error == -ERESTART)
        return -ERESTART;
    return error == -ENOMEM ? -ENOMEM : -EFAULT;
}

static long try_wake_operation(uintptr_t first, uintptr_t second,
    enum futex_scope scope, unsigned wake_first, unsigned wake_second,
    const struct futex_operation *how)
{
    struct futex_two two;
    uint32_t old;
    int error = futex_two_find(&two, first, second, scope);
    if (error)
        return error;
    futex_two_lock(&two);
    current->no_fault++;
    error = arch_user_operate(
        (uint32_t __user *)second, how->operation, how->operand, &old);
    current->no_fault--;
    if (error) {
        futex_two_unlock(&two);
        return futex_bring_in(second);
    }
    long count = futex_bucket_wake(
        two.buckets[0], &two.keys[0], wake_first, FUTEX_ANY);
    long more = count >= 0 && compares(how, old)
        ? futex_bucket_wake(
              two.buckets[1], &two.keys[1], wake_second, FUTEX_ANY)
        : 0;
    futex_two_unlock(&two);
    return more < 0 ? more : count + more;
}

long futex_wake_operation(uintptr_t first, uintptr_t second,
    enum futex_scope scope, unsigned wake_first, unsigned wake_second,
    const struct futex_operation *how)
{
    long result;
    if (how->operation > USER_XOR || how->compare > COMPARE_GE)
        return -ENOSYS;
    do {
        /* Linux wakes one where none were asked for. */
        result = try_wake_operation(first, second, scope, max(wake_first, 1u),
            max(wake_second, 1u), how);
        thread_breathe();
    } while (result == -ERESTART && !futex_is_killed());
    return result;
}
