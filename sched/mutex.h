/* SPDX-License-Identifier: MIT */
/* Sleeping locks: a mutex, and a lock that many readers or one writer hold.
 * Waiting for them is bounded (not interruptible); writers are not starved. */
#ifndef SCHED_MUTEX_H
#define SCHED_MUTEX_H

#include "sched/wait.h"

struct mutex {
    struct thread *owner; /* [atomic] */
    struct wait_queue queue;
#ifdef CONFIG_DEBUG
    uint16_t rank;
#endif
};

void mutex_init(struct mutex *mutex, enum lock_rank rank);
void mutex_lock(struct mutex *mutex);
bool mutex_try_lock(struct mutex *mutex);
/* -ERESTART if a kill came first. */
int mutex_lock_killable(struct mutex *mutex) must_check;
void mutex_unlock(struct mutex *mutex);
bool mutex_is_mine(const struct mutex *mutex);
/* Two of one rank, in address order; the same one twice is taken once. */
void mutex_lock_two(struct mutex *a, struct mutex *b);
void mutex_unlock_two(struct mutex *a, struct mutex *b);

struct rwlock {
    struct spinlock lock;
    int32_t holders;          /* [lock] readers, or -1 for a writer */
    uint32_t writers_waiting; /* [lock] */
    struct list waiting;      /* [lock] who comes next, in order */
    struct thread *writer;    /* [atomic] */
#ifdef CONFIG_DEBUG
    uint16_t rank;
#endif
};

void rwlock_init(struct rwlock *lock, enum lock_rank rank);
void rwlock_read(struct rwlock *lock);
void rwlock_read_done(struct rwlock *lock);
void rwlock_write(struct rwlock *lock);
int rwlock_write_killable(struct rwlock *lock) must_check;
void rwlock_write_done(struct rwlock *lock);
void rwlock_downgrade(struct rwlock *lock); /* writer becomes reader */
bool rwlock_is_written_by_me(const struct rwlock *lock);

#endif
