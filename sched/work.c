/* SPDX-License-Identifier: MIT */
/* Work queues: one for each CPU, served by a thread that may run anywhere.
 *
 * Work is queued where it is asked for; a CPU whose worker was not started
 * leaves it to CPU 0's. */
#include "sched/work.h"

#include "sched/run_queue.h"
#include "sched/wait.h"

struct work_queue {
    struct spinlock lock; /* taken with interrupts off */
    struct list works;
    struct wait_queue wait;
    bool has_worker; /* [atomic] */
} aligned_to(64);

static struct work_queue work_queues[CPU_MAX];

void work_init_cpus(void)
{
    for (unsigned cpu = 0; cpu < CPU_MAX; cpu++) {
        spin_init(&work_queues[cpu].lock, RANK_WORK);
        list_init(&work_queues[cpu].works);
        wait_queue_init_ranked(&work_queues[cpu].wait, RANK_WORK_QUEUE);
    }
}

void work_init(struct work *work, void (*run)(struct work *work))
{
    *work = (struct work){ .run = run };
    list_init(&work->link);
}

static bool queue_on(struct work_queue *queue, struct work *work)
{
    /* Cleared by the worker before it runs the work. */
    if (atomic_exchange(&work->is_queued, true))
        return false;
    unsigned long irq_state = spin_lock_irq(&queue->lock);
    list_add(&queue->works, &work->link);
    spin_unlock_irq(&queue->lock, irq_state);
    wait_queue_wake_one(&queue->wait, READY_READ);
    return true;
}

bool work_queue(struct work *work)
{
    struct work_queue *queue = &work_queues[cpu_id()];
    if (!atomic_load(&queue->has_worker))
        queue = &work_queues[0];
    return queue_on(queue, work);
}

static struct work *take(struct work_queue *queue)
{
    unsigned long irq_state = spin_lock_irq(&queue->lock);
    struct work *work = list_first(&queue->works, struct work, link);
    if (work)
        list_remove(&work->link);
    spin_unlock_irq(&queue->lock, irq_state);
    if (work) {
        /* Who found it queued still has asked before: the run must see that. */
        atomic_store_release(&work->is_queued, false);
        memory_barrier();
    }
    return work;
}

static bool has_work(const struct work_queue *queue)
{
    return atomic_load(&queue->works.next) != &queue->works;
}

void work_main(void *cpu)
{
    struct work_queue *queue = &work_queues[(uintptr_t)cpu];
    atomic_store(&queue->has_worker, true);
    for (;;) {
        struct work *work = take(queue);
        if (work) {
            work->run(work);
            thread_breathe();
            continue;
        }
        (void)wait_until(
            &queue->wait, SLEEP_INTERRUPTIBLE, FOREVER, has_work(queue));
    }
}

struct drain {
    struct work work;
    struct thread *waiting;
    bool is_done; /* [atomic] */
};

static void drained(struct work *work)
{
    struct drain *drain = container_of(work, struct drain, work);
    struct thread *thread = thread_get(drain->waiting);
    atomic_store_release(&drain->is_done, true); /* the last touch: drain */
    thread_wake(thread);
    thread_put(thread);
}

static void drain(struct work_queue *queue)
{
    struct drain mark = { .waiting = current };
    work_init(&mark.work, drained);
    queue_on(queue, &mark.work);
    for (;;) {
        thread_prepare(SLEEP_BOUNDED);
        if (atomic_load_acquire(&mark.is_done))
            break;
        (void)thread_sleep(FOREVER);
    }
    thread_unprepare();
}

void work_drain(void)
{
    for (unsigned cpu = 0; cpu < CPU_MAX; cpu++)
        if (atomic_load(&work_queues[cpu].has_worker))
            drain(&work_queues[cpu]);
}
