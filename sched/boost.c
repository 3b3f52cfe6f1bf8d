/* SPDX-License-Identifier: MIT */
/* Lending priorities along chains of locks.
 *
 * One lock guards all chains: they cross any number of locks and threads, and
 * only those who found a lock taken come here.  A chain has no ring, since
 * whoever would close one is refused; so a walk along it ends. */
#include "sched/boost.h"

#include "lib/errno.h"
#include "sched/run_queue.h"

enum { CHAIN_MOST = 1024 };

static struct spinlock boosts_lock = SPINLOCK_INIT(RANK_BOOST);

void boost_lock_init(struct boost_lock *lock, void *place)
{
    *lock = (struct boost_lock){ .place = place };
}

static struct boost_waiter *waiter_of(struct tree_node *node)
{
    return tree_entry(node, struct boost_waiter, node);
}

static struct boost_lock *lock_of(struct tree_node *node)
{
    return tree_entry(node, struct boost_lock, owner_node);
}

static struct boost_waiter *first_of(const struct boost_lock *lock)
    must_hold(boosts_lock)
{
    return waiter_of(tree_first(&lock->waiters));
}

/* Among what its owner has, as the first who waits wants it. */
static void owned_add(struct boost_lock *lock) must_hold(boosts_lock)
{
    struct tree *owned = &lock->owner->sched.owned;
    struct tree_node **link = &owned->root, *parent = NULL;
    struct boost_waiter *first = first_of(lock);
    lock->lends = first ? first->urgency : 0;
    while (*link) {
        parent = *link;
        link = lock->lends > lock_of(parent)->lends ? &parent->left
                                                    : &parent->right;
    }
    tree_insert(owned, &lock->owner_node, parent, link);
}

static void owned_remove(struct boost_lock *lock) must_hold(boosts_lock)
{
    tree_remove(&lock->owner->sched.owned, &lock->owner_node);
}

/* Another may be the first now. */
static void owned_anew(struct boost_lock *lock) must_hold(boosts_lock)
{
    struct boost_waiter *first = first_of(lock);
    if (!lock->owner || lock->lends == (first ? first->urgency : 0))
        return;
    owned_remove(lock);
    owned_add(lock);
}

static void insert(struct boost_lock *lock, struct boost_waiter *waiter)
    must_hold(boosts_lock)
{
    struct tree_node **link = &lock->waiters.root, *parent = NULL;
    waiter->urgency = waiter->thread->sched.urgency;
    while (*link) {
        parent = *link;
        /* Of the same urgency it is the last. */
        link = waiter->urgency > waiter_of(parent)->urgency ? &parent->left
                                                            : &parent->right;
    }
    tree_insert(&lock->waiters, &waiter->node, parent, link);
    owned_anew(lock);
}

static void take_out(struct boost_lock *lock, struct boost_waiter *waiter)
    must_hold(boosts_lock)
{
    tree_remove(&lock->waiters, &waiter->node);
    owned_anew(lock);
}

static unsigned lent_to(const struct thread *thread) must_hold(boosts_lock)
{
    struct boost_lock *most = lock_of(tree_first(&thread->sched.owned));
    return most ? most->lends : 0;
}

/* To its new place in the queue where it waits; whose lock that is, or NULL. */
static struct thread *place_anew(struct thread *thread) must_hold(boosts_lock)
{
    struct boost_waiter *waiter = thread->sched.waits_in;
    if (!waiter)
        return NULL;
    take_out(waiter->lock, waiter);
    insert(waiter->lock, waiter);
    return waiter->lock->owner;
}

/* The threads from this one on along the chain have what is theirs. */
static void refresh(struct thread *thread) must_hold(boosts_lock)
{
    for (unsigned i = 0; thread && i < CHAIN_MOST; i++) {
        if (!thread_lend(thread, lent_to(thread)))
            return;
        thread = place_anew(thread);
    }
}

