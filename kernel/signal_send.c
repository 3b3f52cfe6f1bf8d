/* SPDX-License-Identifier: MIT */
/* Sending: to a thread, a process, a group; and current's own faults.
 *
 * The hard problem is who takes it: a signal for a process stays in the
 * process' queue, and one thread that does not block it is made to look.
 * process_tree_lock keeps the list of threads still meanwhile, handlers->lock
 * the queues, masks and dispositions. */
#include "arch/atomic.h"
#include "arch/trap.h"
#include "kernel/exit.h"
#include "kernel/signal_queue.h"
#include "lib/errno.h"
#include "lib/panic.h"

static uintptr_t handler_of(const struct sending *s)
{
    return s->handlers->actions[s->number - 1].handler;
}

static bool is_ignored(struct sending *s, struct thread *thread)
{
    /* A blocked one waits: what becomes of it is decided later. */
    if ((thread->signals.blocked | thread->signals.awaited) &
        signal_bit(s->number))
        return false;
    uintptr_t handler = handler_of(s);
    if (handler != HANDLER_DEFAULT)
        return handler == HANDLER_IGNORE;
    bool is_certain =
        s->is_forced && signal_bit(s->number) & SIGNALS_UNBLOCKABLE;
    if (process_is_unkillable(s->process) && !is_certain)
        return true;
    enum signal_default what = signal_default(s->number);
    return what == DEFAULT_IGNORE || what == DEFAULT_CONTINUE;
}

static bool wants(struct thread *thread, int number)
{
    signal_set blocked = thread->signals.blocked & ~thread->signals.awaited;
    if (blocked & signal_bit(number) || thread->task.is_exiting)
        return false;
    if (number == SIGKILL)
        return true;
    if (atomic_load(&thread->state) == THREAD_STOPPED)
        return false;
    return thread->sched.is_on_cpu ||
        !(atomic_load(&thread->work) & WORK_SIGNAL);
}

/* Whoever wants it most; the one asked for (or the leader) if it wants it. */
static struct thread *choose(struct sending *s, struct thread *first)
{
    struct thread *thread;
    if (wants(first, s->number))
        return first;
    if (s->thread)
        return NULL;
    list_for_each(thread, &s->process->threads, task.process_link)
        if (wants(thread, s->number))
            return thread;
    return NULL;
}

static bool ends_process(struct sending *s, struct thread *thread)
{
    if (handler_of(s) != HANDLER_DEFAULT)
        return false;
    if (thread->signals.awaited & signal_bit(s->number))
        return false;
    if (process_is_unkillable(s->process) && !s->is_forced)
        return false;
    return signal_default(s->number) == DEFAULT_END && !s->process->is_exiting;
}

static void flush_everywhere(struct sending *s, signal_set mask)
{
    struct thread *thread;
    queue_flush(&s->process->pending, &s->process->pending_set, mask,
        &s->dropped);
    list_for_each(thread, &s->process->threads, task.process_link)
        queue_flush(&thread->signals.pending, &thread->signals.pending_set,
            mask, &s->dropped);
}

/* What a signal does by being sent, whatever becomes of it then. */
static void do_at_once(struct sending *s)
{
    if (s->process->is_exiting)
        return;
    if (signal_bit(s->number) & SIGNALS_STOP)
        flush_everywhere(s, signal_bit(SIGCONT));
    if (s->number == SIGCONT) {
        flush_everywhere(s, SIGNALS_STOP);
        s->notify = process_continue(s->process);
    }
}

static bool put_in_queue(struct sending *s)
{
    struct list *pending =
        s->thread ? &s->thread->signals.pending : &s->process->pending;
    signal_set *set =
        s->thread ? &s->thread->signals.pending_set : &s->process->pending_set;
    bool is_there = *set & signal_bit(s->number);
    bool is_timers = s->queued && s->queued->info.code == SI_TIMER;
    if (is_there && s->number < SIGRTMIN && !is_timers)
        return false;
    *set |= signal_bit(s->number);
    if (s->queued) {
        list_add(pending, &s->queued->link);
        s->queued = NULL;
    }
    return true;
}

static struct thread *first_alive(struct process *process)
{
    struct thread *thread;
    list_for_each(thread, &process->threads, task.process_link)
        if (!thread->task.is_exiting)
            return thread;
    return list_first(&process->threads, struct thread, task.process_link);
}

bool sending_do(struct sending *s, struct thread *holder)
{
    struct thread *first = s->thread ? s->thread : first_alive(s->process);
    s->handlers = holder->handlers;
    do_at_once(s);
    if (is_ignored(s, first))
        return false;
    if (!put_in_queue(s))
        return true;
    wait_queue_wake_all(&s->handlers->arrivals, READY_IN);
    struct thread *chosen = choose(s, first);
    if (!chosen)
        return true;
    if (!ends_process(s, chosen)) {
        thread_interrupt(chosen);
        return true;
    }
    process_kill_locked(s->process, STATUS_KILLED(s->number));
    if (current->process == s->process)
        thread_set_work(current, WORK_KILL);
    return true;
}

