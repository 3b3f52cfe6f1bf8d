/* SPDX-License-Identifier: MIT */
/* What a thread says of its own signals: actions, mask, alternate stack; and
 * waiting for them.
 *
 * The hard problem of the mask: a signal for the whole process may have been
 * left to this very thread, which now blocks it; others must be made to look. */
#include "arch/clock.h"
#include "kernel/signal_queue.h"
#include "lib/errno.h"

enum { ALTSTACK_BYTES_MIN = 2048 };

/* Of current's process, everywhere: an ignored signal is not kept. */
static void forget_signal(int number, struct list *dropped)
{
    struct process *process = current->process;
    struct thread *thread;
    signal_set bit = signal_bit(number);
    queue_flush(&process->pending, &process->pending_set, bit, dropped);
    list_for_each(thread, &process->threads, task.process_link)
        queue_flush(&thread->signals.pending, &thread->signals.pending_set,
            bit, dropped);
}

static bool ignores(const struct action *action, int number)
{
    enum signal_default what = signal_default(number);
    return action->handler == HANDLER_IGNORE ||
        (action->handler == HANDLER_DEFAULT &&
            (what == DEFAULT_IGNORE || what == DEFAULT_CONTINUE));
}

int signal_action(int number, const struct action *wanted, struct action *old)
{
    if (number < 1 || number > SIGNAL_COUNT ||
        (wanted && signal_bit(number) & SIGNALS_UNBLOCKABLE))
        return -EINVAL;
    struct list dropped = LIST_INIT(dropped);
    spin_lock(&process_tree_lock);
    unsigned long irq_state = handlers_lock(current);
    struct action *action = &current->handlers->actions[number - 1];
    struct action before = *action;
    if (wanted) {
        *action = *wanted;
        action->mask &= ~SIGNALS_UNBLOCKABLE;
        if (ignores(action, number))
            forget_signal(number, &dropped);
    }
    handlers_unlock(current, irq_state);
    spin_unlock(&process_tree_lock);
    queued_free_all(&dropped);
    if (old)
        *old = before;
    return 0;
}

/* Each signal of `left` gets a thread that will look for it. */
static void hand_over(signal_set left)
{
    struct process *process = current->process;
    struct thread *thread;
    spin_lock(&process_tree_lock);
    unsigned long irq_state = handlers_lock(current);
    left &= process->pending_set;
    list_for_each(thread, &process->threads, task.process_link) {
        if (!left)
            break;
        if (thread == current || thread->task.is_exiting ||
            !(left & ~thread->signals.blocked))
            continue;
        left &= thread->signals.blocked;
        thread_interrupt(thread);
    }
    handlers_unlock(current, irq_state);
    spin_unlock(&process_tree_lock);
}

void signal_set_blocked(signal_set blocked)
{
    struct process *process = current->process;
    blocked &= ~SIGNALS_UNBLOCKABLE;
    unsigned long irq_state = handlers_lock(current);
    signal_set left =
        process->pending_set & blocked & ~current->signals.blocked;
    current->signals.blocked = blocked;
    bool must_look =
        (current->signals.pending_set | process->pending_set) & ~blocked;
    handlers_unlock(current, irq_state);
    if (must_look)
        thread_interrupt(current);
    if (left)
        hand_over(left);
}

int signal_mask(enum mask_how how, const signal_set *wanted, signal_set *old)
{
    signal_set before = current->signals.blocked;
    if (old)
        *old = before;
    if (!wanted)
        return 0;
    switch (how) {
    case MASK_BLOCK:
        signal_set_blocked(before | *wanted);
        return 0;
    case MASK_UNBLOCK:
        signal_set_blocked(before & ~*wanted);
        return 0;
    case MASK_SET:
        signal_set_blocked(*wanted);
        return 0;
    }
    return -EINVAL;
}

void signal_masks(struct thread *thread, struct signal_masks *masks)
{
    *masks = (struct signal_masks){ 0 };
    unsigned long irq_state;
    if (!handlers_try_lock(thread, &irq_state))
        return;
    masks->pending = thread->signals.pending_set;
    masks->shared = thread->process->pending_set;
    masks->blocked = thread->signals.blocked;
    for (int i = 1; i <= SIGNAL_COUNT; i++) {
        uintptr_t handler = thread->handlers->actions[i - 1].handler;
        if (handler == HANDLER_IGNORE)
            masks->ignored |= signal_bit(i);
        else if (handler != HANDLER_DEFAULT)
            masks->caught |= signal_bit(i);
    }
    handlers_unlock(thread, irq_state);
}

