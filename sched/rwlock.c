/* SPDX-License-Identifier: MIT */
/* The lock of many readers or one writer.
 *
 * Fair by hand-over: who cannot have it queues, and who releases it gives it to
 * the first in the queue (to all readers up to the next writer).  A newcomer
 * queues as soon as somebody waits, so that neither kind starves. */
#include "arch/atomic.h"
#include "lib/panic.h"
#include "sched/mutex.h"
#include "sched/mutex_debug.h"

struct turn { /* of one who waits */
    struct list link;
    struct thread *thread;
    bool wants_write;
    bool has_come; /* [lock]; [atomic] for the waiting thread */
};

void rwlock_init(struct rwlock *lock, enum lock_rank rank)
{
    *lock = (struct rwlock){ .holders = 0 };
    spin_init(&lock->lock, RANK_LEAF);
    list_init(&lock->waiting);
#ifdef CONFIG_DEBUG
    lock->rank = rank;
#endif
}

/* The turn's memory is its thread's stack: not touched once it has come. */
static void give(struct rwlock *lock, struct turn *turn)
{
    struct thread *thread = turn->thread;
    if (turn->wants_write) {
        lock->holders = -1;
        lock->writers_waiting--;
        atomic_store(&lock->writer, thread);
    } else {
        lock->holders++;
    }
    list_remove(&turn->link);
    /* It cannot end before the wake: it would need our spin lock to let go. */
    atomic_store_release(&turn->has_come, true);
    thread_wake(thread);
}

/* Gives the lock to all that may have it now. */
static void give_on(struct rwlock *lock)
{
    struct turn *turn;
    while ((turn = list_first(&lock->waiting, struct turn, link))) {
        if (turn->wants_write ? lock->holders != 0 : lock->holders < 0)
            return;
        give(lock, turn);
    }
}

/* True, and the lock is not taken: a kill came first. */
static bool gives_up(struct rwlock *lock, struct turn *turn)
{
    spin_lock(&lock->lock);
    bool has_come = turn->has_come;
    if (!has_come) {
        list_remove(&turn->link);
        lock->writers_waiting -= turn->wants_write;
        give_on(lock); /* those behind us may have waited for us only */
    }
    spin_unlock(&lock->lock);
    return !has_come;
}

static int wait_turn(
    struct rwlock *lock, struct turn *turn, enum sleep_kind kind)
{
    int result = 0;
    for (;;) {
        thread_prepare(kind);
        if (atomic_load_acquire(&turn->has_come))
            return 0;
        if (result && gives_up(lock, turn))
            return result;
        if (!result)
            result = thread_sleep(FOREVER);
    }
}

static int take(struct rwlock *lock, bool wants_write, enum sleep_kind kind)
{
    sleeping_lock_take(lock->rank, lock);
    spin_lock(&lock->lock);
    bool is_free = wants_write ? lock->holders == 0 : lock->holders >= 0;
    if (is_free && list_is_empty(&lock->waiting)) {
        lock->holders += wants_write ? -1 : 1;
        if (wants_write)
            atomic_store(&lock->writer, current);
        spin_unlock(&lock->lock);
        return 0;
    }
    assert(atomic_load(&lock->writer) != current);
    struct turn turn = { .thread = current, .wants_write = wants_write };
    list_add(&lock->waiting, &turn.link);
    lock->writers_waiting += wants_write;
    spin_unlock(&lock->lock);
    int result = wait_turn(lock, &turn, kind);
    thread_unprepare();
    if (result)
        sleeping_lock_drop(lock);
    return result;
}

void rwlock_read(struct rwlock *lock)
{
    (void)take(lock, false, SLEEP_BOUNDED);
}

void rwlock_write(struct rwlock *lock)
{
    (void)take(lock, true, SLEEP_BOUNDED);
}

int rwlock_write_killable(struct rwlock *lock)
{
    return take(lock, true, SLEEP_KILLABLE);
}

void rwlock_read_done(struct rwlock *lock)
{
    sleeping_lock_drop(lock);
    spin_lock(&lock->lock);
    assert(lock->holders > 0);
    lock->holders--;
    give_on(lock);
    spin_unlock(&lock->lock);
}

void rwlock_write_done(struct rwlock *lock)
{
    assert(rwlock_is_written_by_me(lock));
    sleeping_lock_drop(lock);
    spin_lock(&lock->lock);
    atomic_store(&lock->writer, NULL);
    lock->holders = 0;
    give_on(lock);
    spin_unlock(&lock->lock);
}

void rwlock_downgrade(struct rwlock *lock)
{
    assert(rwlock_is_written_by_me(lock));
    spin_lock(&lock->lock);
    atomic_store(&lock->writer, NULL);
    lock->holders = 1;
    give_on(lock);
    spin_unlock(&lock->lock);
}

bool rwlock_is_written_by_me(const struct rwlock *lock)
{
    return atomic_load(&lock->writer) == current;
}
