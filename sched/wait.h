/* SPDX-License-Identifier: MIT */
/* Waiting and readiness: one mechanism.
 *
 * A waiter is embedded in whoever waits; its function is called under the
 * queue's lock (interrupts off) with the events that came, and may queue and
 * wake, not sleep.  A thread that sleeps, poll(2) and epoll are all waiters. */
#ifndef SCHED_WAIT_H
#define SCHED_WAIT_H

#include "sched/thread.h"
#include "lib/errno.h"

struct wait_queue {
    struct spinlock lock; /* RANK_WAIT_QUEUE, taken with interrupts off */
    struct list waiters;
};

struct waiter;
/* True: this waiter took the event (an exclusive wake counts it). */
typedef bool (*waiter_fn)(struct waiter *waiter, unsigned events);

struct waiter {
    struct list link;
    struct wait_queue *queue; /* where it is queued, or NULL */
    waiter_fn woken;
    bool is_exclusive; /* wait_queue_wake_one stops after the first that took */
};

/* What a wake and poll say: Linux's poll(2) bits of the same names are asserted
 * equal in abi/linux/layouts.c. */
enum ready {
    READY_READ = 0x001,     /* POLLIN */
    READY_PRIORITY = 0x002, /* POLLPRI */
    READY_WRITE = 0x004,    /* POLLOUT */
    READY_ERROR = 0x008,    /* POLLERR */
    READY_HANGUP = 0x010,   /* POLLHUP */
    READY_INVALID = 0x020,  /* POLLNVAL */
    READY_READ_NORMAL = 0x040,
    READY_READ_BAND = 0x080,
    READY_WRITE_NORMAL = 0x100,
    READY_WRITE_BAND = 0x200,
    READY_READ_HANGUP = 0x2000, /* POLLRDHUP */
    READY_FREE = 0x4000, /* POLLFREE-like: the queue goes away; unlink now */
};
/* Beside it in a wake, for vfs/async.c alone: what a file's owner is told by a
 * signal, which is as often as Linux does it, ready or not. */
enum tell {
    TELL_IN = 0x10000,
    TELL_OUT = 0x20000,
    TELL_URGENT = 0x40000,
    TELL_HANGUP = 0x80000,
    TELL_NO_MORE = 0x100000, /* it is over, till it is asked for again */
};
#define READY_ALL 0xffffu
#define READY_IN  (READY_READ | READY_READ_NORMAL)
#define READY_OUT (READY_WRITE | READY_WRITE_NORMAL)

void wait_queue_init(struct wait_queue *queue);
/* For queues that are woken from a waiter's function: of a rank beyond
 * RANK_WAIT_QUEUE. */
void wait_queue_init_ranked(struct wait_queue *queue, enum lock_rank rank);
#define WAIT_QUEUE_INIT(name)                                                  \
    {                                                                          \
        .lock = SPINLOCK_INIT(RANK_WAIT_QUEUE),                                \
        .waiters = LIST_INIT((name).waiters)                                   \
    }
/* Exclusive waiters go to the end. */
void wait_queue_add(struct wait_queue *queue, struct waiter *waiter);
void wait_queue_remove(struct waiter *waiter); /* harmless if not queued */
/* From a waiter's function (the queue's lock is held), as answer to READY_FREE:
 * the last thing it does, for its owner may be gone at once. */
void waiter_unlink(struct waiter *waiter);
/* Any context. All non-exclusive waiters, and one (or all) exclusive one. */
void wait_queue_wake_one(struct wait_queue *queue, unsigned events);
void wait_queue_wake_all(struct wait_queue *queue, unsigned events);
bool wait_queue_is_empty(const struct wait_queue *queue);

/* The waiter of a thread that sleeps. */
struct sleeper {
    struct waiter waiter;
    struct thread *thread;
    unsigned events; /* that woke it since the last thread_prepare */
};
void sleeper_init(struct sleeper *sleeper); /* for current */
void sleeper_prepare(struct sleeper *sleeper, enum sleep_kind kind);
/* Leaves the queue.  An exclusive sleeper that took a wake after it looked at
 * its condition passes it on. */
void sleeper_leave(struct sleeper *sleeper);

/* Sleeps until condition is true; it is evaluated without locks, again after
 * each wake.  0, -ERESTART (interrupted), -ETIMEDOUT (even if the condition
 * holds by then, it is looked at last: 0 wins). */
#define wait_until(queue_, kind_, deadline_, condition)                        \
    wait_until_as(false, queue_, kind_, deadline_, condition)
/* The same with an exclusive waiter: for queues woken one at a time. */
#define wait_until_exclusive(queue_, kind_, deadline_, condition)              \
    wait_until_as(true, queue_, kind_, deadline_, condition)
#define wait_until_as(exclusive_, queue_, kind_, deadline_, condition)         \
    ({                                                                         \
        int wait_result = 0;                                                   \
        if (!(condition)) {                                                    \
            struct sleeper wait_sleeper;                                       \
            sleeper_init(&wait_sleeper);                                       \
            wait_sleeper.waiter.is_exclusive = exclusive_;                     \
            wait_queue_add(queue_, &wait_sleeper.waiter);                      \
            for (;;) {                                                         \
                sleeper_prepare(&wait_sleeper, kind_);                         \
                if (condition) {                                               \
                    wait_result = 0;                                           \
                    break;                                                     \
                }                                                              \
                if (wait_result)                                               \
                    break;                                                     \
                wait_result = thread_sleep(deadline_);                         \
            }                                                                  \
            thread_unprepare();                                                \
            sleeper_leave(&wait_sleeper);                                      \
        }                                                                      \
        wait_result;                                                           \
    })

#endif
