/* SPDX-License-Identifier: MIT */
/* Resource limits of processes, and the one limit of all: how many threads the
 * memory of the machine can carry. */
#include "kernel/limits.h"

#include "arch/atomic.h"
#include "arch/boot.h"
#include "kernel/process.h"
#include "kernel/timers.h"
#include "lib/errno.h"
#include "mm/space.h"
#include "vfs/credentials.h"
#include "vfs/files.h"

enum {
    THREADS_LEAST = 20,
    THREAD_SHARE = 8, /* threads' stacks may take this part of memory */
    QUEUE_BYTES = 819200,
    US_PER_SECOND = 1000000,
};

static const uint64_t stack_bytes = 8 << 20;
static const uint64_t locked_bytes = 8 << 20;

static unsigned most_threads = THREADS_LEAST; /* [atomic] */
static unsigned threads; /* [atomic] */

void limits_init_threads(uint64_t memory_pages)
{
    uint64_t most =
        memory_pages * PAGE_BYTES / (THREAD_SHARE * 2 * KERNEL_STACK_BYTES);
    most = max(most, (uint64_t)THREADS_LEAST);
    most_threads = min(most, (uint64_t)PID_DEFAULT_MAX - 300);
}

unsigned limits_most_threads(void)
{
    return atomic_load(&most_threads);
}

void limits_set_most_threads(unsigned most)
{
    atomic_store(&most_threads, most);
}

int all_threads_count(void)
{
    if (atomic_add(&threads, 1) < atomic_load(&most_threads))
        return 0;
    atomic_sub(&threads, 1);
    return -EAGAIN;
}

void all_threads_uncount(void)
{
    atomic_sub(&threads, 1);
}

unsigned all_threads(void)
{
    return atomic_load(&threads);
}

void limits_init_first(struct limit limits[LIMIT_KINDS])
{
    for (unsigned i = 0; i < LIMIT_KINDS; i++)
        limits[i] = (struct limit){ LIMIT_NONE, LIMIT_NONE };
    limits[LIMIT_STACK].soft = stack_bytes;
    limits[LIMIT_CORE].soft = 0;
    limits[LIMIT_PROCESSES] =
        (struct limit){ most_threads / 2, most_threads / 2 };
    limits[LIMIT_FILES] = (struct limit){ 1024, 4096 };
    limits[LIMIT_LOCKED] = (struct limit){ locked_bytes, locked_bytes };
    limits[LIMIT_SIGNALS] = limits[LIMIT_PROCESSES];
    limits[LIMIT_QUEUES] = (struct limit){ QUEUE_BYTES, QUEUE_BYTES };
    limits[LIMIT_NICE] = (struct limit){ 0, 0 };
    limits[LIMIT_REAL_TIME] = (struct limit){ 0, 0 };
}

uint64_t process_limit(struct process *process, enum limit_kind kind)
{
    return atomic_load(&process->limits[kind].soft);
}

static int check(struct process *process, enum limit_kind kind,
    const struct limit *wanted, bool may_raise)
    must_hold(process->lock)
{
    if (wanted->soft > wanted->hard)
        return -EINVAL;
    if (kind == LIMIT_FILES && wanted->hard > files_number_limit())
        return -EPERM;
    if (wanted->hard > process->limits[kind].hard && !may_raise)
        return -EPERM;
    return 0;
}

/* The space looks at its own copy, for mm/ knows no processes. */
static void tell_space(
    struct space *space, enum limit_kind kind, uint64_t soft)
{
    switch (kind) {
    case LIMIT_SPACE:
        atomic_store(&space->limit_bytes, soft);
        break;
    case LIMIT_DATA:
        atomic_store(&space->limit_data_bytes, soft);
        break;
    case LIMIT_STACK:
        atomic_store(&space->limit_stack_bytes, soft);
        break;
    case LIMIT_LOCKED:
        atomic_store(&space->limit_locked_bytes, soft);
        break;
    default:
        break;
    }
}

static void tell_space_of(
    struct process *process, enum limit_kind kind, uint64_t soft)
{
    spin_lock(&process_tree_lock);
    struct thread *leader =
        process->leader ? thread_get(process->leader) : NULL;
    spin_unlock(&process_tree_lock);
    struct space *space = process == current->process ? current->space
        : leader                                      ? thread_space(leader)
                                                      : NULL;
    if (space)
        tell_space(space, kind, soft);
    if (process != current->process)
        space_put(space);
    if (leader)
        thread_put(leader);
}

int process_set_limit(struct process *process, enum limit_kind kind,
    const struct limit *wanted, struct limit *old)
{
    bool may_raise = credentials_can(current->credentials,
        CAPABLE_SYS_RESOURCE);
    if ((unsigned)kind >= LIMIT_KINDS)
        return -EINVAL;
    unsigned long irq_state = spin_lock_irq(&process->lock);
    struct limit before = process->limits[kind];
    int error = wanted ? check(process, kind, wanted, may_raise) : 0;
    if (!error && wanted)
        process->limits[kind] = *wanted;
    /* No time at all would be a limit that is over already: it is a second. */
    if (!error && wanted && kind == LIMIT_CPU && !wanted->soft)
        process->limits[kind].soft = 1;
    spin_unlock_irq(&process->lock, irq_state);
    if (error)
        return error;
    if (old)
        *old = before;
    if (wanted)
        tell_space_of(process, kind, wanted->soft);
    if (wanted && kind == LIMIT_CPU)
        cpu_timers_start(process);
    return 0;
}

/* What a burst of so long asks for: the end, a warning each second, or nothing. */
static int realtime_signal(struct process *process, uint64_t burst_us)
    must_hold(process->lock)
{
    struct limit *limit = &process->limits[LIMIT_REAL_TIME_US];
    if (limit->soft == LIMIT_NONE)
        return 0;
    if (burst_us >= limit->hard)
        return SIGKILL;
    if (burst_us < limit->soft)
        return 0;
    limit->soft += US_PER_SECOND;
    return SIGXCPU;
}

void limits_check_realtime(void)
{
    struct process *process = current->process;
    struct signal_info info;
    if (process_limit(process, LIMIT_REAL_TIME_US) == LIMIT_NONE)
        return;
    uint64_t burst_us = thread_burst_ns(current) / 1000;
    unsigned long irq_state = spin_lock_irq(&process->lock);
    int number = realtime_signal(process, burst_us);
    spin_unlock_irq(&process->lock, irq_state);
    if (!number)
        return;
    signal_info_kernel(&info, number);
    signal_send_process(process, &info);
}
