/* SPDX-License-Identifier: MIT */
/* Processes as objects: made, found by number, put into the tree, freed.
 *
 * Finding takes no lock: a number's bearer is read inside a grace section and
 * gets a reference unless it has none left, for the memory of processes and
 * threads is freed after a grace period only. */
#include "kernel/process.h"

#include "arch/atomic.h"
#include "arch/clock.h"
#include "kernel/thread.h"
#include "mm/heap.h"
#include "mm/space.h"
#include "vfs/files.h"

struct spinlock process_tree_lock = SPINLOCK_INIT(RANK_PROCESS_TREE);

static struct process *first;
static unsigned processes; /* [atomic] made and not freed */

static void init_lists(struct process *process)
{
    list_init(&process->children);
    list_init(&process->sibling);
    list_init(&process->threads);
    list_init(&process->group_link);
    list_init(&process->session_link);
    list_init(&process->pending);
    list_init(&process->posix_timers);
    list_init(&process->cpu_alarms);
}

struct process *process_new(void)
{
    struct process *process = heap_alloc_zeroed(sizeof *process);
    if (!process)
        return NULL;
    refcount_init(&process->refs);
    init_lists(process);
    spin_init(&process->lock, RANK_PROCESS);
    spin_init(&process->cpu_lock, RANK_LEAF);
    wait_queue_init(&process->child_queue);
    wait_queue_init(&process->thread_queue);
    process->exit_signal = SIGCHLD;
    process->start_ns = clock_ns();
    process->login_uid = (uint32_t)-1;
    atomic_add(&processes, 1);
    return process;
}

struct process *process_get(struct process *process)
{
    refcount_get(&process->refs);
    return process;
}

static void free_process(struct grace *grace)
{
    struct process *process = container_of(grace, struct process, grace);
    signals_flush(&process->pending, &process->pending_set);
    pid_put(process->pid);
    pid_put(process->group);
    pid_put(process->session);
    pid_put(process->hung_up_group);
    atomic_sub(&processes, 1);
    heap_free(process);
}

void process_put(struct process *process)
{
    if (process && refcount_put(&process->refs))
        grace_call(&process->grace, free_process);
}

/* pid_process and pid_thread read what these write. */
void pid_set_process(struct pid *pid, struct process *process)
    must_hold(process_tree_lock)
{
    atomic_store_release(&pid->process, process);
}

void pid_set_thread(struct pid *pid, struct thread *thread)
    must_hold(process_tree_lock)
{
    atomic_store_release(&pid->thread, thread);
}

struct process *pid_process(struct pid *pid)
{
    grace_read();
    struct process *process = atomic_load_acquire(&pid->process);
    if (process && !refcount_get_unless_zero(&process->refs))
        process = NULL;
    grace_read_done();
    return process;
}

struct thread *pid_thread(struct pid *pid)
{
    grace_read();
    struct thread *thread = atomic_load_acquire(&pid->thread);
    if (thread && !refcount_get_unless_zero(&thread->refs))
        thread = NULL;
    grace_read_done();
    return thread;
}

struct process *process_find(int number)
{
    grace_read();
    struct pid *pid = pid_find(number);
    struct process *process = pid ? pid_process(pid) : NULL;
    grace_read_done();
    return process;
}

struct thread *thread_find(int tid)
{
    grace_read();
    struct pid *pid = pid_find(tid);
    struct thread *thread = pid ? pid_thread(pid) : NULL;
    grace_read_done();
    return thread;
}

/* exec exchanges the numbers of two threads (kernel/take_over.c), each of which
 * comes with what is behind it; the old one's memory stays. */
int thread_number(const struct thread *thread)
{
    struct pid *pid = atomic_load_acquire(&thread->pid);
    return pid ? pid->number : 0;
}

int process_number(const struct process *process)
{
    return process && process->pid ? process->pid->number : 0;
}

int process_parent_number(struct process *process)
{
    spin_lock(&process_tree_lock);
    int number = process_number(process->parent);
    spin_unlock(&process_tree_lock);
    return number;
}

struct process *process_first(void)
{
    return first;
}

void process_set_first(struct process *process)
{
    first = process_get(process);
}

unsigned process_count(void)
{
    return atomic_load(&processes);
}

unsigned thread_count(void)
{
    return all_threads();
}

void process_enter_tree_locked(struct process *process, struct process *parent)
    must_hold(process_tree_lock)
{
    process->parent = parent;
    if (!parent)
        return;
    process->parent_exec_count = parent->exec_count;
    list_add(&parent->children, &process->sibling);
}

void process_leave_tree_locked(struct process *process)
    must_hold(process_tree_lock)
{
    if (process->maker)
        process->maker->task.child_count--;
    process->maker = NULL;
    process->parent = NULL;
    list_remove(&process->sibling);
}

/* Sorted by number but for the leader, which is first: so that those who list
 * them can go on from where they were. New ones mostly go to the end. */
void process_add_thread_locked(struct process *process, struct thread *thread)
    must_hold(process_tree_lock)
{
    struct list *after = process->threads.prev;
    while (after != &process->threads && after != process->threads.next &&
        thread_number(list_entry(after, struct thread, task.process_link)) >
            thread_number(thread))
        after = after->prev;
    list_add_between(&thread->task.process_link, after, after->next);
    process->thread_count++;
    process->running++;
    process->unfinished++;
    atomic_add(&thread->handlers->users, 1);
}

void process_remove_thread_locked(
    struct process *process, struct thread *thread)
    must_hold(process_tree_lock)
{
    list_remove(&thread->task.process_link);
    process->thread_count--;
    atomic_sub(&thread->handlers->users, 1);
}

/* The thread after `from_tid - 1` in the list, if that is one of them. */
static struct thread *guess_next(struct process *process, int from_tid)
    must_hold(process_tree_lock)
{
    struct thread *thread = NULL;
    grace_read();
    struct pid *pid = from_tid > 1 ? pid_find(from_tid - 1) : NULL;
    thread = pid ? pid->thread : NULL;
    bool is_ours = thread && thread->process == process &&
        thread != process->leader && !list_is_empty(&thread->task.process_link);
    grace_read_done();
    struct list *link =
        is_ours ? thread->task.process_link.next : process->threads.next;
    for (; link != &process->threads; link = link->next) {
        thread = list_entry(link, struct thread, task.process_link);
        if (thread != process->leader && thread_number(thread) >= from_tid)
            return thread;
    }
    return NULL;
}

struct thread *process_next_thread(struct process *process, int from_tid)
{
    spin_lock(&process_tree_lock);
    struct thread *leader = process->leader;
    struct thread *found = guess_next(process, from_tid);
    if (leader && thread_number(leader) >= from_tid &&
        (!found || thread_number(leader) < thread_number(found)))
        found = leader;
    if (found)
        thread_get(found);
    spin_unlock(&process_tree_lock);
    return found;
}