void sending_finish(struct sending *s)
{
    if (s->notify)
        process_notify_parent_locked(s->process, s->notify,
            s->notify == CLD_CONTINUED ? SIGCONT : s->process->stop_signal);
}

/* Under process_tree_lock; the block, if any, is still the caller's to free. */
static void send_locked(struct sending *s)
{
    unsigned long irq_state;
    struct thread *holder = s->thread;
    if (s->thread) {
        if (!handlers_try_lock(s->thread, &irq_state))
            return;
    } else {
        holder = process_lock_handlers(s->process, &irq_state);
        if (!holder)
            return;
    }
    sending_do(s, holder);
    handlers_unlock(holder, irq_state);
    sending_finish(s);
}

/* Under process_tree_lock. */
static int sending_begin(struct sending *s, const struct signal_info *info)
{
    assert(info->number >= 1 && info->number <= SIGNAL_COUNT);
    list_init(&s->dropped);
    s->number = info->number;
    /* A program may say SI_KERNEL to itself. */
    s->is_forced = info->code == SI_KERNEL && info->shape != SHAPE_QUEUE;
    struct thread *whose = s->thread ? s->thread : s->process->leader;
    if (!whose)
        return -ESRCH;
    return queued_new(info, s->process, thread_uid(whose), &s->queued);
}

static void sending_end(struct sending *s)
{
    queued_free(s->queued);
    queued_free_all(&s->dropped);
}

int signal_send_thread_locked(
    struct thread *thread, const struct signal_info *info)
{
    if (!thread->process)
        return -ESRCH;
    struct sending s = { .process = thread->process, .thread = thread };
    int error = sending_begin(&s, info);
    if (error)
        return error;
    send_locked(&s);
    sending_end(&s);
    return 0;
}

int signal_send_process_locked(
    struct process *process, const struct signal_info *info)
{
    struct sending s = { .process = process };
    int error = sending_begin(&s, info);
    if (error)
        return error;
    send_locked(&s);
    sending_end(&s);
    return 0;
}

/* spawn_once reads it, before it looks what is pending. */
void process_count_group_signal(struct process *process)
{
    atomic_store_release(&process->group_signals, process->group_signals + 1);
}

int signal_send_group_locked(struct pid *group, const struct signal_info *info)
{
    int result = -ESRCH;
    struct process *process;
    list_for_each(process, &group->members[PID_GROUP], group_link) {
        int error = signal_send_process_locked(process, info);
        process_count_group_signal(process);
        if (result)
            result = error;
    }
    return result;
}

int signal_send_thread(struct thread *thread, const struct signal_info *info)
{
    spin_lock(&process_tree_lock);
    int error = signal_send_thread_locked(thread, info);
    spin_unlock(&process_tree_lock);
    return error;
}

int signal_send_process(struct process *process, const struct signal_info *info)
{
    spin_lock(&process_tree_lock);
    int error = signal_send_process_locked(process, info);
    spin_unlock(&process_tree_lock);
    return error;
}

int signal_send_group(struct pid *group, const struct signal_info *info)
{
    spin_lock(&process_tree_lock);
    int error = signal_send_group_locked(group, info);
    spin_unlock(&process_tree_lock);
    return error;
}

/* Needs no other thread: whatever ends the process is done on the way out. */
void signal_force(const struct signal_info *info)
{
    int number = info->number;
    signal_set bit = signal_bit(number);
    struct queued_signal *queued;
    /* Without a block the bit alone still does what must be done. */
    if (queued_new(info, current->process, thread_uid(current), &queued))
        queued = NULL;
    unsigned long irq_state = handlers_lock(current);
    struct action *action = &current->handlers->actions[number - 1];
    if (current->signals.blocked & bit || action->handler == HANDLER_IGNORE) {
        action->handler = HANDLER_DEFAULT;
        current->signals.blocked &= ~bit;
    }
    if (action->handler == HANDLER_DEFAULT)
        current->signals.fault_signal = number;
    if (!(current->signals.pending_set & bit) && queued) {
        list_add(&current->signals.pending, &queued->link);
        queued = NULL;
    }
    current->signals.pending_set |= bit;
    handlers_unlock(current, irq_state);
    queued_free(queued);
    thread_interrupt(current);
}

void signal_fault(int number, int code, const struct fault *fault)
{
    struct signal_info info = {
        .number = number,
        .code = code,
        .shape = SHAPE_FAULT,
        .fault = { fault->address, fault->vector, fault->error },
    };
    signal_force(&info);
}

void signal_info_kernel(struct signal_info *info, int number)
{
    *info = (struct signal_info){ .number = number, .code = SI_KERNEL };
}
