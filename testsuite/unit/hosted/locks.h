/* SPDX-License-Identifier: MIT */
/* Spin locks and panics for tests that include one source only: a lock is
 * never waited for, and one that is taken twice, or a panic, ends the test. */
#ifndef HOSTED_LOCKS_H
#define HOSTED_LOCKS_H

#include "arch/irq.h"
#include "lib/panic.h"
#include "lib/spinlock.h"

void spin_init(struct spinlock *lock, enum lock_rank rank)
{
    *lock = (struct spinlock)SPINLOCK_INIT(rank);
}

void spin_lock(struct spinlock *lock)
{
    if (lock->is_held++)
        abort();
}

void spin_unlock(struct spinlock *lock)
{
    if (--lock->is_held)
        abort();
}

unsigned long spin_lock_irq(struct spinlock *lock)
{
    unsigned long irq_state = irq_save();
    spin_lock(lock);
    return irq_state;
}

void spin_unlock_irq(struct spinlock *lock, unsigned long irq_state)
{
    spin_unlock(lock);
    irq_restore(irq_state);
}

void panic(const char *how, ...)
{
    puts(how);
    abort();
}

#endif
