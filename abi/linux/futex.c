/* SPDX-License-Identifier: MIT */
/* futex: the operation taken apart.  What is not here is ENOSYS: musl takes any
 * other error for a wake-up, and would spin. */
#include <linux/futex.h>
#include <linux/time.h>

#include "abi/linux/arguments.h"
#include "arch/user_copy.h"
#include "kernel/futex.h"
#include "mm/heap.h"
#include "sched/timer.h"

struct request {
    uintptr_t word, word2;
    enum futex_scope scope;
    uint32_t value, value2, value3;
    uint64_t deadline_ns;
};

static long wait_again(struct thread *thread);

/* With a deadline the wait goes on through the restart block, so that a signal
 * does not make it longer. */
static long wait(uintptr_t word, enum futex_scope scope, uint32_t value,
    uint32_t mask, uint64_t deadline_ns)
{
    int result = futex_wait(word, scope, value, mask, deadline_ns);
    if (result != -ERESTART || deadline_ns == FOREVER)
        return result;
    current->restart.again = wait_again;
    current->restart.deadline_ns = deadline_ns;
    current->restart.a = word;
    current->restart.b = scope;
    current->restart.c = value;
    current->restart.d = mask;
    return -ERESTART_BLOCK;
}

static long wait_again(struct thread *thread)
{
    return wait(thread->restart.a, thread->restart.b, thread->restart.c,
        thread->restart.d, thread->restart.deadline_ns);
}

static int32_t signed_12_bits(uint32_t bits)
{
    return (int32_t)(bits << 20) >> 20;
}

static long wake_operation(const struct request *r)
{
    static const uint8_t operations[] = {
        [FUTEX_OP_SET] = USER_SET,
        [FUTEX_OP_ADD] = USER_ADD,
        [FUTEX_OP_OR] = USER_OR,
        [FUTEX_OP_ANDN] = USER_ANDN,
        [FUTEX_OP_XOR] = USER_XOR,
    };
    static const uint8_t compares[] = {
        [FUTEX_OP_CMP_EQ] = COMPARE_EQ,
        [FUTEX_OP_CMP_NE] = COMPARE_NE,
        [FUTEX_OP_CMP_LT] = COMPARE_LT,
        [FUTEX_OP_CMP_LE] = COMPARE_LE,
        [FUTEX_OP_CMP_GT] = COMPARE_GT,
        [FUTEX_OP_CMP_GE] = COMPARE_GE,
    };
    unsigned operation = r->value3 >> 28 & 7, compare = r->value3 >> 24 & 15;
    if (operation >= array_size(operations) || compare >= array_size(compares))
        return -ENOSYS;
    struct futex_operation how = {
        .operation = operations[operation],
        .operand = signed_12_bits(r->value3 >> 12 & 0xfff),
        .compare = compares[compare],
        .against = signed_12_bits(r->value3 & 0xfff),
    };
    if (r->value3 >> 28 & FUTEX_OP_OPARG_SHIFT)
        how.operand = 1u << (how.operand & 31);
    return futex_wake_operation(
        r->word, r->word2, r->scope, r->value, r->value2, &how);
}

/* Linux counts first and compares then: asked for none, it wakes one. */
static unsigned at_least_one(uint32_t value)
{
    return (int32_t)value < 1 ? 1 : value;
}

static long requeue(const struct request *r, const uint32_t *compare)
{
    if ((int32_t)r->value < 0 || (int32_t)r->value2 < 0)
        return -EINVAL;
    return futex_requeue(
        r->word, r->word2, r->scope, r->value, r->value2, compare);
}

/* A lock that a signal cut short is waited for again, whatever the handler
 * says: its time is absolute. */
static long lock(const struct request *r)
{
    int result = futex_lock(r->word, r->scope, r->deadline_ns);
    return result == -ERESTART ? -ERESTART_ALWAYS : result;
}

static long operate(int operation, const struct request *r)
{
    switch (operation) {
    case FUTEX_WAIT:
        return wait(r->word, r->scope, r->value, FUTEX_BITSET_MATCH_ANY,
            r->deadline_ns);
    case FUTEX_WAIT_BITSET:
        return r->value3 ? wait(r->word, r->scope, r->value, r->value3,
                               r->deadline_ns)
                         : -EINVAL;
    case FUTEX_WAKE:
        return futex_wake(r->word, r->scope, at_least_one(r->value),
            FUTEX_BITSET_MATCH_ANY);
    case FUTEX_WAKE_BITSET:
        return r->value3 ? futex_wake(r->word, r->scope,
                               at_least_one(r->value), r->value3)
                         : -EINVAL;
    case FUTEX_REQUEUE:
        return requeue(r, NULL);
    case FUTEX_CMP_REQUEUE:
        return requeue(r, &r->value3);
    case FUTEX_WAKE_OP:
        return wake_operation(r);
    case FUTEX_LOCK_PI:
    case FUTEX_LOCK_PI2:
        return lock(r);
    case FUTEX_TRYLOCK_PI:
        return futex_try_lock(r->word, r->scope);
    case FUTEX_UNLOCK_PI:
        return futex_unlock(r->word, r->scope);
    case FUTEX_WAIT_REQUEUE_PI:
        return futex_wait_for_lock(
            r->word, r->scope, r->value, r->deadline_ns, r->word2);
    case FUTEX_CMP_REQUEUE_PI:
        if (r->value != 1)
            return -EINVAL;
        return futex_requeue_to_lock(
            r->word, r->word2, r->scope, r->value2, r->value3);
    }
    return -ENOSYS;
}

