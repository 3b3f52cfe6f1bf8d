/* SPDX-License-Identifier: MIT */
/* exec by one of several threads: the others end, and the one that is left
 * becomes the leader, with the leader's number, whoever it was. */
#include "kernel/exit.h"

#include "arch/atomic.h"
#include "kernel/procfs.h"
#include "lib/errno.h"
#include "vfs/credentials.h"

static int kill_others(struct process *process)
{
    struct thread *thread;
    int error = 0;
    unsigned long irq_state = handlers_lock(current);
    if (process->is_exiting || process->exec_by) {
        error = -EAGAIN;
    } else {
        process->exec_by = current;
        process->stopping = 0;
        list_for_each(thread, &process->threads, task.process_link)
            if (thread != current && !thread->task.is_exiting)
                thread_set_work(thread, WORK_KILL);
    }
    handlers_unlock(current, irq_state);
    return error;
}

static void end_exec(struct process *process)
{
    unsigned long irq_state = handlers_lock(current);
    process->exec_by = NULL;
    handlers_unlock(current, irq_state);
}

/* Both threads keep a number each, so that none is ever without.  thread_number
 * looks without a lock. */
static void exchange_numbers(struct thread *old, struct thread *thread)
    must_hold(process_tree_lock)
{
    struct pid *pid = thread->pid;
    atomic_store_release(&thread->pid, old->pid);
    atomic_store_release(&old->pid, pid);
    pid_set_thread(thread->pid, thread);
    pid_set_thread(pid, NULL);
    pid_unuse(pid);
    procfs_thread_left();
}

static void become_leader(struct process *process)
{
    struct thread *old, *thread = current;
    spin_lock(&process_tree_lock);
    unsigned long irq_state = handlers_lock(thread);
    old = process->leader;
    process_remove_thread_locked(process, old);
    exchange_numbers(old, thread);
    process->leader = thread_get(thread);
    thread->task.start_ns = old->task.start_ns;
    handlers_unlock(thread, irq_state);
    user_uncount_thread(old->credentials->uid);
    all_threads_uncount();
    spin_unlock(&process_tree_lock);
    thread_put(old);
}

int process_take_over(void)
{
    struct process *process = current->process;
    int error = kill_others(process);
    if (error)
        return error;
    error = wait_until(&process->thread_queue, SLEEP_KILLABLE, FOREVER,
        atomic_load(&process->unfinished) == 1);
    if (!error && process->leader != current)
        become_leader(process);
    end_exec(process);
    return error ? -EAGAIN : 0;
}