signal_set signal_pending_any(void)
{
    unsigned long irq_state = handlers_lock(current);
    signal_set pending =
        current->signals.pending_set | current->process->pending_set;
    handlers_unlock(current, irq_state);
    return pending;
}

signal_set signal_pending(void)
{
    unsigned long irq_state = handlers_lock(current);
    signal_set pending =
        current->signals.pending_set | current->process->pending_set;
    signal_set blocked = current->signals.blocked;
    handlers_unlock(current, irq_state);
    return pending & blocked;
}

bool signal_is_deliverable(void)
{
    unsigned long irq_state = handlers_lock(current);
    signal_set pending =
        current->signals.pending_set | current->process->pending_set;
    signal_set blocked = current->signals.blocked;
    handlers_unlock(current, irq_state);
    return pending & ~blocked;
}

void signal_set_blocked_meanwhile(signal_set blocked)
{
    current->signals.saved_blocked = current->signals.blocked;
    current->signals.restore_blocked = true;
    signal_set_blocked(blocked);
}

void signal_meanwhile_over(void)
{
    if (!current->signals.restore_blocked)
        return;
    current->signals.restore_blocked = false;
    signal_set_blocked(current->signals.saved_blocked);
}

int signal_suspend(signal_set blocked)
{
    signal_set_blocked_meanwhile(blocked);
    thread_sleep_until(FOREVER, SLEEP_INTERRUPTIBLE);
    return -ERESTART_UNHANDLED;
}

/* Takes one, or notes that it is awaited. */
static int take_or_await(
    signal_set wanted, signal_set awaited, struct signal_info *info)
{
    struct list dropped = LIST_INIT(dropped);
    unsigned long irq_state = handlers_lock(current);
    int number = thread_take_signal(current, wanted, info, &dropped);
    current->signals.awaited = number ? 0 : awaited;
    handlers_unlock(current, irq_state);
    queued_free_all(&dropped);
    return number;
}

int signal_take(signal_set wanted, struct signal_info *info)
{
    int number =
        take_or_await(wanted & ~SIGNALS_UNBLOCKABLE, 0, info);
    return number ? number : -EAGAIN;
}

int signal_wait(
    signal_set wanted, struct signal_info *info, uint64_t deadline_ns)
{
    wanted &= ~SIGNALS_UNBLOCKABLE;
    int number = take_or_await(wanted, wanted, info);
    if (number)
        return number;
    int result = -ETIMEDOUT;
    if (deadline_ns == FOREVER || deadline_ns > clock_ns())
        result = thread_sleep_until(deadline_ns, SLEEP_INTERRUPTIBLE);
    number = take_or_await(wanted, 0, info);
    if (number)
        return number;
    return result == -ETIMEDOUT ? -EAGAIN : -EINTR;
}

bool signal_is_on_altstack(uintptr_t sp)
{
    if (current->signals.altstack_flags & ALTSTACK_AUTO ||
        !current->signals.altstack_bytes)
        return false;
    return sp > current->signals.altstack &&
        sp - current->signals.altstack <= current->signals.altstack_bytes;
}

static unsigned altstack_state(uintptr_t sp)
{
    unsigned how = current->signals.altstack_flags & ALTSTACK_AUTO;
    if (!current->signals.altstack_bytes)
        return how | ALTSTACK_OFF;
    return signal_is_on_altstack(sp) ? how | ALTSTACK_ON : how;
}

int signal_altstack(const uintptr_t *at, const size_t *bytes,
    const unsigned *flags, uintptr_t sp, uintptr_t *old_at, size_t *old_bytes,
    unsigned *old_flags)
{
    if (old_at)
        *old_at = current->signals.altstack;
    if (old_bytes)
        *old_bytes = current->signals.altstack_bytes;
    if (old_flags)
        *old_flags = altstack_state(sp);
    if (!at || !bytes || !flags)
        return 0;
    if (signal_is_on_altstack(sp))
        return -EPERM;
    unsigned mode = *flags & ~(unsigned)ALTSTACK_AUTO;
    if (mode != 0 && mode != ALTSTACK_ON && mode != ALTSTACK_OFF)
        return -EINVAL;
    bool is_off = mode == ALTSTACK_OFF;
    if (!is_off && *bytes < ALTSTACK_BYTES_MIN)
        return -ENOMEM;
    current->signals.altstack = is_off ? 0 : *at;
    current->signals.altstack_bytes = is_off ? 0 : *bytes;
    current->signals.altstack_flags = *flags & ALTSTACK_AUTO;
    return 0;
}
