/* SPDX-License-Identifier: MIT */
/* PLANTS: NO_BARRIER */
/* Work for a thread that a CPU takes up just now: it sees the work on its way to
 * user code, or its CPU is kicked. */
#define LATE_STORES
#include "races.h"
#define ring ring_alarm
#include "sched/sleep.c"
#undef ring
#include "lib/tree.c"
#include "sched/placement.c"
#include "sched/run_queue.c"
#include "sched/switch.c"
#include "sched/thread.c"
#include "no_neighbours.h"

enum { ROUNDS = 3000, WAITS = 100000 };

/* The second CPU of a pair runs the thread, the first has work for it. */
static struct pair {
    struct thread thread;
    unsigned done; /* [atomic] rounds */
} pairs[CPUS / 2];

static bool is_kicked[CPUS]; /* [atomic] */

void smp_kick(unsigned cpu)
{
    late_store_now();
    __atomic_store_n(&is_kicked[cpu], true, __ATOMIC_RELAXED);
}

/* User code looks at nothing, if no interrupt comes. */
static void run_user_code(unsigned cpu)
{
    for (unsigned i = 0; !__atomic_exchange_n(&is_kicked[cpu], false,
             __ATOMIC_RELAXED); i++) {
        must(i < WAITS);
        cpu_relax();
    }
}

static void run(struct pair *pair, unsigned cpu)
{
    struct run_queue *queue = run_queue_here();
    for (unsigned i = 1; i <= ROUNDS; i++) {
        set_running(queue, queue->idle, &pair->thread, 0);
        while (!(atomic_load(&pair->thread.work) & WORK_SIGNAL))
            run_user_code(cpu);
        atomic_store_release(&pair->thread.sched.is_on_cpu, false);
        late_store_now();
        thread_clear_work(&pair->thread, WORK_SIGNAL);
        __atomic_store_n(&pair->done, i, __ATOMIC_RELEASE);
        cpu_relax();
    }
}

static void ask(struct pair *pair)
{
    for (unsigned i = 1; i <= ROUNDS; i++) {
        if (races_random(2))
            cpu_relax();
        thread_set_work(&pair->thread, WORK_SIGNAL);
        while (__atomic_load_n(&pair->done, __ATOMIC_ACQUIRE) != i)
            cpu_relax();
    }
}

static void work(unsigned cpu)
{
    if (cpu % 2)
        run(&pairs[cpu / 2], cpu);
    else
        ask(&pairs[cpu / 2]);
}

int main(void)
{
    for (unsigned i = 0; i < CPUS; i++) {
        hosted_cpu = i;
        sched_init_cpu(i);
        pairs[i / 2].thread.sched.cpu = i;
    }
    races_run(CPUS, work);
}

/* ------------------------------------------------------- what is not tried */

uint64_t clock_ns(void)
{
    return 0;
}

void context_switch(struct context *from, struct context *to) { }
void context_init(struct context *context, void *stack, void *fpu,
    void (*begin)(void *), void *argument) { }
void cpu_idle(void) { }
void refcount_get(struct refcount *refs) { }
bool refcount_put(struct refcount *refs) { return false; }
