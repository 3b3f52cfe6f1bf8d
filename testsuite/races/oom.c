/* SPDX-License-Identifier: MIT */
/* PLANTS: NO_RELEASE NO_FULL NO_LOOK */
/* Memory is out on several CPUs: one at a time chooses, and the memory of each
 * victim that is handed to the worker is taken once, and not forgotten. */
#include "sleep.h"
#include "lib/refcount.c"
#include "sched/work.c"
#ifdef PLANT_NO_LOOK
/* Who chooses does not look whether the worker has one already. */
#undef atomic_load_acquire
#define atomic_load_acquire(p)                                                 \
    _Generic((p), struct space **: cpu_id() ? NULL : *(p),                     \
        default: atomic_load_as(p, ORDER_ACQUIRE))
#endif
#define thread_sleep_until(deadline_ns, kind) cpu_relax()
#define PATIENCE PAUSES
#include "kernel/oom.c"
#undef PATIENCE

enum { ROUNDS = 1500, FRESH = 3, REAPED = 4 };

/* The first process, which is spared, and another one, in a fresh space at any
 * time. */
static struct process processes[2];
static struct pid pids[2] = { { .number = 1 }, { .number = 2 } };
static struct thread bearers[2];
static struct space spared;
static unsigned spaces, reaps;      /* [atomic] not freed; in all */
static unsigned at_work = CPUS - 1; /* [atomic] */
static struct work last;

static struct space *space_new_fresh(void)
{
    struct space *space = calloc(1, sizeof *space);
    refcount_init(&space->refs);
    space->mapped_bytes = FRESH;
    __atomic_add_fetch(&spaces, 1, __ATOMIC_RELAXED);
    return space;
}

struct space *thread_space(struct thread *thread)
{
    return thread == bearers ? space_get(&spared) : space_new_fresh();
}

struct space *space_get(struct space *space)
{
    refcount_get(&space->refs);
    return space;
}

void space_put(struct space *space)
{
    if (!space || !refcount_put(&space->refs))
        return;
    __atomic_sub_fetch(&spaces, 1, __ATOMIC_RELAXED);
    free(space);
}

void space_reap(struct space *space)
{
    must(space->mapped_bytes == FRESH);
    space->mapped_bytes = REAPED;
    __atomic_add_fetch(&reaps, 1, __ATOMIC_RELAXED);
}

/* Of the worker, whose end it is when nobody is to come any more. */
void thread_breathe(void)
{
    late_store_now();
    if (!__atomic_load_n(&at_work, __ATOMIC_ACQUIRE) &&
        !__atomic_load_n(&reaped, __ATOMIC_ACQUIRE))
        pthread_exit(NULL);
}

static void nothing(struct work *work)
{
}

static void work(unsigned cpu)
{
    if (!cpu)
        work_main(NULL);
    current->process = &processes[1];
    for (unsigned i = 0; i < ROUNDS; i++)
        must(choose(VICTIM_CHOOSE));
    __atomic_fetch_sub(&at_work, 1, __ATOMIC_ACQ_REL);
    while (__atomic_load_n(&at_work, __ATOMIC_ACQUIRE) ||
        __atomic_load_n(&reaped, __ATOMIC_ACQUIRE))
        cpu_relax();
    work_queue(&last);
}

int main(void)
{
    work_init_cpus();
    work_init(&last, nothing);
    oom_init();
    refcount_init(&spared.refs);
    races_run(CPUS, work);
    must(reaps && !spaces);
}

/* ------------------------------------------------------- what is not tried */

struct pid *pid_next_get(int from)
{
    return from <= 2 ? &pids[from - 1] : NULL;
}

struct process *pid_process(struct pid *pid)
{
    return &processes[pid->number - 1];
}

struct thread *process_next_thread(struct process *process, int from_tid)
{
    return from_tid < 1 ? &bearers[process - processes] : NULL;
}

struct process *process_first(void)
{
    return processes;
}

struct thread *thread_get(struct thread *thread)
{
    return thread;
}

/* What is free comes and goes. */
void page_totals(struct page_totals *totals)
{
    *totals = (struct page_totals){ .total = 1000, .free = races_random(500) };
}

uint64_t space_weight(const struct space *space)
{
    return 5;
}

unsigned spaces_dying(void)
{
    return 0;
}

int process_number(const struct process *process)
{
    return 2;
}

int thread_number(const struct thread *thread)
{
    return 2;
}

void pid_put(struct pid *pid) { }
void process_put(struct process *process) { }
void thread_put(struct thread *thread) { }
void space_condemn(struct space *space) { }
void log_at(enum log_level level, const char *how, ...) { }
void signal_info_kernel(struct signal_info *info, int number) { }
void memory_set_victim_chooser(bool (*choose)(enum victim_choice choice)) { }

int signal_send_process(struct process *process, const struct signal_info *info)
{
    return 0;
}
