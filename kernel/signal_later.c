/* SPDX-License-Identifier: MIT */
/* Signals of timers: blocks that their owner allocated beforehand, sent from
 * the timer interrupt.
 *
 * Choosing a thread needs process_tree_lock, which interrupts do not take; so
 * the interrupt leaves the block in a list for a worker.  The owner may take it
 * back at any moment: later_lock guards in which of the two lists, if any, a
 * block is, and the worker looks again once it holds all the locks.  Two do not
 * wait for the worker: who was interrupted by a timer of his own, and who stops a
 * timer, after which nothing of it may come. */
#include "arch/atomic.h"
#include "kernel/signal_queue.h"
#include "sched/work.h"

static struct spinlock later_lock = SPINLOCK_INIT(RANK_TIMERS);
static struct list later = LIST_INIT(later);

void queued_set_place(struct queued_signal *queued, enum queued_place place)
{
    unsigned long irq_state = spin_lock_irq(&later_lock);
    queued->place = place;
    spin_unlock_irq(&later_lock, irq_state);
}

/* The first that waits and for whom it is, with references. */
static struct queued_signal *first_later(
    struct process **process, struct thread **thread)
{
    unsigned long irq_state = spin_lock_irq(&later_lock);
    struct queued_signal *queued =
        list_first(&later, struct queued_signal, link);
    if (queued) {
        *process = process_get(queued->process);
        *thread = queued->thread ? thread_get(queued->thread) : NULL;
    }
    spin_unlock_irq(&later_lock, irq_state);
    return queued;
}

/* Out of the list if it is still the first, and still for that process. */
static bool take_later(struct queued_signal *queued, struct process *process,
    struct thread *thread, enum queued_place place)
{
    unsigned long irq_state = spin_lock_irq(&later_lock);
    struct queued_signal *first =
        list_first(&later, struct queued_signal, link);
    bool is_it = first == queued && first && first->process == process &&
        first->thread == thread;
    if (is_it) {
        list_remove(&queued->link);
        queued->place = place;
    }
    spin_unlock_irq(&later_lock, irq_state);
    return is_it;
}

static struct thread *lock_target(struct process *process,
    struct thread *thread, unsigned long *irq_state)
{
    if (!thread)
        return process_lock_handlers(process, irq_state);
    return handlers_try_lock(thread, irq_state) ? thread : NULL;
}

static void send_one(struct queued_signal *queued, struct process *process,
    struct thread *thread)
{
    struct sending s = { .process = process, .thread = thread };
    list_init(&s.dropped);
    unsigned long irq_state;
    spin_lock(&process_tree_lock);
    struct thread *holder = lock_target(process, thread, &irq_state);
    if (!holder) {
        take_later(queued, process, thread, QUEUED_NOWHERE);
        spin_unlock(&process_tree_lock);
        return;
    }
    if (take_later(queued, process, thread, QUEUED_PENDING)) {
        s.number = queued->info.number;
        s.is_forced = queued->info.code == SI_KERNEL;
        s.queued = queued;
        sending_do(&s, holder);
        if (s.queued) { /* ignored, or one of its number is there */
            queued_set_place(queued, QUEUED_NOWHERE);
            if (queued->taken)
                queued->taken(queued, NULL);
        }
    }
    handlers_unlock(holder, irq_state);
    sending_finish(&s);
    spin_unlock(&process_tree_lock);
    queued_free_all(&s.dropped);
}

static void send_all(void)
{
    struct queued_signal *queued;
    struct process *process;
    struct thread *thread;
    while ((queued = first_later(&process, &thread))) {
        send_one(queued, process, thread);
        if (thread)
            thread_put(thread);
        process_put(process);
        thread_breathe();
    }
}

static void run_work(struct work *work)
{
    send_all();
}

static struct work later_work = {
    .link = LIST_INIT(later_work.link),
    .run = run_work,
};

void signal_send_waiting(void)
{
    if (atomic_load(&later.next) != &later)
        send_all();
}

bool queued_is_under_way(struct queued_signal *queued)
{
    unsigned long irq_state = spin_lock_irq(&later_lock);
    bool is = queued->place != QUEUED_NOWHERE;
    spin_unlock_irq(&later_lock, irq_state);
    return is;
}

void signal_send_all_waiting(void)
{
    send_all();
    /* The worker may have taken it out of the list just now. */
    spin_lock(&process_tree_lock);
    spin_unlock(&process_tree_lock);
}

bool signal_send_queued(struct queued_signal *queued, struct process *process,
    struct thread *thread)
{
    unsigned long irq_state = spin_lock_irq(&later_lock);
    bool is_free = queued->place == QUEUED_NOWHERE;
    if (is_free) {
        queued->place = QUEUED_LATER;
        queued->process = process;
        queued->thread = thread;
        list_add(&later, &queued->link);
    }
    spin_unlock_irq(&later_lock, irq_state);
    if (!is_free)
        return false;
    work_queue(&later_work);
    if (current->process == process)
        thread_interrupt(current);
    return true;
}

/* Under handlers->lock, if anyone has handlers: out of either list. */
static void take_back(struct queued_signal *queued)
{
    unsigned long irq_state = spin_lock_irq(&later_lock);
    bool was_pending = queued->place == QUEUED_PENDING;
    if (queued->place != QUEUED_NOWHERE)
        list_remove(&queued->link);
    queued->place = QUEUED_NOWHERE;
    spin_unlock_irq(&later_lock, irq_state);
    if (!was_pending)
        return;
    /* The bit stays if another of its number is there. */
    struct thread *thread = queued->thread;
    struct process *process = queued->process;
    struct list *pending = thread ? &thread->signals.pending : &process->pending;
    struct queued_signal *other;
    list_for_each(other, pending, link)
        if (other->info.number == queued->info.number)
            return;
    if (thread)
        thread->signals.pending_set &= ~signal_bit(queued->info.number);
    else
        process->pending_set &= ~signal_bit(queued->info.number);
}

void signal_unqueue(struct queued_signal *queued, struct process *process,
    struct thread *thread)
{
    unsigned long irq_state;
    spin_lock(&process_tree_lock);
    struct thread *holder = lock_target(process, thread, &irq_state);
    take_back(queued);
    if (holder)
        handlers_unlock(holder, irq_state);
    spin_unlock(&process_tree_lock);
}
