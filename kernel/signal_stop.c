/* SPDX-License-Identifier: MIT */
/* Job control: a whole process stops and goes on, and its parent is told.
 *
 * The thread that meets the signal asks all others (WORK_STOP) and counts them
 * in process->stopping; each stops on its way to user code and the last one
 * tells the parent.  WORK_STOP stays set while a thread is to be stopped: only
 * SIGCONT takes it away, so that a continuation that comes between counting and
 * sleeping is not lost. */
#include "arch/atomic.h"
#include "kernel/exit.h"
#include "kernel/signal_queue.h"

void process_begin_stop(struct process *process, int number)
{
    struct thread *thread;
    if (process->stopping || process->is_exiting)
        return;
    process->stop_signal = number;
    atomic_store(&process->stop_round, process->stop_round + 1);
    list_for_each(thread, &process->threads, task.process_link) {
        if (thread->task.is_exiting)
            continue;
        process->stopping++;
        thread_set_work(
            thread, thread == current ? WORK_STOP : WORK_STOP | WORK_SIGNAL);
    }
}

bool process_count_stopped(struct process *process)
{
    if (!process->stopping || --process->stopping)
        return false;
    process->is_stopped = true;
    process->stop_reported = false;
    process->is_continued = false;
    return true;
}

int process_continue(struct process *process)
{
    struct thread *thread;
    bool was_stopped = process->is_stopped;
    if (!was_stopped && !process->stopping)
        return 0;
    process->is_stopped = false;
    process->stopping = 0;
    process->is_continued = true;
    process->continue_reported = false;
    list_for_each(thread, &process->threads, task.process_link) {
        atomic_and(&thread->work, ~(uint32_t)WORK_STOP);
        thread_continue(thread);
    }
    return was_stopped ? CLD_CONTINUED : CLD_STOPPED;
}

/* Continued and stopped again before it ran, a thread is to be counted anew. */
static bool is_still_stopped(unsigned round)
{
    uint32_t work = atomic_load(&current->work);
    return (work & (WORK_STOP | WORK_KILL)) == WORK_STOP &&
        atomic_load(&current->process->stop_round) == round;
}

void process_stop_current(void)
{
    struct process *process = current->process;
    unsigned long irq_state = handlers_lock(current);
    unsigned round = process->stop_round;
    /* Continued meanwhile? */
    bool must_stop = atomic_load(&current->work) & WORK_STOP;
    bool is_last = must_stop && process_count_stopped(process);
    int number = process->stop_signal;
    atomic_store(&current->task.is_stopped, must_stop);
    handlers_unlock(current, irq_state);
    if (is_last)
        process_notify_parent(process, CLD_STOPPED, number);
    while (is_still_stopped(round))
        thread_stop();
    atomic_store(&current->task.is_stopped, false);
}

void signal_leave(void)
{
    struct process *process = current->process;
    struct thread *thread;
    spin_lock(&process_tree_lock);
    unsigned long irq_state = handlers_lock(current);
    current->task.is_exiting = true;
    bool is_last = atomic_and(&current->work, ~(uint32_t)WORK_STOP) &
            WORK_STOP &&
        process_count_stopped(process);
    signal_set left = process->pending_set & ~current->signals.blocked;
    if (left && !process->is_exiting)
        list_for_each(thread, &process->threads, task.process_link)
            if (!thread->task.is_exiting && left & ~thread->signals.blocked)
                thread_interrupt(thread);
    handlers_unlock(current, irq_state);
    if (is_last)
        process_notify_parent_locked(
            process, CLD_STOPPED, process->stop_signal);
    spin_unlock(&process_tree_lock);
}

static bool is_about_stops(int code)
{
    return code == CLD_STOPPED || code == CLD_CONTINUED;
}

/* What siginfo says of an end: from the status that wait(2) will give. */
static void describe_end(struct signal_info *info, int status)
{
    if (status & 0x7f) {
        info->code = status & STATUS_CORE ? CLD_DUMPED : CLD_KILLED;
        info->child.status = status & 0x7f;
        return;
    }
    info->code = CLD_EXITED;
    info->child.status = status >> 8 & 0xff;
}

static void fill_info(struct signal_info *info, struct process *process,
    int code, int status)
{
    struct usage usage;
    *info = (struct signal_info){ .code = code, .shape = SHAPE_CHILD };
    info->child.pid = process->pid->number;
    info->child.status = status;
    process_usage_locked(process, &usage);
    info->child.user_ns = usage.user_ns;
    info->child.system_ns = usage.system_ns;
    if (process->leader)
        info->child.uid = thread_uid(process->leader);
    if (!is_about_stops(code))
        describe_end(info, process->exit_status);
}

/* The parent may have said that it does not want to hear of it. */
static bool parent_listens(struct process *parent, int number, int code)
{
    unsigned long irq_state;
    struct thread *holder = process_lock_handlers(parent, &irq_state);
    if (!holder)
        return false;
    const struct action *action = &holder->handlers->actions[number - 1];
    bool listens = number != SIGCHLD || action->handler != HANDLER_IGNORE;
    if (is_about_stops(code) && action->flags & ACTION_NO_CHILD_STOP)
        listens = false;
    handlers_unlock(holder, irq_state);
    return listens;
}

void process_notify_parent_locked(struct process *process, int code, int status)
{
    struct process *parent = process->parent;
    if (!parent)
        return;
    int number = is_about_stops(code) ? SIGCHLD : process->exit_signal;
    bool is_signal = number > 0 && number <= SIGNAL_COUNT;
    if (is_signal && parent_listens(parent, number, code)) {
        struct signal_info info;
        fill_info(&info, process, code, status);
        info.number = number;
        signal_send_process_locked(parent, &info);
    }
    wait_queue_wake_all(&parent->child_queue, READY_IN);
}

void process_notify_parent(struct process *process, int code, int status)
{
    spin_lock(&process_tree_lock);
    process_notify_parent_locked(process, code, status);
    spin_unlock(&process_tree_lock);
}
