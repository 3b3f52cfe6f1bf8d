/* SPDX-License-Identifier: MIT */
/* Switching, idling and ending.
 *
 * The hard part is the moment in which a CPU still stands on the stack of the
 * thread it leaves.  That thread may be woken by then, or be dead: it is marked
 * is_on_cpu until the next one, on its own stack, calls finish_switch, which
 * alone drops the running reference of the dead. */
#include "lib/string.h"
#include "sched/grace.h"
#include "sched/run_queue.h"

static struct thread idle_threads[CPU_MAX];
static void (*switch_space)(struct thread *to);

void sched_set_switch_space(void (*function)(struct thread *to))
{
    switch_space = function;
}

/* Off this queue, for a CPU that its affinity allows. */
static void misplace(struct run_queue *queue, struct thread *thread)
{
    thread_to_lag(queue, thread);
    list_add(&queue->misplaced, &thread->sched.link);
}

/* Each under its lock, for it is in no queue whose lock would keep others from
 * changing what it is placed by. */
static void place_misplaced(struct run_queue *queue)
{
    while (!list_is_empty(&queue->misplaced)) {
        struct thread *thread =
            list_first(&queue->misplaced, struct thread, sched.link);
        list_remove(&thread->sched.link);
        spin_lock(&thread->sched.lock);
        thread_enqueue(thread, cpu_choose(thread));
        spin_unlock(&thread->sched.lock);
    }
}

/* On the stack of the thread that was switched to. */
static void finish_switch(void)
{
    unsigned long irq_state = irq_save();
    struct run_queue *queue = run_queue_here();
    struct thread *previous = queue->previous;
    queue->previous = NULL;
    bool is_dead = atomic_load(&previous->state) == THREAD_DEAD;
    /* Who reads that it is false may go on with its stack. */
    atomic_store_release(&previous->sched.is_on_cpu, false);
    if (is_dead)
        thread_put(previous);
    place_misplaced(queue);
    irq_restore(irq_state);
}

void thread_begin(void)
{
    finish_switch();
}

static void requeue_realtime(struct run_queue *queue, struct thread *thread,
    enum switch_reason reason)
{
    if (reason == SWITCH_PREEMPT && !thread->sched.slice_is_over) {
        run_queue_add_first(queue, thread);
        return;
    }
    thread->sched.slice_is_over = false;
    thread->sched.slice_ns = 0;
    run_queue_add(queue, thread);
}

/* A thread that yields lets at least the next one go first. */
static void let_first_go(struct run_queue *queue, struct thread *thread)
{
    struct thread *first =
        tree_entry(tree_first(&queue->fair), struct thread, sched.node);
    if (!first)
        return;
    uint64_t behind_ns = first->sched.virtual_ns + 1;
    if ((int64_t)(behind_ns - thread->sched.virtual_ns) > 0)
        thread->sched.virtual_ns = behind_ns;
}

/* The running thread, which is charged, goes where it waits. */
static void put_running(
    struct run_queue *queue, struct thread *thread, enum switch_reason reason)
{
    queue->running = NULL;
    if (thread->sched.is_idle)
        return;
    if (is_asleep(thread)) {
        thread->sched.burst_ns = 0;
        thread_to_lag(queue, thread);
        return;
    }
    if (!cpu_is_in(thread->sched.affinity, queue->cpu)) {
        misplace(queue, thread);
        return;
    }
    if (is_realtime(thread)) {
        requeue_realtime(queue, thread, reason);
        return;
    }
    if (reason == SWITCH_YIELD)
        let_first_go(queue, thread);
    run_queue_add(queue, thread);
}

static struct thread *take_next(struct run_queue *queue)
{
    struct thread *thread;
    while ((thread = run_queue_first(queue))) {
        run_queue_remove(queue, thread);
        if (cpu_is_in(thread->sched.affinity, queue->cpu))
            return thread;
        misplace(queue, thread);
    }
    return queue->idle;
}

static void set_running(struct run_queue *queue, struct thread *previous,
    struct thread *next, uint64_t now_ns)
{
    queue->running = next;
    if (next == previous)
        return;
    if (queue->urgency != next->sched.urgency)
        atomic_store(&queue->urgency, next->sched.urgency);
    /* As thread_set_work has it: here it is, then what work it has; there the work,
     * then where it is. */
    atomic_store_release(&next->sched.is_on_cpu, true);
    memory_barrier();
    next->sched.started_ns = now_ns;
    if (next->sched.tells_resumed)
        atomic_or(&next->work, WORK_RESUMED);
    previous->sched.switches++;
    if (!is_asleep(previous))
        previous->sched.preemptions++;
    queue->switches++;
}

