/* SPDX-License-Identifier: MIT */
/* Delivery, on the way to user code: what is pending and not blocked is taken,
 * one after the other, until a handler is to run or nothing is left.
 *
 * The hard problems: a stop must be begun in the same moment in which its
 * signal is taken, or a SIGCONT in between would be lost; so whoever might meet
 * one holds process_tree_lock from the start.  And a call that was cut short is
 * run again or made to fail with EINTR before the handler's frame is written,
 * for the frame holds the registers as they will be. */
#include "arch/atomic.h"
#include "arch/trap.h"
#include "kernel/abi.h"
#include "kernel/exit.h"
#include "kernel/signal_queue.h"
#include "lib/errno.h"

enum outcome { OUTCOME_NOTHING, OUTCOME_HANDLER, OUTCOME_STOP, OUTCOME_END,
    OUTCOME_GONE, OUTCOME_MORE_LOCKS };

struct taking {
    struct signal_info info;
    struct action action;
    bool has_tree_lock;
    struct list dropped;
};

static bool stops_by_default(int number)
{
    const struct action *action = &current->handlers->actions[number - 1];
    return signal_default(number) == DEFAULT_STOP &&
        action->handler == HANDLER_DEFAULT;
}

/* The number to look at next; nothing is taken yet. */
static int next_number(bool *is_fault)
{
    signal_set blocked = current->signals.blocked;
    int number = queue_first_fault(&current->signals.pending,
        current->signals.pending_set, blocked);
    *is_fault = number != 0;
    if (!number)
        number = signal_set_first(current->signals.pending_set & ~blocked);
    if (!number)
        number = signal_set_first(current->process->pending_set & ~blocked);
    return number;
}

/* What a default action does, but for stops. */
static bool ends_by_default(int number)
{
    bool was_forced = current->signals.fault_signal == number;
    current->signals.fault_signal = 0;
    enum signal_default what = signal_default(number);
    if (what != DEFAULT_END && what != DEFAULT_CORE)
        return false;
    if (process_is_unkillable(current->process) && !was_forced)
        return number == SIGKILL;
    return true;
}

static enum outcome take_stop(struct taking *t, int number)
{
    struct process *process = current->process;
    if (process_is_unkillable(process) && number != SIGSTOP)
        return OUTCOME_NOTHING;
    if (number != SIGSTOP && group_is_orphaned(process->group))
        return OUTCOME_NOTHING;
    process_begin_stop(process, number);
    return OUTCOME_STOP;
}

/* Under the locks: one signal. OUTCOME_NOTHING with *number set: go on. */
static enum outcome take_one(struct taking *t, int *number)
{
    bool is_fault;
    *number = next_number(&is_fault);
    if (!*number)
        return OUTCOME_NOTHING;
    bool is_stop = stops_by_default(*number);
    if (is_stop && !t->has_tree_lock)
        return OUTCOME_MORE_LOCKS;
    if (is_fault)
        queue_take(&current->signals.pending, &current->signals.pending_set,
            *number, &t->info, &t->dropped);
    else
        thread_take_signal(
            current, signal_bit(*number), &t->info, &t->dropped);
    struct action *action = &current->handlers->actions[*number - 1];
    t->action = *action;
    if (action->handler == HANDLER_IGNORE)
        return OUTCOME_NOTHING;
    if (action->handler != HANDLER_DEFAULT) {
        if (action->flags & ACTION_RESET)
            action->handler = HANDLER_DEFAULT;
        return OUTCOME_HANDLER;
    }
    if (is_stop)
        return take_stop(t, *number);
    return ends_by_default(*number) ? OUTCOME_END : OUTCOME_NOTHING;
}

