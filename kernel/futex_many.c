/* SPDX-License-Identifier: MIT */
/* Waiting on several words at once: one waiter for each. */
#include "arch/atomic.h"
#include "kernel/futex_queue.h"
#include "lib/errno.h"
#include "mm/heap.h"

/* The last of those that were woken, or -1. */
static long unqueue_all(struct futex_waiter *waiters, unsigned count)
{
    long woken = -1;
    for (unsigned i = 0; i < count; i++)
        if (!futex_unqueue(&waiters[i]))
            woken = i;
    return woken;
}

/* All into their queues; or none, and an error or the number of one that was
 * woken meanwhile. */
static long queue_all(struct futex_waiter *waiters,
    const struct futex_wish *wishes, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        const struct futex_wish *wish = &wishes[i];
        struct futex_waiter *waiter = &waiters[i];
        int error =
            futex_key(wish->address, wish->scope, false, &waiter->key);
        if (!error)
            error =
                futex_queue_if_equal(waiter, wish->address, wish->expected);
        if (!error)
            continue;
        long woken = unqueue_all(waiters, i);
        return woken >= 0 ? woken : error;
    }
    return -1;
}

/* As futex_unqueue: who woke one has written all that it should see. */
static bool is_any_woken(struct futex_waiter *waiters, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (!atomic_load_acquire(&waiters[i].bucket))
            return true;
    return false;
}

static long sleep(
    struct futex_waiter *waiters, unsigned count, uint64_t deadline_ns)
{
    int result = 0;
    for (;;) {
        thread_prepare(SLEEP_INTERRUPTIBLE);
        if (result || is_any_woken(waiters, count))
            break;
        result = thread_sleep(deadline_ns);
    }
    thread_unprepare();
    long woken = unqueue_all(waiters, count);
    return woken >= 0 ? woken : result;
}

static long wait(struct futex_waiter *waiters,
    const struct futex_wish *wishes, unsigned count, uint64_t deadline_ns)
{
    long result;
    for (unsigned i = 0; i < count; i++) {
        waiters[i].mask = FUTEX_ANY;
        waiters[i].thread = current;
    }
    do {
        result = queue_all(waiters, wishes, count);
        thread_breathe();
    } while (result == -ERESTART && !futex_is_killed());
    return result == -1 ? sleep(waiters, count, deadline_ns) : result;
}

long futex_wait_many(
    const struct futex_wish *wishes, unsigned count, uint64_t deadline_ns)
{
    struct futex_waiter *waiters = heap_alloc_zeroed(count * sizeof *waiters);
    if (!waiters)
        return -ENOMEM;
    long result = wait(waiters, wishes, count, deadline_ns);
    heap_free(waiters);
    return result;
}
