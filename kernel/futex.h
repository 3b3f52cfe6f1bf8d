/* SPDX-License-Identifier: MIT */
/* Futexes: threads that wait on user words. Keys are (space, address) for
 * private words, (store identity, offset) for shared ones. */
#ifndef KERNEL_FUTEX_H
#define KERNEL_FUTEX_H

#include "lib/types.h"

enum futex_scope { FUTEX_SHARED_KEY, FUTEX_PRIVATE_KEY };

/* 0 woken, -EAGAIN value differs, -ETIMEDOUT, -ERESTART, -EFAULT. */
int futex_wait(uintptr_t address, enum futex_scope scope, uint32_t expected,
    uint32_t mask, uint64_t deadline_ns);
/* How many were woken, or -E…. */
long futex_wake(uintptr_t address, enum futex_scope scope, unsigned most, uint32_t mask);
/* compare: NULL for plain requeue. Woken + requeued. -EAGAIN */
long futex_requeue(uintptr_t from, uintptr_t to, enum futex_scope scope,
    unsigned wake_most, unsigned requeue_most, const uint32_t *compare);
/* FUTEX_WAKE_OP with its encoded operation taken apart. */
struct futex_operation {
    unsigned operation; /* enum user_operation */
    uint32_t operand;
    enum { COMPARE_EQ, COMPARE_NE, COMPARE_LT, COMPARE_LE, COMPARE_GT, COMPARE_GE } compare;
    int32_t against;
};
long futex_wake_operation(uintptr_t first, uintptr_t second, enum futex_scope scope,
    unsigned wake_first, unsigned wake_second, const struct futex_operation *how);

/* Locks with priority inheritance, whose word is the owner's number.  0,
 * -ETIMEDOUT, -ERESTART, -EDEADLK, -EPERM, -ESRCH, -EAGAIN (taken). */
int futex_lock(uintptr_t address, enum futex_scope scope, uint64_t deadline_ns);
int futex_try_lock(uintptr_t address, enum futex_scope scope);
int futex_unlock(uintptr_t address, enum futex_scope scope);
/* Waits on a word to be moved on to such a lock, and returns with it; -EAGAIN
 * too if it was moved and a signal came. */
int futex_wait_for_lock(uintptr_t address, enum futex_scope scope,
    uint32_t expected, uint64_t deadline_ns, uintptr_t lock);
/* Moves who waits so: the first gets the lock if it is free. How many. */
long futex_requeue_to_lock(uintptr_t from, uintptr_t lock,
    enum futex_scope scope, int requeue_most, uint32_t expected);

/* Waits on several words: the number of one that was woken. */
struct futex_wish {
    uintptr_t address;
    enum futex_scope scope;
    uint32_t expected;
};
long futex_wait_many(
    const struct futex_wish *wishes, unsigned count, uint64_t deadline_ns);

struct thread;
/* At the end of a thread and at exec: clear_tid word, robust list. */
void futex_thread_ends(struct thread *thread);

#endif