static enum outcome take_with_locks(struct taking *t)
{
    int number;
    enum outcome outcome;
    if (t->has_tree_lock)
        spin_lock(&process_tree_lock);
    unsigned long irq_state = handlers_lock(current);
    do {
        if (current->process->is_exiting) {
            outcome = OUTCOME_GONE;
            thread_set_work(current, WORK_KILL);
            break;
        }
        outcome = take_one(t, &number);
    } while (outcome == OUTCOME_NOTHING && number);
    handlers_unlock(current, irq_state);
    if (t->has_tree_lock)
        spin_unlock(&process_tree_lock);
    queued_free_all(&t->dropped);
    return outcome;
}

static enum outcome take(struct taking *t)
{
    list_init(&t->dropped);
    t->has_tree_lock = false;
    enum outcome outcome = take_with_locks(t);
    if (outcome != OUTCOME_MORE_LOCKS)
        return outcome;
    t->has_tree_lock = true;
    return take_with_locks(t);
}

/* The call that the signal cut short, before a handler runs. */
static void finish_call(struct frame *frame, const struct action *action)
{
    if (frame_call_number(frame) < 0)
        return;
    switch (frame_result(frame)) {
    case -ERESTART:
        if (action->flags & ACTION_RESTART) {
            frame_restart_call(frame);
            break;
        }
        fallthrough;
    case -ERESTART_UNHANDLED:
    case -ERESTART_BLOCK:
        frame_set_result(frame, -EINTR);
        break;
    case -ERESTART_ALWAYS:
        frame_restart_call(frame);
        break;
    }
    frame_forget_call(frame);
}

static signal_set mask_to_restore(void)
{
    return current->signals.restore_blocked ? current->signals.saved_blocked
                                            : current->signals.blocked;
}

/* Linux's force_sigsegv: one that cannot even be told of it ends. */
static void frame_failed(int number)
{
    if (number == SIGSEGV) {
        unsigned long irq_state = handlers_lock(current);
        current->handlers->actions[SIGSEGV - 1].handler = HANDLER_DEFAULT;
        handlers_unlock(current, irq_state);
    }
    struct signal_info info;
    signal_info_kernel(&info, SIGSEGV);
    signal_force(&info);
}

static void run_handler(struct frame *frame, const struct taking *t)
{
    int number = t->info.number;
    finish_call(frame, &t->action);
    if (the_abi->enter_handler(frame, &t->info, &t->action, mask_to_restore())) {
        frame_failed(number);
        return;
    }
    current->signals.restore_blocked = false;
    signal_set blocked = current->signals.blocked | t->action.mask;
    if (!(t->action.flags & ACTION_NO_DEFER))
        blocked |= signal_bit(number);
    signal_set_blocked(blocked);
    if (signal_is_deliverable())
        thread_interrupt(current);
}

/* No handler runs: the call is made again. True: its result is there, and
 * signals may have come meanwhile. */
static bool restart_unhandled(struct frame *frame)
{
    if (frame_call_number(frame) < 0)
        return false;
    switch (frame_result(frame)) {
    case -ERESTART:
    case -ERESTART_ALWAYS:
    case -ERESTART_UNHANDLED:
        frame_restart_call(frame);
        frame_forget_call(frame);
        return false;
    case -ERESTART_BLOCK:
        frame_set_result(frame,
            current->restart.again ? current->restart.again(current) : -EINTR);
        return true;
    }
    return false;
}

static bool must_end(void)
{
    return atomic_load(&current->work) & WORK_KILL;
}

void signal_deliver(struct frame *frame)
{
    struct taking t;
    while (!must_end()) {
        thread_clear_work(current, WORK_SIGNAL);
        signal_send_waiting();
        if (atomic_load(&current->work) & WORK_STOP) {
            process_stop_current();
            continue;
        }
        switch (take(&t)) {
        case OUTCOME_HANDLER:
            run_handler(frame, &t);
            return;
        case OUTCOME_END:
            process_end(STATUS_KILLED(t.info.number));
        case OUTCOME_STOP:
        case OUTCOME_GONE:
            continue; /* WORK_STOP or WORK_KILL is set */
        default:
            break;
        }
        if (restart_unhandled(frame))
            continue;
        signal_meanwhile_over();
        return;
    }
}
