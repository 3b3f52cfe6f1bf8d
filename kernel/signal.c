/* SPDX-License-Identifier: MIT */
/* Dispositions, and the queues of pending signals.
 *
 * A set bit says that a signal is pending; most, but not all, have a block with
 * what siginfo tells.  Blocks are counted against a user and so are freed only
 * where no lock is held: those taken out under handlers->lock gather in a list.
 * A process has no pointer to its handlers, its threads have; since they may
 * drop them at any time, handlers live on for a grace period. */
#include "kernel/signal.h"

#include "arch/atomic.h"
#include "arch/irq.h"
#include "kernel/signal_queue.h"
#include "lib/errno.h"
#include "lib/panic.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "vfs/credentials.h"

struct handlers *handlers_new(void)
{
    struct handlers *handlers = heap_alloc_zeroed(sizeof *handlers);
    if (!handlers)
        return NULL;
    refcount_init(&handlers->refs);
    spin_init(&handlers->lock, RANK_SIGNALS);
    wait_queue_init(&handlers->arrivals);
    return handlers;
}

struct handlers *handlers_get(struct handlers *handlers)
{
    refcount_get(&handlers->refs);
    return handlers;
}

static void free_handlers(struct grace *grace)
{
    heap_free(container_of(grace, struct handlers, grace));
}

void handlers_put(struct handlers *handlers)
{
    if (!handlers || !refcount_put(&handlers->refs))
        return;
    wait_queue_wake_all(&handlers->arrivals, READY_HANGUP | READY_FREE);
    grace_call(&handlers->grace, free_handlers);
}

struct handlers *handlers_copy(struct handlers *handlers)
{
    struct handlers *copy = handlers_new();
    if (!copy)
        return NULL;
    unsigned long irq_state = spin_lock_irq(&handlers->lock);
    memcpy(copy->actions, handlers->actions, sizeof copy->actions);
    spin_unlock_irq(&handlers->lock, irq_state);
    return copy;
}

void handlers_reset(struct handlers *handlers, bool also_ignored)
{
    unsigned long irq_state = spin_lock_irq(&handlers->lock);
    for (unsigned i = 0; i < SIGNAL_COUNT; i++) {
        struct action *action = &handlers->actions[i];
        bool is_kept = action->handler == HANDLER_IGNORE && !also_ignored;
        *action = (struct action){ 0 };
        if (is_kept)
            action->handler = HANDLER_IGNORE;
    }
    spin_unlock_irq(&handlers->lock, irq_state);
}

bool handlers_try_lock(struct thread *thread, unsigned long *irq_state)
{
    for (;;) {
        /* No yield from here to the lock: the memory cannot go. */
        struct handlers *handlers = atomic_load_acquire(&thread->handlers);
        if (!handlers)
            return false;
        *irq_state = spin_lock_irq(&handlers->lock);
        if (likely(atomic_load(&thread->handlers) == handlers))
            return true;
        spin_unlock_irq(&handlers->lock, *irq_state);
    }
}

unsigned long handlers_lock(struct thread *thread)
{
    unsigned long irq_state;
    bool is_locked = handlers_try_lock(thread, &irq_state);
    if (!is_locked)
        panic("handlers_lock: the thread has left");
    return irq_state;
}

void handlers_unlock(struct thread *thread, unsigned long irq_state)
{
    spin_unlock_irq(&thread->handlers->lock, irq_state);
}

bool handlers_are_shared(const struct handlers *handlers)
{
    return atomic_load(&handlers->users) > 1;
}

int handlers_unshare(void)
{
    struct handlers *old = current->handlers;
    if (!handlers_are_shared(old))
        return 0;
    struct handlers *own = handlers_copy(old);
    if (!own)
        return -ENOMEM;
    /* Under the old lock, so that whoever waits for it looks again. */
    unsigned long irq_state = spin_lock_irq(&old->lock);
    own->users = 1;
    atomic_sub(&old->users, 1);
    atomic_store_release(&current->handlers, own);
    spin_unlock_irq(&old->lock, irq_state);
    handlers_put(old);
    return 0;
}

struct thread *process_lock_handlers(
    struct process *process, unsigned long *irq_state)
{
    struct thread *thread;
    list_for_each(thread, &process->threads, task.process_link)
        if (handlers_try_lock(thread, irq_state))
            return thread;
    return NULL;
}

enum signal_default signal_default(int number)
{
    switch (number) {
    case SIGCHLD:
    case SIGURG:
    case SIGWINCH:
        return DEFAULT_IGNORE;
    case SIGCONT:
        return DEFAULT_CONTINUE;
    case SIGSTOP:
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU:
        return DEFAULT_STOP;
    case SIGQUIT:
    case SIGILL:
    case SIGTRAP:
    case SIGABRT:
    case SIGFPE:
    case SIGSEGV:
    case SIGBUS:
    case SIGSYS:
    case SIGXCPU:
    case SIGXFSZ:
        return DEFAULT_CORE;
    default:
        return DEFAULT_END;
    }
}

