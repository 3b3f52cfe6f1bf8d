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
    lock->place = place;
    lock->owner = NULL;
    list_init(&lock->owner_link);
    list_init(&lock->waiters);
}

static void insert(struct boost_lock *lock, struct boost_waiter *waiter)
    must_hold(boosts_lock)
{
    unsigned urgency = waiter->thread->sched.urgency;
    struct boost_waiter *other;
    list_for_each(other, &lock->waiters, link)
        if (other->thread->sched.urgency < urgency)
            break;
    list_add(&other->link, &waiter->link);
}

static unsigned lent_to(const struct thread *thread) must_hold(boosts_lock)
{
    unsigned most = 0;
    struct boost_lock *lock;
    list_for_each(lock, &thread->sched.owned, owner_link) {
        struct boost_waiter *first =
            list_first(&lock->waiters, struct boost_waiter, link);
        if (first)
            most = max(most, (unsigned)first->thread->sched.urgency);
    }
    return most;
}

/* To its new place in the queue where it waits; whose lock that is, or NULL. */
static struct thread *place_anew(struct thread *thread) must_hold(boosts_lock)
{
    struct boost_waiter *waiter = thread->sched.waits_in;
    if (!waiter)
        return NULL;
    list_remove(&waiter->link);
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
    lock->owner = NULL;
    list_remove(&lock->owner_link);
    refresh(owner);
}

static void own(struct boost_lock *lock, struct thread *thread)
    must_hold(boosts_lock)
{
    disown(lock);
    lock->owner = thread;
    list_add(&thread->sched.owned, &lock->owner_link);
    refresh(thread);
}

static void leave(struct boost_waiter *waiter) must_hold(boosts_lock)
{
    struct boost_lock *lock = waiter->lock;
    if (!lock)
        return;
    waiter->lock = NULL;
    waiter->thread->sched.waits_in = NULL;
    list_remove(&waiter->link);
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
    struct boost_waiter *first =
        list_first(&lock->waiters, struct boost_waiter, link);
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
    struct boost_lock *lock =
        list_first(&thread->sched.owned, struct boost_lock, owner_link);
    void *place = lock ? lock->place : NULL;
    if (!lock && thread->sched.ownership == OWNS_NO_MORE_SOON)
        thread->sched.ownership = OWNS_NO_MORE;
    spin_unlock(&boosts_lock);
    return place;
}

struct boost_lock *boost_owned_at(const void *place)
{
    struct boost_lock *lock, *found = NULL;
    spin_lock(&boosts_lock);
    list_for_each(lock, &current->sched.owned, owner_link) {
        if (lock->place != place)
            continue;
        found = lock;
        break;
    }
    spin_unlock(&boosts_lock);
    return found;
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
