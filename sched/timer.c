/* SPDX-License-Identifier: MIT */
/* Timers: a tree by deadline on each CPU.
 *
 * The hard part is the timer whose function is running: it is out of the tree,
 * but its owner may want to move or cancel it.  Its CPU notes it as `running`;
 * cancelling waits until it is not, and arming it from elsewhere puts it back
 * into that CPU's tree, so that it is never unknown to both. */
#include "sched/timer.h"

#include "arch/cpu.h"
#include "sched/run_queue.h"

struct timers {
    struct spinlock lock; /* taken with interrupts off */
    struct tree tree;
    struct timer *running; /* [lock] only compared: it may be gone */
    uint64_t next_ns;      /* [atomic] */
} aligned_to(64);

static struct timers timers_of_cpu[CPU_MAX];

void timers_init_cpu(unsigned cpu)
{
    spin_init(&timers_of_cpu[cpu].lock, RANK_TIMERS);
    timers_of_cpu[cpu].next_ns = FOREVER;
}

static struct timer *first_of(const struct timers *timers)
{
    return tree_entry(tree_first(&timers->tree), struct timer, node);
}

static void look_for_next(struct timers *timers)
{
    struct timer *first = first_of(timers);
    atomic_store(&timers->next_ns, first ? first->deadline_ns : FOREVER);
}

static void insert(struct timers *timers, struct timer *timer)
{
    struct tree_node **link = &timers->tree.root, *parent = NULL;
    while (*link) {
        parent = *link;
        struct timer *other = container_of(parent, struct timer, node);
        link = timer->deadline_ns < other->deadline_ns ? &parent->left
                                                       : &parent->right;
    }
    tree_insert(&timers->tree, &timer->node, parent, link);
    timer->is_armed = true;
    if (timer->deadline_ns < timers->next_ns)
        atomic_store(&timers->next_ns, timer->deadline_ns);
}

static void take_out(struct timers *timers, struct timer *timer)
{
    tree_remove(&timers->tree, &timer->node);
    timer->is_armed = false;
    if (timer->deadline_ns == timers->next_ns)
        look_for_next(timers);
}

void timer_init(struct timer *timer, timer_fn expired)
{
    *timer = (struct timer){ .expired = expired, .cpu = cpu_id() };
}

/* The tree that the timer is in, was in, or is about to be in.  Who sent it here
 * did so under the lock of where it came from, not under this one: the number
 * itself says that what was done there is done. */
static struct timers *lock_of(struct timer *timer)
{
    for (;;) {
        unsigned cpu = atomic_load(&timer->cpu);
        struct timers *timers = &timers_of_cpu[cpu];
        spin_lock(&timers->lock);
        if (atomic_load_acquire(&timer->cpu) == cpu)
            return timers;
        spin_unlock(&timers->lock);
    }
}

/* Comes to this CPU's tree, unless its function is running on another CPU,
 * which looks into its tree again afterwards. */
static struct timers *lock_for_arming(struct timer *timer)
{
    unsigned here = cpu_id();
    for (;;) {
        struct timers *timers = lock_of(timer);
        if (timer->is_armed)
            take_out(timers, timer);
        if (timer->cpu == here || timers->running == timer)
            return timers;
        atomic_store_release(&timer->cpu, here); /* lock_of reads it so */
        spin_unlock(&timers->lock);
    }
}

void timer_arm(struct timer *timer, uint64_t deadline_ns)
{
    unsigned long irq_state = irq_save();
    struct timers *timers = lock_for_arming(timer);
    timer->deadline_ns = deadline_ns;
    insert(timers, timer);
    bool is_here = timers == &timers_of_cpu[cpu_id()];
    spin_unlock(&timers->lock);
    if (is_here)
        tick_arm(run_queue_here());
    irq_restore(irq_state);
}

bool timer_cancel(struct timer *timer)
{
    bool was_armed = false;
    for (;;) {
        unsigned long irq_state = irq_save();
        struct timers *timers = lock_of(timer);
        if (timer->is_armed) {
            take_out(timers, timer);
            was_armed = true;
        }
        bool must_wait = timers->running == timer &&
            timers != &timers_of_cpu[cpu_id()];
        spin_unlock_irq(&timers->lock, irq_state);
        if (!must_wait)
            return was_armed;
        while (atomic_load(&timers->running) == timer)
            cpu_relax();
    }
}

void timers_run(void)
{
    struct timers *timers = &timers_of_cpu[cpu_id()];
    uint64_t now_ns = clock_ns();
    if (atomic_load(&timers->next_ns) > now_ns)
        return;
    spin_lock(&timers->lock);
    struct timer *timer;
    while ((timer = first_of(timers)) && timer->deadline_ns <= now_ns) {
        take_out(timers, timer);
        atomic_store(&timers->running, timer);
        spin_unlock(&timers->lock);
        timer->expired(timer);
        spin_lock(&timers->lock);
        atomic_store(&timers->running, NULL);
    }
    spin_unlock(&timers->lock);
}

uint64_t timers_next(void)
{
    return atomic_load(&timers_of_cpu[cpu_id()].next_ns);
}
