/* SPDX-License-Identifier: MIT */
/* Wait queues.
 *
 * Who wakes has changed the condition before, and who waits queues itself
 * before it looks at the condition: with a full barrier on both sides one of
 * the two sees the other.  So an empty queue is passed by without its lock. */
#include "sched/wait.h"

#include "arch/atomic.h"

void wait_queue_init_ranked(struct wait_queue *queue, enum lock_rank rank)
{
    spin_init(&queue->lock, rank);
    list_init(&queue->waiters);
}

void wait_queue_init(struct wait_queue *queue)
{
    wait_queue_init_ranked(queue, RANK_WAIT_QUEUE);
}

void wait_queue_add(struct wait_queue *queue, struct waiter *waiter)
{
    unsigned long irq_state = spin_lock_irq(&queue->lock);
    atomic_store(&waiter->queue, queue);
    if (waiter->is_exclusive)
        list_add(&queue->waiters, &waiter->link);
    else
        list_add_first(&queue->waiters, &waiter->link);
    spin_unlock_irq(&queue->lock, irq_state);
    memory_barrier(); /* queued, then looks; wake: changed, then looks here */
}

void waiter_unlink(struct waiter *waiter)
{
    list_remove(&waiter->link);
    /* The last touch: wait_queue_remove takes no lock when it reads that. */
    atomic_store_release(&waiter->queue, NULL);
}

void wait_queue_remove(struct waiter *waiter)
{
    struct wait_queue *queue = atomic_load_acquire(&waiter->queue);
    if (!queue)
        return;
    unsigned long irq_state = spin_lock_irq(&queue->lock);
    if (waiter->queue == queue)
        waiter_unlink(waiter);
    spin_unlock_irq(&queue->lock, irq_state);
}

bool wait_queue_is_empty(const struct wait_queue *queue)
{
    return atomic_load(&queue->waiters.next) == &queue->waiters;
}

/* `most`: how many exclusive ones may take it. */
static void wake(struct wait_queue *queue, unsigned events, unsigned most)
{
    memory_barrier(); /* wait_queue_add's */
    if (wait_queue_is_empty(queue))
        return;
    unsigned long irq_state = spin_lock_irq(&queue->lock);
    struct waiter *waiter, *after;
    list_for_each_safe(waiter, after, &queue->waiters, link)
    {
        bool is_exclusive = waiter->is_exclusive;
        if (waiter->woken(waiter, events) && is_exclusive && !--most)
            break;
    }
    spin_unlock_irq(&queue->lock, irq_state);
}

void wait_queue_wake_one(struct wait_queue *queue, unsigned events)
{
    wake(queue, events, 1);
}

void wait_queue_wake_all(struct wait_queue *queue, unsigned events)
{
    wake(queue, events, UINT32_MAX);
}

static bool wake_sleeper(struct waiter *waiter, unsigned events)
{
    struct sleeper *sleeper = container_of(waiter, struct sleeper, waiter);
    bool took = thread_wake(sleeper->thread);
    if (took)
        atomic_or(&sleeper->events, events | READY_READ);
    if (events & READY_FREE)
        waiter_unlink(waiter);
    return took;
}

void sleeper_init(struct sleeper *sleeper)
{
    *sleeper = (struct sleeper){ .thread = current };
    list_init(&sleeper->waiter.link);
    sleeper->waiter.woken = wake_sleeper;
}

void sleeper_prepare(struct sleeper *sleeper, enum sleep_kind kind)
{
    atomic_store(&sleeper->events, 0u);
    thread_prepare(kind);
}

void sleeper_leave(struct sleeper *sleeper)
{
    struct wait_queue *queue = atomic_load(&sleeper->waiter.queue);
    wait_queue_remove(&sleeper->waiter);
    unsigned events = atomic_load(&sleeper->events);
    if (queue && sleeper->waiter.is_exclusive && events)
        wait_queue_wake_one(queue, events);
}
