/* SPDX-License-Identifier: MIT */
/* The end of threads, and of processes with their last thread.
 *
 * A thread first leaves what may sleep (space, files, paths), then, under
 * process_tree_lock, the lists.  A leader stays in its process' list when it
 * ends, for the process' number is his; the process becomes a zombie when its
 * last thread ends, whichever that is. */
#include "kernel/exit.h"

#include "arch/atomic.h"
#include "kernel/abi.h"
#include "kernel/futex.h"
#include "kernel/procfs.h"
#include "kernel/spawn.h"
#include "kernel/terminal.h"
#include "kernel/thread.h"
#include "kernel/timers.h"
#include "lib/panic.h"
#include "mm/space.h"
#include "vfs/credentials.h"

void process_kill_locked(struct process *process, int status)
    must_hold(current->handlers->lock)
{
    struct thread *thread;
    process->is_exiting = true;
    process->group_exit_status = status;
    process->stopping = 0;
    list_for_each(thread, &process->threads, task.process_link)
        if (thread != current && !thread->task.is_exiting)
            thread_set_work(thread, WORK_KILL);
}

void process_kill_threads(int status)
{
    struct process *process = current->process;
    unsigned long irq_state = handlers_lock(current);
    /* Whom another thread's exec has told to go has no say any more. */
    if (!process->is_exiting && !process->exec_by)
        process_kill_locked(process, status);
    handlers_unlock(current, irq_state);
}

void process_end(int status)
{
    process_kill_threads(status);
    thread_end(status);
}

void thread_end_killed(void)
{
    struct process *process = current->process;
    unsigned long irq_state = handlers_lock(current);
    int status = process->is_exiting ? process->group_exit_status : 0;
    handlers_unlock(current, irq_state);
    thread_end(status);
}

/* True for the last thread of its process to begin its end. From then on the
 * status is fixed: a signal that comes later kills nobody. */
static bool begin_end(struct thread *thread, int status)
{
    struct process *process = thread->process;
    unsigned long irq_state = handlers_lock(thread);
    if (process->is_exiting)
        status = process->group_exit_status;
    thread->task.exit_status = status;
    bool is_last = !--process->running;
    if (is_last && !process->is_exiting) {
        process->is_exiting = true;
        process->group_exit_status = status;
    }
    handlers_unlock(thread, irq_state);
    return is_last;
}

static void check_first(struct process *process)
{
    int status = process->group_exit_status;
    if (process != process_first())
        return;
    if (status & 0x7f)
        panic("init (pid 1) was killed by signal %d", status & 0x7f);
    panic("init (pid 1) exited with status %d", status >> 8 & 0xff);
}

/* What goes with the last thread, while sleeping is still allowed. */
static void leave_terminal(struct process *process)
{
    if (process->is_session_leader)
        terminal_leave_session(process);
    spin_lock(&process_tree_lock);
    struct terminal *terminal = process->terminal;
    process->terminal = NULL;
    spin_unlock(&process_tree_lock);
    if (terminal)
        terminal_put(terminal);
}

static void leave_space(struct thread *thread)
{
    if (the_abi->thread_ends)
        the_abi->thread_ends(thread);
    else
        futex_thread_ends(thread);
    spawn_release_vfork(thread);
    struct usage peak = { 0 };
    if (thread->space)
        peak.peak_resident_pages = max(thread->space->peak_resident,
            space_resident_pages(thread->space));
    spin_lock(&process_tree_lock);
    usage_add(&thread->process->usage, &peak);
    spin_unlock(&process_tree_lock);
}

static void end_process_locked(struct process *process)
    must_hold(process_tree_lock)
{
    process->exit_status = process->group_exit_status;
    children_of_process_locked(process);
    group_orphaned_by_exit_locked(process);
    process->state = PROCESS_ZOMBIE;
    bool is_unwanted = process_tell_end_locked(process);
    wait_queue_wake_all(&process->pid->exit_queue, READY_IN);
    if (!is_unwanted)
        return;
    process->state = PROCESS_DEAD;
    process_release_locked(process);
}

static void uncount(const struct thread *thread)
{
    user_uncount_thread(thread->credentials->uid);
    all_threads_uncount();
}

static void leave_lists_locked(struct thread *thread)
    must_hold(process_tree_lock)
{
    struct process *process = thread->process;
    struct usage usage;
    thread_usage(thread, &usage);
    usage_add(&process->usage, &usage);
    unsigned long irq_state = handlers_lock(thread);
    thread->task.is_finished = true;
    bool is_last = !--process->unfinished;
    bool is_leader = thread == process->leader;
    if (!is_leader)
        process_remove_thread_locked(process, thread);
    handlers_unlock(thread, irq_state);
    if (!is_leader) {
        pid_set_thread(thread->pid, NULL);
        pid_unuse(thread->pid);
        uncount(thread);
        procfs_thread_left();
    }
    if (is_last)
        end_process_locked(process);
    else
        children_of_thread_locked(thread);
    wait_queue_wake_all(&process->thread_queue, READY_IN);
}

void thread_end(int status)
{
    struct thread *thread = current;
    struct process *process = thread->process;
    signal_leave();
    bool is_last = begin_end(thread, status);
    if (is_last) {
        check_first(process);
        process_timers_end(process);
    }
    leave_space(thread);
    thread_drop_parts(thread);
    if (is_last)
        leave_terminal(process);
    spin_lock(&process_tree_lock);
    leave_lists_locked(thread);
    spin_unlock(&process_tree_lock);
    thread_exit();
}

/* The process may be current's own (nobody waits for it) or a child's. */
void process_release_locked(struct process *process)
    must_hold(process_tree_lock)
{
    struct thread *leader = process->leader;
    assert(process->thread_count == 1 && leader->task.is_finished);
    process_leave_tree_locked(process);
    group_leave_locked(process);
    unsigned long irq_state = handlers_lock(leader);
    process_remove_thread_locked(process, leader);
    process->leader = NULL;
    handlers_unlock(leader, irq_state);
    pid_set_process(process->pid, NULL);
    pid_set_thread(process->pid, NULL);
    pid_unuse(process->pid);
    uncount(leader);
    thread_put(leader);
    procfs_thread_left();
}
