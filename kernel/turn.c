/* SPDX-License-Identifier: MIT */
/* The turn is one atomic word.  Who takes it is queued before it tries a last
 * time; who ends it has given it up before it looks at the queue, which
 * wait_queue_wake_all does behind a barrier: one of them sees the other. */
#include "kernel/turn.h"

#include "arch/atomic.h"
#include "lib/errno.h"

int turn_take(uint32_t *turn, struct wait_queue *queue, bool blocks)
{
    if (!atomic_exchange(turn, 1))
        return 0;
    if (!blocks)
        return -EAGAIN;
    return wait_until(
        queue, SLEEP_INTERRUPTIBLE, FOREVER, !atomic_exchange(turn, 1));
}

void turn_end(uint32_t *turn, struct wait_queue *queue)
{
    atomic_store_release(turn, 0); /* turn_take's exchange */
    wait_queue_wake_all(queue, 0);
}
