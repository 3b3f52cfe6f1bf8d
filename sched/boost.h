/* SPDX-License-Identifier: MIT */
/* Priority inheritance: locks whose owner runs as urgently as the best of those
 * who wait for it, through chains of owners that wait themselves.
 *
 * What it is that is locked, and who may have it, is said by whoever keeps the
 * locks (kernel/futex_lock.c); they keep a lock, and its waiters, from changing
 * owners under us. */
#ifndef SCHED_BOOST_H
#define SCHED_BOOST_H

#include "sched/thread.h"

enum ownership { MAY_OWN, OWNS_NO_MORE_SOON, OWNS_NO_MORE };

struct boost_lock {
    struct thread *owner; /* or NULL; it gives up all it has before its end */
    struct tree_node owner_node; /* among the owner's, by `lends` */
    unsigned lends;              /* the urgency of the first who waits */
    struct tree waiters; /* the most urgent first, then who came first */
    void *place;         /* by which its keeper finds it: constant */
};

struct boost_waiter {
    struct tree_node node;
    unsigned urgency; /* of thread, by which it was put there */
    struct thread *thread;
    struct boost_lock *lock; /* that it waits for, or NULL */
};

void boost_lock_init(struct boost_lock *lock, void *place);
/* The thread owns it from now on; nobody does.  -EBUSY: it is about to end,
 * -ESRCH: it is past owning anything. */
int boost_own(struct boost_lock *lock, struct thread *thread) must_check;
void boost_disown(struct boost_lock *lock);
/* thread waits for it: -EDEADLK if the owner waits for thread, however long the
 * chain. */
int boost_wait(struct boost_lock *lock, struct boost_waiter *waiter,
    struct thread *thread) must_check;
void boost_leave(struct boost_waiter *waiter); /* harmless if it does not wait */
/* Who should have it next, or NULL; and: who waits for it has it now. */
struct boost_waiter *boost_first(struct boost_lock *lock);
void boost_pass(struct boost_lock *lock, struct boost_waiter *waiter);
/* The place of one that current owns; NULL if it owns none, and if it is about
 * to end it never will again.  And: one that it owns there, or NULL. */
void *boost_owned_place(void);
struct boost_lock *boost_owned_at(const void *place);
/* current is about to end, or after all goes on. */
void boost_set_ownership(enum ownership ownership);
/* The thread's own priority changed. */
void boost_refresh(struct thread *thread);

#endif
