/* SPDX-License-Identifier: MIT */
/* Threads: their beginning, references, and words to them.
 *
 * A thread that is given work may be anywhere: about to sleep, asleep, on its
 * way to user code.  The bits are set first; then its lock is taken, under
 * which it looked at them before it went to sleep; then, if it is running, its
 * CPU is interrupted, after which it looks again. */
#include "lib/string.h"
#include "sched/run_queue.h"

static void (*free_thread)(struct thread *thread);

static_assert(offsetof(struct thread, work) == 0, "as arch/ reads it");
static_assert(
    offsetof(struct thread, context) == CONTEXT_IN_THREAD, "as arch/ finds it");

enum {
    ENDS_KILLABLE = WORK_KILL,
    ENDS_INTERRUPTIBLE = WORK_KILL | WORK_SIGNAL | WORK_STOP,
};

void thread_set_free(void (*function)(struct thread *thread))
{
    free_thread = function;
}

static noreturn_fn void begin(void *argument)
{
    struct thread *thread = argument;
    thread_begin();
    thread->sched.start(thread->sched.argument);
    thread_exit();
}

void thread_init(struct thread *thread, void *stack, void *fpu,
    void (*start)(void *), void *argument)
{
    thread->state = THREAD_NEW;
    thread->work = 0;
    thread->stack = stack;
    refcount_init(&thread->refs);
    memset(&thread->sched, 0, sizeof thread->sched);
    spin_init(&thread->sched.lock, RANK_THREAD);
    list_init(&thread->sched.link);
    list_init(&thread->deferred);
    thread->sched.weight = WEIGHT_NORMAL;
    thread->sched.affinity = ~(cpu_mask)0;
    thread->sched.cpu = cpu_id();
    thread->sched.start = start;
    thread->sched.argument = argument;
    context_init(&thread->context, stack, fpu, begin, thread);
}

void thread_start(struct thread *thread)
{
    thread_get(thread);
    unsigned long irq_state = spin_lock_irq(&thread->sched.lock);
    assert(thread->state == THREAD_NEW);
    run_queue_here()->threads++;
    thread->sched.started_ns = clock_ns();
    thread_enqueue(thread, cpu_choose(thread));
    spin_unlock_irq(&thread->sched.lock, irq_state);
}

struct thread *thread_get(struct thread *thread)
{
    refcount_get(&thread->refs);
    return thread;
}

void thread_put(struct thread *thread)
{
    if (thread && refcount_put(&thread->refs))
        free_thread(thread);
}

static bool ends_sleep(const struct thread *thread, uint32_t work)
{
    switch (atomic_load(&thread->state)) {
    case THREAD_STOPPED:
        return work & WORK_KILL;
    case THREAD_SLEEPING:
        return (thread->sched.sleep == SLEEP_KILLABLE &&
                   work & ENDS_KILLABLE) ||
            (thread->sched.sleep == SLEEP_INTERRUPTIBLE &&
                work & ENDS_INTERRUPTIBLE);
    default:
        return false;
    }
}

/* If it goes to another CPU meanwhile, it looks at its work there. */
static void kick_cpu_of(struct thread *thread)
{
    unsigned cpu = atomic_load(&thread->sched.cpu);
    if (cpu != cpu_id())
        smp_kick(cpu);
}

void thread_set_work(struct thread *thread, uint32_t work)
{
    uint32_t before = atomic_or(&thread->work, work);
    if ((before & work) == work || thread == current)
        return; /* who set them before us sees to the rest */
    unsigned long irq_state = spin_lock_irq(&thread->sched.lock);
    if (ends_sleep(thread, work))
        thread_make_runnable(thread);
    else if (atomic_load_acquire(&thread->sched.is_on_cpu))
        kick_cpu_of(thread);
    spin_unlock_irq(&thread->sched.lock, irq_state);
}

void thread_clear_work(struct thread *thread, uint32_t work)
{
    if (atomic_load(&thread->work) & work)
        atomic_and(&thread->work, ~work);
}

void thread_must_resume(void)
{
    struct thread *thread = current;
    if (thread->sched.tells_resumed)
        atomic_or(&thread->work, WORK_RESUMED);
}

void thread_ask(uint32_t work)
{
    if (current->process)
        atomic_or(&current->work, work);
}

bool thread_is_interrupted(void)
{
    return atomic_load(&current->work) & ENDS_INTERRUPTIBLE;
}

char thread_state_letter(const struct thread *thread)
{
    switch (atomic_load(&thread->state)) {
    case THREAD_SLEEPING:
        return thread->sched.sleep == SLEEP_INTERRUPTIBLE ? 'S' : 'D';
    case THREAD_STOPPED:
        return 'T';
    case THREAD_DEAD:
        return 'Z';
    default:
        return 'R';
    }
}