/* When this CPU has nothing to do, or nothing urgent any more. */
static void pull(struct run_queue *queue, bool is_idle)
{
    unsigned cpu = queue->cpu, urgent = is_idle ? cpu : cpu_most_urgent(queue);
    if (!is_idle && urgent == cpu)
        return;
    spin_unlock(&queue->lock);
    struct thread *thread =
        is_idle ? cpu_steal(cpu, 1) : cpu_steal_realtime(urgent, cpu);
    spin_lock(&queue->lock);
    if (!thread)
        return;
    thread_from_lag(queue, thread);
    run_queue_add(queue, thread);
}

static void set_tick(struct run_queue *queue, uint64_t now_ns)
{
    if (queue->running->sched.is_idle)
        tick_stop(queue);
    else
        tick_limit(queue,
            now_ns + (atomic_load(&queue->queued) ? TICK_NS : SAMPLE_NS));
}

static void switch_to(
    struct run_queue *queue, struct thread *from, struct thread *to)
{
    queue->previous = from;
    if (switch_space)
        switch_space(to);
    context_switch(&from->context, &to->context);
    finish_switch();
}

void schedule(enum switch_reason reason)
{
    struct run_queue *queue = run_queue_here();
    struct thread *from = current;
    assert(!irq_is_inside() && !lock_spins_held() && !from->read_sections);
    grace_quiescent();
    spin_lock(&queue->lock);
    if (!queue->queued && (from->sched.is_idle || is_asleep(from)))
        pull(queue, true);
    else if (is_realtime(from) && is_asleep(from))
        pull(queue, false);
    if (reason == SWITCH_SLEEP && !is_asleep(from)) {
        spin_unlock(&queue->lock); /* woken before it slept */
        if (atomic_load(&queue->queued))
            tick_limit(queue, clock_ns() + TICK_NS);
        return;
    }
    if (atomic_load(&from->work) & WORK_YIELD)
        atomic_and(&from->work, ~(uint32_t)WORK_YIELD);
    uint64_t now_ns = clock_ns();
    run_queue_account(queue, now_ns);
    put_running(queue, from, reason);
    struct thread *to = take_next(queue);
    set_running(queue, from, to, now_ns);
    spin_unlock(&queue->lock);
    set_tick(queue, now_ns);
    if (to != from)
        switch_to(queue, from, to);
    else
        place_misplaced(queue);
}

static void give_way(enum switch_reason reason)
{
    unsigned long irq_state = irq_save();
    schedule(reason);
    irq_restore(irq_state);
}

void thread_yield(void)
{
    give_way(SWITCH_YIELD);
}

void thread_preempt(void)
{
    give_way(SWITCH_PREEMPT);
}

void thread_breathe(void)
{
    if (unlikely(atomic_load(&current->work) & WORK_YIELD))
        thread_preempt();
    else
        grace_quiescent();
}

void thread_exit(void)
{
    struct thread *thread = current;
    deferred_leave(thread);
    unsigned long irq_state = spin_lock_irq(&thread->sched.lock);
    atomic_store(&thread->state, THREAD_DEAD);
    spin_unlock(&thread->sched.lock);
    (void)irq_state; /* nobody comes back */
    run_queue_here()->threads--;
    schedule(SWITCH_SLEEP);
    panic("a dead thread runs");
}

void sched_init_cpu(unsigned cpu)
{
    struct run_queue *queue = &run_queues[cpu];
    struct thread *idle = &idle_threads[cpu];
    run_queue_init(queue, cpu);
    timers_init_cpu(cpu);
    grace_init_cpu(cpu);
    idle->state = THREAD_RUNNABLE;
    refcount_init(&idle->refs);
    spin_init(&idle->sched.lock, RANK_THREAD);
    list_init(&idle->sched.link);
    list_init(&idle->deferred);
    idle->sched.weight = WEIGHT_NORMAL;
    idle->sched.is_idle = idle->sched.is_on_cpu = true;
    idle->sched.cpu = cpu;
    idle->sched.affinity = (cpu_mask)1 << cpu;
    idle->sched.started_ns = clock_ns();
    string_copy(idle->comm, "idle", sizeof idle->comm);
    queue->running = queue->idle = idle;
    set_current_thread(idle);
    atomic_or(&sched_online, (cpu_mask)1 << cpu);
}

/* Work that comes between looking and sleeping comes by an interrupt, which is
 * off until cpu_idle sleeps. */
void sched_idle(void)
{
    struct run_queue *queue = run_queue_here();
    cpu_mask bit = (cpu_mask)1 << queue->cpu;
    irq_save();
    for (;;) {
        schedule(SWITCH_YIELD);
        atomic_or(&sched_idle_cpus, bit);
        if (!atomic_load(&queue->queued)) {
            grace_idle();
            cpu_idle();
            grace_idle_done();
        }
        atomic_and(&sched_idle_cpus, ~bit);
        load_wake();
    }
}