static void disown(struct boost_lock *lock) must_hold(boosts_lock)
{
    struct thread *owner = lock->owner;
    if (!owner)
        return;
    owned_remove(lock);
    lock->owner = NULL;
    refresh(owner);
}

static void own(struct boost_lock *lock, struct thread *thread)
    must_hold(boosts_lock)
{
    disown(lock);
    lock->owner = thread;
    owned_add(lock);
    refresh(thread);
}

static void leave(struct boost_waiter *waiter) must_hold(boosts_lock)
{
    struct boost_lock *lock = waiter->lock;
    if (!lock)
        return;
    waiter->lock = NULL;
    waiter->thread->sched.waits_in = NULL;
    take_out(lock, waiter);
    refresh(lock->owner);
}

int boost_own(struct boost_lock *lock, struct thread *thread)
{
    int error = 0;
    spin_lock(&boosts_lock);
    if (thread->sched.ownership == OWNS_NO_MORE)
        error = -ESRCH;
    else if (thread->sched.ownership == OWNS_NO_MORE_SOON)
        error = -EBUSY;
    else
        own(lock, thread);
    spin_unlock(&boosts_lock);
    return error;
}

void boost_disown(struct boost_lock *lock)
{
    spin_lock(&boosts_lock);
    disown(lock);
    spin_unlock(&boosts_lock);
}

/* Would the chain come back to the thread? */
static bool is_ring(const struct boost_lock *lock, const struct thread *thread)
    must_hold(boosts_lock)
{
    for (unsigned i = 0; i < CHAIN_MOST; i++) {
        if (!lock->owner)
            return false;
        if (lock->owner == thread)
            return true;
        if (!lock->owner->sched.waits_in)
            return false;
        lock = lock->owner->sched.waits_in->lock;
    }
    return true; /* too long to know */
}

int boost_wait(struct boost_lock *lock, struct boost_waiter *waiter,
    struct thread *thread)
{
    spin_lock(&boosts_lock);
    int error = is_ring(lock, thread) ? -EDEADLK : 0;
    if (!error) {
        waiter->thread = thread;
        waiter->lock = lock;
        thread->sched.waits_in = waiter;
        insert(lock, waiter);
        refresh(lock->owner);
    }
    spin_unlock(&boosts_lock);
    return error;
}

void boost_leave(struct boost_waiter *waiter)
{
    spin_lock(&boosts_lock);
    leave(waiter);
    spin_unlock(&boosts_lock);
}

struct boost_waiter *boost_first(struct boost_lock *lock)
{
    spin_lock(&boosts_lock);
    struct boost_waiter *first = first_of(lock);
    spin_unlock(&boosts_lock);
    return first;
}

void boost_pass(struct boost_lock *lock, struct boost_waiter *waiter)
{
    spin_lock(&boosts_lock);
    disown(lock);
    leave(waiter);
    own(lock, waiter->thread);
    spin_unlock(&boosts_lock);
}

void *boost_owned_place(void)
{
    struct thread *thread = current;
    spin_lock(&boosts_lock);
    struct boost_lock *lock = lock_of(tree_first(&thread->sched.owned));
    void *place = lock ? lock->place : NULL;
    if (!lock && thread->sched.ownership == OWNS_NO_MORE_SOON)
        thread->sched.ownership = OWNS_NO_MORE;
    spin_unlock(&boosts_lock);
    return place;
}

struct boost_lock *boost_owned_at(const void *place)
{
    spin_lock(&boosts_lock);
    struct boost_lock *lock = lock_of(tree_first(&current->sched.owned));
    while (lock && lock->place != place)
        lock = lock_of(tree_next(&lock->owner_node));
    spin_unlock(&boosts_lock);
    return lock;
}

void boost_set_ownership(enum ownership ownership)
{
    spin_lock(&boosts_lock);
    current->sched.ownership = ownership;
    spin_unlock(&boosts_lock);
}

void boost_refresh(struct thread *thread)
{
    spin_lock(&boosts_lock);
    refresh(place_anew(thread));
    spin_unlock(&boosts_lock);
}
