/* SPDX-License-Identifier: MIT */
/* Last puts that may sleep, done later: by current on its way to user code, or
 * by a worker when there is no such way. */
#include "sched/run_queue.h"
#include "sched/work.h"

static void run_left_over(struct work *work);

static struct spinlock lock = SPINLOCK_INIT(RANK_WORK);
static struct list left_over = LIST_INIT(left_over); /* [lock] */
static struct work left_over_work = { .run = run_left_over };

static void leave(struct list *list)
{
    unsigned long irq_state = spin_lock_irq(&lock);
    list_splice(&left_over, list);
    spin_unlock_irq(&lock, irq_state);
    work_queue(&left_over_work);
}

void thread_defer(struct deferred *deferred)
{
    struct thread *thread = current;
    list_init(&deferred->link);
    if (irq_is_inside() || !thread->process) {
        struct list alone;
        list_init(&alone);
        list_add(&alone, &deferred->link);
        leave(&alone);
        return;
    }
    list_add(&thread->deferred, &deferred->link);
    atomic_or(&thread->work, WORK_PUTS);
}

static void run_all(struct list *list)
{
    while (!list_is_empty(list)) {
        struct deferred *deferred = list_first(list, struct deferred, link);
        list_remove(&deferred->link);
        deferred->run(deferred);
    }
}

void thread_run_deferred(void)
{
    thread_clear_work(current, WORK_PUTS);
    run_all(&current->deferred);
}

void deferred_leave(struct thread *thread)
{
    if (!list_is_empty(&thread->deferred))
        leave(&thread->deferred);
}

static void run_left_over(struct work *work)
{
    struct list mine;
    list_init(&mine);
    unsigned long irq_state = spin_lock_irq(&lock);
    list_splice(&mine, &left_over);
    spin_unlock_irq(&lock, irq_state);
    run_all(&mine);
}
