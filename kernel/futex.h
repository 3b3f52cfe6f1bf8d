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

struct thread;
/* At the end of a thread and at exec: clear_tid word, robust list. */
void futex_thread_ends(struct thread *thread);

#endif
