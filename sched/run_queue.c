/* SPDX-License-Identifier: MIT */
/* One CPU's queue: real-time threads by priority, the others by virtual time.
 *
 * Virtual time is CPU time divided by weight; who has had the least runs next.
 * Each queue has a scale of its own, whose floor follows the least of those
 * that compete; a thread that leaves takes along its distance to the floor. */
#include "sched/run_queue.h"

struct run_queue run_queues[CPU_MAX];
cpu_mask sched_online, sched_idle_cpus;

enum { LOOKED_AT_MOST = 8 }; /* threads, when one is to be stolen */

void run_queue_init(struct run_queue *queue, unsigned cpu)
{
    *queue = (struct run_queue){ .cpu = cpu, .tick_ns = FOREVER };
    spin_init(&queue->lock, RANK_RUN_QUEUE);
    queue->armed_ns = FOREVER;
    list_init(&queue->misplaced);
    for (unsigned i = 0; i < PRIORITIES; i++)
        list_init(&queue->realtime[i]);
}

static inline struct thread *thread_of(struct tree_node *node)
{
    return tree_entry(node, struct thread, sched.node);
}

static inline bool is_before(uint64_t a, uint64_t b)
{
    return (int64_t)(a - b) < 0;
}

static void add_fair(struct run_queue *queue, struct thread *thread)
{
    struct tree_node **link = &queue->fair.root, *parent = NULL;
    while (*link) {
        parent = *link;
        uint64_t there_ns = thread_of(parent)->sched.virtual_ns;
        link = is_before(thread->sched.virtual_ns, there_ns) ? &parent->left
                                                             : &parent->right;
    }
    tree_insert(&queue->fair, &thread->sched.node, parent, link);
}

/* 0: there is no real-time thread. */
static unsigned highest_priority(const struct run_queue *queue)
{
    for (int i = array_size(queue->realtime_map) - 1; i >= 0; i--)
        if (queue->realtime_map[i])
            return (i + 1) * BITS_PER_LONG - 1 -
                __builtin_clzl(queue->realtime_map[i]);
    return 0;
}

static void add(struct run_queue *queue, struct thread *thread,
    void (*add_to_list)(struct list *list, struct list *link))
{
    assert(!thread->sched.is_queued && queue->running != thread);
    unsigned priority = thread->sched.urgency;
    atomic_store_release(&thread->sched.cpu, queue->cpu); /* run_queue_lock_of */
    thread->sched.is_queued = true;
    atomic_store(&queue->queued, queue->queued + 1);
    if (!is_realtime(thread)) {
        add_fair(queue, thread);
        return;
    }
    bitmap_add(queue->realtime_map, priority);
    if (priority > queue->waiting_urgency)
        atomic_store(&queue->waiting_urgency, priority);
    add_to_list(&queue->realtime[priority], &thread->sched.link);
}

void run_queue_add(struct run_queue *queue, struct thread *thread)
{
    add(queue, thread, list_add);
}

void run_queue_add_first(struct run_queue *queue, struct thread *thread)
{
    add(queue, thread, list_add_first);
}

void run_queue_remove(struct run_queue *queue, struct thread *thread)
{
    assert(thread->sched.is_queued && thread->sched.cpu == queue->cpu);
    unsigned priority = thread->sched.urgency;
    thread->sched.is_queued = false;
    atomic_store(&queue->queued, queue->queued - 1);
    if (!is_realtime(thread)) {
        tree_remove(&queue->fair, &thread->sched.node);
        return;
    }
    list_remove(&thread->sched.link);
    if (!list_is_empty(&queue->realtime[priority]))
        return;
    bitmap_remove(queue->realtime_map, priority);
    atomic_store(&queue->waiting_urgency, highest_priority(queue));
}

struct thread *run_queue_first(struct run_queue *queue)
{
    unsigned priority = queue->waiting_urgency;
    struct thread *other = thread_of(tree_first(&queue->fair));
    if (!priority || (queue->others_go_first && other))
        return other;
    return list_first(&queue->realtime[priority], struct thread, sched.link);
}

static bool may_go(const struct thread *thread, unsigned cpu)
{
    return cpu_is_in(thread->sched.affinity, cpu) &&
        !atomic_load_acquire(&thread->sched.is_on_cpu);
}

struct thread *run_queue_stealable_realtime(
    struct run_queue *queue, unsigned cpu)
{
    unsigned priority = queue->waiting_urgency;
    if (!priority)
        return NULL;
    struct thread *thread =
        list_first(&queue->realtime[priority], struct thread, sched.link);
    return may_go(thread, cpu) ? thread : NULL;
}

struct thread *run_queue_stealable(struct run_queue *queue, unsigned cpu)
{
    struct thread *thread = run_queue_stealable_realtime(queue, cpu);
    if (thread)
        return thread;
    struct tree_node *node = tree_first(&queue->fair);
    for (unsigned i = 0; node && i < LOOKED_AT_MOST; i++) {
        if (may_go(thread_of(node), cpu))
            return thread_of(node);
        node = tree_next(node);
    }
    return NULL;
}

/* The floor follows the least virtual time that competes, and only rises. */
static void raise_floor(struct run_queue *queue)
{
    struct thread *first = thread_of(tree_first(&queue->fair));
    uint64_t least_ns = queue->running->sched.virtual_ns;
    if (first && is_before(first->sched.virtual_ns, least_ns))
        least_ns = first->sched.virtual_ns;
    if (is_before(queue->floor_ns, least_ns))
        queue->floor_ns = least_ns;
}

void run_queue_account(struct run_queue *queue, uint64_t now_ns)
{
    struct thread *thread = queue->running;
    int64_t passed = now_ns - thread->sched.started_ns;
    if (passed <= 0)
        return;
    uint64_t ns = passed;
    thread->sched.started_ns = now_ns;
    thread->sched.run_ns += ns;
    if (thread->sched.is_idle)
        return;
    thread->sched.unsampled_ns += ns;
    queue->unsampled_ns += ns;
    if (is_realtime(thread)) {
        thread->sched.slice_ns += ns;
        thread->sched.burst_ns += ns;
        queue->realtime_ns += ns;
        return;
    }
    if (thread->sched.weight != WEIGHT_NORMAL)
        ns = ns * WEIGHT_NORMAL / thread->sched.weight;
    thread->sched.virtual_ns += ns;
    raise_floor(queue);
}

void thread_to_lag(struct run_queue *queue, struct thread *thread)
{
    thread->sched.virtual_ns -= queue->floor_ns;
}

void thread_from_lag(struct run_queue *queue, struct thread *thread)
{
    thread->sched.virtual_ns += queue->floor_ns;
}

/* Who moves a thread has the lock of the queue that it leaves, not of the one that
 * it comes to: the number itself says that what was done there is done. */
struct run_queue *run_queue_lock_of(struct thread *thread)
{
    for (;;) {
        unsigned cpu = atomic_load(&thread->sched.cpu);
        struct run_queue *queue = &run_queues[cpu];
        spin_lock(&queue->lock);
        if (atomic_load_acquire(&thread->sched.cpu) == cpu)
            return queue;
        spin_unlock(&queue->lock);
    }
}
