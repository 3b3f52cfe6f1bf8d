/* SPDX-License-Identifier: MIT */
/* futex: the operation taken apart.  What is not here is ENOSYS: musl takes any
 * other error for a wake-up, and would spin. */
#include <linux/futex.h>

#include "abi/linux/arguments.h"
#include "arch/user_copy.h"
#include "kernel/futex.h"
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
    }
    return -ENOSYS;
}

/* Relative for FUTEX_WAIT; a time of the clock that is named, for the other. */
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
    if (operation == FUTEX_WAIT)
        *deadline = deadline_after(ns);
    else if (!is_real)
        *deadline = ns;
    else
        *deadline = deadline_after(
            ns > clock_real_ns() ? ns - clock_real_ns() : 0);
    return 0;
}

long sys_futex(uint32_t __user *word, int operation, unsigned value,
    unsigned long timeout, uint32_t __user *word2, unsigned value3)
{
    int what = operation & FUTEX_CMD_MASK;
    bool is_real = operation & FUTEX_CLOCK_REALTIME;
    bool has_timeout = what == FUTEX_WAIT || what == FUTEX_WAIT_BITSET;
    if (is_real && what != FUTEX_WAIT_BITSET)
        return -ENOSYS;
    struct request request = {
        .word = (uintptr_t)word,
        .word2 = (uintptr_t)word2,
        .scope = operation & FUTEX_PRIVATE_FLAG ? FUTEX_PRIVATE_KEY
                                                : FUTEX_SHARED_KEY,
        .value = value,
        .value2 = timeout, /* the same register */
        .value3 = value3,
    };
    if (has_timeout) {
        int error = timeout_argument((const void __user *)timeout, what,
            is_real, &request.deadline_ns);
        if (error)
            return error;
    }
    return operate(what, &request);
}
