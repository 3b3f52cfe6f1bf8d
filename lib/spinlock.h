/* SPDX-License-Identifier: MIT */
/* Spin locks: test-and-test-and-set with PAUSE and back-off, because a virtual
 * CPU may lose its host core.  Held for a dozen lines, never over a sleep, an
 * access to user memory or an allocation that may wait.
 *
 * Kernel code is not preempted, so the plain form leaves interrupts alone.  A
 * lock that an interrupt handler also takes is always taken by the _irq form. */
#ifndef LIB_SPINLOCK_H
#define LIB_SPINLOCK_H

#include "lib/types.h"
#include "lib/lock_order.h"

struct spinlock {
    uint32_t is_held;
#ifdef CONFIG_DEBUG
    uint16_t rank;  /* enum lock_rank */
    uint16_t owner; /* CPU + 1, or 0 */
#endif
};

#ifdef CONFIG_DEBUG
#define SPINLOCK_INIT(lock_rank)                                               \
    {                                                                          \
        .rank = (lock_rank)                                                    \
    }
#else
#define SPINLOCK_INIT(lock_rank)                                               \
    {                                                                          \
        0                                                                      \
    }
#endif

void spin_init(struct spinlock *lock, enum lock_rank rank);
void spin_lock(struct spinlock *lock);
bool spin_try_lock(struct spinlock *lock);
void spin_unlock(struct spinlock *lock);
/* With interrupts off on this CPU meanwhile; returns what to give back. */
unsigned long spin_lock_irq(struct spinlock *lock);
void spin_unlock_irq(struct spinlock *lock, unsigned long irq_state);
/* Two locks of one rank, in address order; the same lock twice is taken once. */
void spin_lock_two(struct spinlock *a, struct spinlock *b);
void spin_unlock_two(struct spinlock *a, struct spinlock *b);
/* For assertions only: true in the plain build. */
bool spin_is_mine(const struct spinlock *lock);

/* Debug bookkeeping shared with sched/'s sleeping locks; nothing otherwise. */
void lock_rank_take(enum lock_rank rank, const void *lock);
void lock_rank_drop(enum lock_rank rank, const void *lock);
unsigned lock_spins_held(void); /* spin locks this CPU holds; 0 if not debug */

#endif
