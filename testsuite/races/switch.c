/* SPDX-License-Identifier: MIT */
/* PLANTS: NO_RELEASE NO_ACQUIRE */
/* The scheduler itself: threads with stacks of their own go from CPU to CPU,
 * sleep and are woken.  No CPU runs on a stack that another one has not left,
 * and nobody is forgotten while CPUs sleep.  Their shares change meanwhile. */
#define STACKS_MOVE
#include "races.h"
#include <ucontext.h>
#define ring ring_alarm
#include "sched/sleep.c"
#undef ring
#include "lib/tree.c"
#include "sched/parameters.c"
#include "sched/placement.c"
#include "sched/run_queue.c"
#include "sched/switch.c"
#include "no_neighbours.h"

enum { THREADS = 7, ROUNDS = 400, WORDS = 32, STACK_BYTES = 1 << 16,
    PATIENCE = 1000000 };

void *__tsan_create_fiber(unsigned flags);
void *__tsan_get_current_fiber(void);
void __tsan_switch_to_fiber(void *fiber, unsigned flags);
enum { IN_ORDER = 0 }; /* what a CPU did before is done for who comes next */

/* What a thread is run by: its stack, or that of the CPU if it idles. */
struct stack {
    struct thread *thread;
    ucontext_t registers;
    void *fiber;
    unsigned saved; /* plain: the last that is written before it is left */
};
static struct stack stacks[THREADS + CPUS];
static struct thread threads[THREADS];
static unsigned alive = THREADS; /* [atomic] */
static bool is_kicked[CPUS];     /* [atomic] */

static struct stack *stack_of(const struct context *context)
{
    for (unsigned i = 0; i < THREADS + CPUS; i++)
        if (stacks[i].thread && &stacks[i].thread->context == context)
            return &stacks[i];
    abort();
}

__attribute__((noinline)) void context_switch(
    struct context *from, struct context *to)
{
    struct stack *left = stack_of(from), *next = stack_of(to);
    left->saved++;
    hosted_thread = next->thread;
    next->saved++;
    __tsan_switch_to_fiber(next->fiber, IN_ORDER);
    swapcontext(&left->registers, &next->registers);
}

void smp_kick(unsigned cpu)
{
    __atomic_store_n(&is_kicked[cpu], true, __ATOMIC_RELAXED);
}

/* Who has something to run is kicked before long. */
void cpu_idle(void)
{
    unsigned cpu = cpu_id();
    for (unsigned i = 0; !__atomic_exchange_n(&is_kicked[cpu], false,
             __ATOMIC_RELAXED); i++) {
        if (!__atomic_load_n(&alive, __ATOMIC_RELAXED))
            pthread_exit(NULL);
        must(i < PATIENCE || !atomic_load(&run_queues[cpu].queued));
        sched_yield();
    }
}

/* ------------------------------------------------------- what is not tried */

uint64_t clock_ns(void)
{
    static uint64_t now_ns = 1;
    return __atomic_add_fetch(&now_ns, 1000, __ATOMIC_RELAXED);
}

struct thread *thread_get(struct thread *thread)
{
    return thread;
}

void thread_put(struct thread *thread)
{
    __atomic_sub_fetch(&alive, 1, __ATOMIC_RELAXED);
}

void boost_refresh(struct thread *thread) { }

bool irq_is_inside(void)
{
    return false;
}

/* ------------------------------------------------------------- the threads */

static unsigned rounds[THREADS]; /* [atomic] */

static void change(struct thread *thread, unsigned round)
{
    thread_set_nice(thread, round % 4);
    thread_set_affinity(thread, 1 + round % 15);
}

/* It wakes the one before it and waits for the one behind it. */
static void work(unsigned i)
{
    unsigned words[WORDS] = { 0 }, before = (i + THREADS - 1) % THREADS;
    for (unsigned round = 1; round <= ROUNDS; round++) {
        for (unsigned j = 0; j < WORDS; j++)
            must(((volatile unsigned *)words)[j]++ == round - 1);
        atomic_store(&rounds[i], round);
        thread_wake(&threads[before]);
        if (round % 3)
            thread_yield();
        change(&threads[(i + round) % THREADS], round);
        while (atomic_load(&rounds[(i + 1) % THREADS]) + 1 < round) {
            thread_prepare(SLEEP_BOUNDED);
            if (atomic_load(&rounds[(i + 1) % THREADS]) + 1 < round)
                thread_sleep(FOREVER);
            thread_unprepare();
        }
    }
}

static void begin(int i)
{
    thread_begin();
    irq_on();
    work(i);
    thread_exit();
}

static void make(unsigned i)
{
    static char memory[THREADS][STACK_BYTES];
    struct thread *thread = &threads[i];
    struct stack *stack = &stacks[i];
    thread->state = THREAD_NEW;
    spin_init(&thread->sched.lock, RANK_THREAD);
    list_init(&thread->sched.link);
    thread->sched.weight = WEIGHT_NORMAL;
    thread->sched.affinity = (1 << CPUS) - 1;
    stack->thread = thread;
    stack->fiber = __tsan_create_fiber(0);
    getcontext(&stack->registers);
    stack->registers.uc_stack.ss_sp = memory[i];
    stack->registers.uc_stack.ss_size = STACK_BYTES;
    makecontext(&stack->registers, (void (*)(void))begin, 1, i);
}

static void run_cpu(unsigned cpu)
{
    struct stack *stack = &stacks[THREADS + cpu];
    stack->fiber = __tsan_get_current_fiber();
    hosted_thread = stack->thread;
    for (unsigned i = cpu; i < THREADS; i += CPUS) {
        unsigned long irq_state = spin_lock_irq(&threads[i].sched.lock);
        thread_make_runnable(&threads[i]);
        spin_unlock_irq(&threads[i].sched.lock, irq_state);
    }
    sched_idle();
}

int main(void)
{
    for (unsigned i = 0; i < CPUS; i++) {
        stacks[THREADS + i].thread = &idle_threads[i];
        sched_init_cpu(i);
    }
    for (unsigned i = 0; i < THREADS; i++)
        make(i);
    races_run(CPUS, run_cpu);
    for (unsigned i = 0; i < THREADS; i++)
        must(rounds[i] == ROUNDS);
}