int queued_new(const struct signal_info *info, struct process *process,
    uint32_t uid, struct queued_signal **queued)
{
    *queued = NULL;
    if (info->number == SIGKILL)
        return 0;
    /* What the kernel says, and kill(2), must not get lost for a limit. */
    bool is_kernels = info->number < SIGRTMIN && info->code >= 0;
    bool needs_block = info->number >= SIGRTMIN && info->code != SI_USER;
    if (user_count_signal(uid,
            is_kernels ? LIMIT_NONE : process_limit(process, LIMIT_SIGNALS)))
        return needs_block ? -EAGAIN : 0;
    struct queued_signal *block = heap_alloc_zeroed(sizeof *block);
    if (!block) {
        user_uncount_signal(uid);
        return needs_block ? -EAGAIN : 0;
    }
    list_init(&block->link);
    block->info = *info;
    block->uid = uid;
    *queued = block;
    return 0;
}

void queued_free(struct queued_signal *queued)
{
    if (!queued || queued->is_preallocated)
        return;
    user_uncount_signal(queued->uid);
    heap_free(queued);
}

void queued_free_all(struct list *dropped)
{
    struct queued_signal *queued, *after;
    list_for_each_safe(queued, after, dropped, link) {
        list_remove(&queued->link);
        queued_free(queued);
    }
}

/* Out of its queue: the owner of a preallocated one must not find it in a list
 * of things to free. */
static void drop(struct queued_signal *queued, struct list *dropped)
{
    list_remove(&queued->link);
    if (queued->is_preallocated)
        queued_set_place(queued, QUEUED_NOWHERE);
    else
        list_add(dropped, &queued->link);
}

int signal_set_first(signal_set set)
{
    if (!set)
        return 0;
    if (set & SIGNALS_SYNCHRONOUS)
        set &= SIGNALS_SYNCHRONOUS;
    return __builtin_ctzll(set) + 1;
}

void queue_take(struct list *pending, signal_set *set, int number,
    struct signal_info *info, struct list *dropped)
{
    struct queued_signal *queued, *found = NULL;
    bool has_more = false;
    list_for_each(queued, pending, link) {
        if (queued->info.number != number)
            continue;
        if (found) {
            has_more = true;
            break;
        }
        found = queued;
    }
    if (!has_more)
        *set &= ~signal_bit(number);
    *info = (struct signal_info){ .number = number, .code = SI_USER };
    if (!found)
        return;
    *info = found->info;
    drop(found, dropped);
    if (found->is_preallocated && found->taken)
        found->taken(found, info);
}

int queue_first_fault(struct list *pending, signal_set set, signal_set blocked)
{
    set &= SIGNALS_SYNCHRONOUS & ~blocked;
    if (!set)
        return 0;
    struct queued_signal *queued;
    list_for_each(queued, pending, link)
        if (signal_bit(queued->info.number) & set &&
            queued->info.code > SI_USER)
            return queued->info.number;
    return 0;
}

void queue_flush(struct list *pending, signal_set *set, signal_set mask,
    struct list *dropped)
{
    if (!(*set & mask))
        return;
    *set &= ~mask;
    struct queued_signal *queued, *after;
    list_for_each_safe(queued, after, pending, link) {
        if (!(signal_bit(queued->info.number) & mask))
            continue;
        drop(queued, dropped);
        if (queued->is_preallocated && queued->taken)
            queued->taken(queued, NULL);
    }
}

int thread_take_signal(struct thread *thread, signal_set wanted,
    struct signal_info *info, struct list *dropped)
{
    struct process *process = thread->process;
    int number = signal_set_first(thread->signals.pending_set & wanted);
    if (number) {
        queue_take(&thread->signals.pending, &thread->signals.pending_set,
            number, info, dropped);
        return number;
    }
    number = signal_set_first(process->pending_set & wanted);
    if (number)
        queue_take(&process->pending, &process->pending_set, number, info,
            dropped);
    return number;
}

void signals_flush(struct list *pending, signal_set *set)
{
    struct list dropped = LIST_INIT(dropped);
    struct queued_signal *queued, *after;
    *set = 0;
    list_for_each_safe(queued, after, pending, link)
        drop(queued, &dropped);
    queued_free_all(&dropped);
}

void signal_init_thread(struct thread *thread)
{
    memset(&thread->signals, 0, sizeof thread->signals);
    list_init(&thread->signals.pending);
}

bool process_is_unkillable(const struct process *process)
{
    return process->pid && process->pid->number == 1;
}

uint32_t thread_uid(struct thread *thread)
{
    if (thread == current)
        return current->credentials->uid;
    const struct credentials *who = thread_credentials(thread);
    uint32_t uid = who ? who->uid : 0;
    credentials_put(who);
    return uid;
}