/* A moment of either clock. */
static uint64_t moment(uint64_t ns, bool is_real)
{
    if (!is_real)
        return ns;
    uint64_t now_ns = clock_real_ns();
    return deadline_after(ns > now_ns ? ns - now_ns : 0);
}

/* Relative for FUTEX_WAIT; a time of the clock that is named, for others. */
static int timeout_argument(
    const void __user *from, int operation, bool is_real, uint64_t *deadline)
{
    uint64_t ns;
    *deadline = FOREVER;
    if (!from)
        return 0;
    int error = time_argument(from, &ns);
    if (error)
        return error;
    *deadline = operation == FUTEX_WAIT ? deadline_after(ns)
                                        : moment(ns, is_real);
    return 0;
}

/* What a time means to an operation, if it takes one. */
static const struct {
    uint8_t operation;
    bool takes_flag; /* for the real-time clock */
    bool is_always_real;
} timed[] = {
    { FUTEX_WAIT, false, false },
    { FUTEX_WAIT_BITSET, true, false },
    { FUTEX_WAIT_REQUEUE_PI, true, false },
    { FUTEX_LOCK_PI, false, true },
    { FUTEX_LOCK_PI2, true, false },
};

/* Errors of the time itself, then -ENOSYS. */
static int deadline_of(
    const void __user *from, int operation, uint64_t *deadline)
{
    bool is_real = operation & FUTEX_CLOCK_REALTIME;
    for (size_t i = 0; i < array_size(timed); i++) {
        if (timed[i].operation != (operation & FUTEX_CMD_MASK))
            continue;
        int error = timeout_argument(from, timed[i].operation,
            is_real || timed[i].is_always_real, deadline);
        return error ? error : is_real && !timed[i].takes_flag ? -ENOSYS : 0;
    }
    return is_real ? -ENOSYS : 0;
}

long sys_futex(uint32_t __user *word, int operation, unsigned value,
    unsigned long timeout, uint32_t __user *word2, unsigned value3)
{
    struct request request = {
        .word = (uintptr_t)word,
        .word2 = (uintptr_t)word2,
        .scope = operation & FUTEX_PRIVATE_FLAG ? FUTEX_PRIVATE_KEY
                                                : FUTEX_SHARED_KEY,
        .value = value,
        .value2 = timeout, /* the same register */
        .value3 = value3,
    };
    int error = deadline_of(
        (const void __user *)timeout, operation, &request.deadline_ns);
    return error ? error : operate(operation & FUTEX_CMD_MASK, &request);
}

static int read_wish(struct futex_wish *wish, const void __user *from)
{
    const uint32_t known = FUTEX_32 | FUTEX_PRIVATE_FLAG;
    struct futex_waitv waiter;
    if (user_read(&waiter, from, sizeof waiter))
        return -EFAULT;
    if (waiter.flags & ~known || waiter.__reserved ||
        !(waiter.flags & FUTEX_32))
        return -EINVAL;
    wish->address = waiter.uaddr;
    wish->expected = waiter.val;
    wish->scope = waiter.flags & FUTEX_PRIVATE_FLAG ? FUTEX_PRIVATE_KEY
                                                    : FUTEX_SHARED_KEY;
    return 0;
}

static long wait_many(
    const void __user *waiters, unsigned count, uint64_t deadline_ns)
{
    struct futex_wish *wishes = heap_alloc(count * sizeof *wishes);
    long result = wishes ? 0 : -ENOMEM;
    for (unsigned i = 0; i < count && !result; i++)
        result = read_wish(
            &wishes[i], waiters + i * sizeof(struct futex_waitv));
    if (!result)
        result = futex_wait_many(wishes, count, deadline_ns);
    heap_free(wishes);
    return result;
}

long sys_futex_waitv(const void __user *waiters, unsigned count,
    unsigned flags, const void __user *timeout, int clock)
{
    uint64_t deadline_ns = FOREVER;
    if (flags || !count || count > FUTEX_WAITV_MAX || !waiters)
        return -EINVAL;
    if (timeout) {
        if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
            return -EINVAL;
        int error = timeout_argument(timeout, FUTEX_WAIT_BITSET,
            clock == CLOCK_REALTIME, &deadline_ns);
        if (error)
            return error;
    }
    return wait_many(waiters, count, deadline_ns);
}
