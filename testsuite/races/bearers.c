/* SPDX-License-Identifier: MIT */
/* PLANTS: NO_RELEASE NO_ACQUIRE */
/* Threads and processes are found by their numbers, and read, while they come, end
 * and exchange numbers in exec. */
#define COUNTED_THREADS
#include "grace.h"
#include "lib/bitmap.c"
#include "lib/refcount.c"
#define count count_of_pids
#define lock  lock_of_pids
#include "sched/pid.c"
#undef count
#undef lock
#include "kernel/process.c"
#include "kernel/take_over.c"
#include "vfs/credentials.h"

enum { ROUNDS = 1000, NUMBERS = 4, MARK = 4711 };

static struct handlers handlers;
static const struct credentials nobody;

struct block {
    struct thread thread;
    struct grace grace;
};

static void free_block(struct grace *grace)
{
    struct block *block = container_of(grace, struct block, grace);
    pid_put(block->thread.pid);
    process_put(block->thread.process);
    free(block);
}

struct thread *thread_get(struct thread *thread)
{
    refcount_get(&thread->refs);
    return thread;
}

void thread_put(struct thread *thread)
{
    struct block *block = container_of(thread, struct block, thread);
    if (thread && refcount_put(&thread->refs))
        grace_call(&block->grace, free_block);
}

static void free_one(struct pid *pid)
{
    pid->number = 0;
    free(pid);
}

/* All numbers are in one chain; one of them is free, for two others are taken. */
static struct pid *number_new(void)
{
    struct pid *pid = malloc(sizeof *pid);
    while (pid_init(pid, 7 + BUCKETS * races_random(NUMBERS)))
        continue;
    return pid;
}

/* As spawn does it. */
static struct thread *come(struct process *process)
{
    struct block *block = calloc(1, sizeof *block);
    struct thread *thread = &block->thread;
    refcount_init(&thread->refs);
    thread->pid = number_new();
    thread->task.exit_status = MARK;
    thread->handlers = &handlers;
    thread->credentials = &nobody;
    thread->process = process_get(process);
    spin_lock(&process_tree_lock);
    process_add_thread_locked(process, thread);
    if (!process->pid) {
        process->pid = pid_get(thread->pid);
        process->leader = thread_get(thread);
        pid_set_process(thread->pid, process);
    }
    pid_set_thread(thread->pid, thread);
    spin_unlock(&process_tree_lock);
    return thread;
}

/* As the last thread ends, for whom nobody waits. */
static void leave(struct process *process)
{
    struct thread *leader = process->leader;
    spin_lock(&process_tree_lock);
    process_remove_thread_locked(process, leader);
    process->leader = NULL;
    pid_set_process(process->pid, NULL);
    pid_set_thread(process->pid, NULL);
    pid_unuse(process->pid);
    spin_unlock(&process_tree_lock);
    thread_put(leader);
}

static void live(void)
{
    struct process *process = process_new();
    struct thread *old = come(process);
    cpu_relax();
    struct thread *thread = come(process);
    cpu_relax();
    hosted_thread = thread;
    become_leader(process);
    hosted_thread = &races_threads[hosted_cpu];
    thread_put(old);
    cpu_relax();
    leave(process);
    thread_put(thread);
    process_put(process);
}

/* It has a number of its own or another's, whenever it is asked. */
static void look_at(struct thread **held)
{
    must(thread_number(*held) % BUCKETS == 7);
    must((*held)->task.exit_status == MARK);
    if (races_random(8))
        return;
    thread_put(*held);
    *held = NULL;
}

static void look(struct thread **held)
{
    if (*held) {
        look_at(held);
        atomic_pause();
        return;
    }
    int number = 7 + BUCKETS * races_random(NUMBERS);
    struct process *process = process_find(number);
    must(!process || process->login_uid == (uint32_t)-1);
    process_put(process);
    *held = thread_find(number);
}

static void work(unsigned cpu)
{
    struct thread *held = NULL;
    for (unsigned i = 0; i < ROUNDS; i++) {
        if (cpu == 1)
            live();
        for (unsigned j = 0; cpu != 1 && j < 30; j++)
            look(&held);
        grace_quiescent();
    }
    thread_put(held);
}

int main(void)
{
    pid_init_table();
    pid_set_free(free_one);
    pid_set_max(PID_MOST_MAX);
    races_run_graceful(work);
    must(!pid_count() && !process_count());
}

/* ------------------------------------------------------- what is not tried */

void *heap_alloc_zeroed(size_t bytes)
{
    return calloc(1, bytes);
}

void heap_free(void *block)
{
    free(block);
}

unsigned long handlers_lock(struct thread *thread)
{
    return irq_save();
}

void handlers_unlock(struct thread *thread, unsigned long irq_state)
{
    irq_restore(irq_state);
}

void wait_queue_init(struct wait_queue *queue) { }
void wait_queue_add(struct wait_queue *queue, struct waiter *waiter) { }
void sleeper_init(struct sleeper *sleeper) { }
void sleeper_prepare(struct sleeper *sleeper, enum sleep_kind kind) { }
void sleeper_leave(struct sleeper *sleeper) { }
void signals_flush(struct list *pending, signal_set *set) { }
void thread_set_work(struct thread *thread, uint32_t work) { }
void user_uncount(uint32_t uid, enum user_count what) { }
void all_threads_uncount(void) { }
void procfs_thread_left(void) { }

unsigned all_threads(void)
{
    return 0;
}
