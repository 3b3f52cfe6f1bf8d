/* SPDX-License-Identifier: MIT */
/* The mutex: an owner, and a queue that is woken one at a time.
 *
 * A free mutex goes to who comes first; a sleeper that was woken for it may
 * find it taken again and sleeps on.  An owner that runs on another CPU is
 * waited for a moment first: most hold it for less than a sleep takes. */
#include "sched/mutex.h"

#include "arch/atomic.h"
#include "lib/panic.h"
#include "sched/mutex_debug.h"

enum { SPINS_MOST = 20 };

void mutex_init(struct mutex *mutex, enum lock_rank rank)
{
    mutex->owner = NULL;
    wait_queue_init(&mutex->queue);
#ifdef CONFIG_DEBUG
    mutex->rank = rank;
#endif
}

static bool grab(struct mutex *mutex)
{
    return !atomic_load(&mutex->owner) &&
        atomic_replace(&mutex->owner, NULL, current);
}

/* The owner may end meanwhile, but its memory stays until we have slept. */
static bool grab_soon(struct mutex *mutex)
{
    for (unsigned i = 0; i < SPINS_MOST; i++) {
        struct thread *owner = atomic_load(&mutex->owner);
        if (!owner) {
            if (grab(mutex))
                return true;
            continue;
        }
        if (!atomic_load(&owner->sched.is_on_cpu))
            return false;
        cpu_relax();
    }
    return false;
}

static int lock_as(struct mutex *mutex, enum sleep_kind kind)
{
    sleeping_lock_take(mutex->rank, mutex);
    if (grab(mutex) || grab_soon(mutex))
        return 0;
    assert(atomic_load(&mutex->owner) != current);
    int result =
        wait_until_exclusive(&mutex->queue, kind, FOREVER, grab(mutex));
    if (result)
        sleeping_lock_drop(mutex);
    return result;
}

void mutex_lock(struct mutex *mutex)
{
    (void)lock_as(mutex, SLEEP_BOUNDED);
}

int mutex_lock_killable(struct mutex *mutex)
{
    return lock_as(mutex, SLEEP_KILLABLE);
}

bool mutex_try_lock(struct mutex *mutex)
{
    if (!grab(mutex))
        return false;
    sleeping_lock_take(RANK_NONE, mutex); /* trying cannot deadlock */
    return true;
}

void mutex_unlock(struct mutex *mutex)
{
    assert(mutex_is_mine(mutex));
    sleeping_lock_drop(mutex);
    (void)atomic_exchange(&mutex->owner, NULL);
    if (!wait_queue_is_empty(&mutex->queue))
        wait_queue_wake_one(&mutex->queue, READY_READ);
}

bool mutex_is_mine(const struct mutex *mutex)
{
    return atomic_load(&mutex->owner) == current;
}

void mutex_lock_two(struct mutex *a, struct mutex *b)
{
    mutex_lock(a < b ? a : b);
    if (a != b)
        mutex_lock(a < b ? b : a);
}

void mutex_unlock_two(struct mutex *a, struct mutex *b)
{
    mutex_unlock(a);
    if (a != b)
        mutex_unlock(b);
}
