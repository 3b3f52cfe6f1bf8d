/* SPDX-License-Identifier: MIT */
/* Making threads and processes.
 *
 * The hard problem is that the maker may be killed or stopped meanwhile, alone or
 * with its group, and no child may slip through: the child is made whole in
 * private, and only enters the lists under process_tree_lock and handlers->lock,
 * after a look whether anything has come for the maker.  What comes later finds
 * the child where it finds the maker; what came before makes the call start
 * again, on the far side of the signal.  A signal for the maker alone is none of
 * the child's affair: it waits, so that no storm of them keeps one from
 * forking. */
#include "kernel/spawn.h"

#include "arch/atomic.h"
#include "arch/trap.h"
#include "kernel/io_context.h"
#include "kernel/pidfd.h"
#include "kernel/process.h"
#include "kernel/terminal.h"
#include "kernel/thread.h"
#include "kernel/timers.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "mm/pages.h"
#include "mm/space.h"
#include "mm/user.h"
#include "vfs/credentials.h"
#include "vfs/files.h"

enum {
    SPAWN_TRIES = 64,
    COMES_FIRST = WORK_KILL | WORK_STOP | WORK_SIGNAL,
};

/* The child's first steps: argument is where its number goes, or NULL. */
static void start_child(void *argument)
{
    int number = thread_number(current);
    /* As for the parent's word, a bad address is the program's affair. */
    if (argument && user_write(argument, &number, sizeof number))
        number = 0;
    context_enter_user(context_user_frame(&current->context));
}

static int copy_parts(struct thread *child, unsigned share)
{
    struct thread *maker = current;
    child->space = share & SHARE_SPACE ? space_share(maker->space)
                                       : space_copy(maker->space);
    if (!child->space)
        return -ENOMEM;
    if (share & SHARE_FILES)
        child->files = files_share(maker->files);
    int error = child->files ? 0 : files_copy(maker->files, &child->files);
    if (error)
        return error;
    child->paths = share & SHARE_PATHS ? paths_share(maker->paths)
                                       : paths_copy(maker->paths);
    child->handlers = share & SHARE_HANDLERS ? handlers_get(maker->handlers)
                                             : handlers_copy(maker->handlers);
    if (!child->paths || !child->handlers)
        return -ENOMEM;
    return io_context_inherit(child, share & SHARE_IO);
}

/* A process beside the maker's, not yet in the tree. */
static struct process *process_copy(const struct spawn *how)
{
    struct process *old = current->process, *process = process_new();
    if (!process)
        return NULL;
    unsigned long irq_state = spin_lock_irq(&old->lock);
    memcpy(process->limits, old->limits, sizeof process->limits);
    process->oom_score_adjust = old->oom_score_adjust;
    process->oom_adjust = old->oom_adjust;
    process->login_uid = old->login_uid;
    spin_unlock_irq(&old->lock, irq_state);
    process->exit_signal = how->exit_signal;
    return process;
}

static int copy_process(struct thread *child, const struct spawn *how)
{
    child->process = how->share & SHARE_PROCESS
        ? process_get(current->process)
        : process_copy(how);
    return child->process ? 0 : -ENOMEM;
}

static void copy_task(struct thread *child, const struct spawn *how)
{
    struct thread *maker = current;
    memcpy(child->comm, maker->comm, sizeof child->comm);
    child->credentials = credentials_get(maker->credentials);
    child->task.personality = maker->task.personality;
    child->task.memory_failures = maker->task.memory_failures;
    child->task.timer_slack_ns = child->task.usual_slack_ns =
        maker->task.timer_slack_ns;
    child->task.no_new_privileges = maker->task.no_new_privileges;
    child->signals.blocked = maker->signals.blocked;
    if (how->options & SPAWN_CLEAR_CHILD_TID)
        child->task.clear_tid = how->child_tid;
    if (!(how->share & SHARE_SPACE)) {
        child->task.rseq = maker->task.rseq;
        child->task.rseq_signature = maker->task.rseq_signature;
        child->sched.tells_resumed = maker->sched.tells_resumed;
    }
    /* Two threads must not run on one alternate stack. */
    if (how->share & SHARE_SPACE && !(how->options & SPAWN_WAIT_FOR_SPACE))
        return;
    child->signals.altstack = maker->signals.altstack;
    child->signals.altstack_bytes = maker->signals.altstack_bytes;
    child->signals.altstack_flags = maker->signals.altstack_flags;
}

static void copy_registers(struct thread *child, const struct spawn *how)
{
    context_copy_user(&child->context, &current->context);
    if (how->stack)
        frame_set_sp(context_user_frame(&child->context), how->stack);
    if (how->options & SPAWN_SET_TLS)
        context_set_tls(&child->context, how->tls);
}

static int give_number(struct thread *child, const struct spawn *how)
{
    int wanted = 0;
    if (how->wanted_tid_count) {
        wanted = how->wanted_tids[0];
        if (how->wanted_tid_count > 1 || wanted < 1 || wanted >= pid_max())
            return -EINVAL;
        if (!credentials_can(current->credentials, CAPABLE_SYS_ADMIN) &&
            !credentials_can(
                current->credentials, CAPABLE_CHECKPOINT_RESTORE))
            return -EPERM;
    }
    struct pid *pid = heap_alloc_zeroed(sizeof *pid);
    if (!pid)
        return -ENOMEM;
    int error = pid_init(pid, wanted);
    if (error) {
        heap_free(pid);
        return error;
    }
    child->pid = pid;
    if (!(how->share & SHARE_PROCESS))
        child->process->pid = pid_get(pid);
    return 0;
}

/* The way out of all that failed: the child frees whatever it has. */
static void spawn_undo(struct thread *child)
{
    if (child->pid) {
        spin_lock(&process_tree_lock);
        pid_unuse(child->pid);
        spin_unlock(&process_tree_lock);
    }
    thread_drop_parts(child);
    thread_put(child);
}

static int child_new(const struct spawn *how, struct thread **made)
{
    void *tid_word = how->options & SPAWN_WRITE_CHILD_TID
        ? (void *)how->child_tid
        : NULL;
    struct thread *child = thread_new(start_child, tid_word);
    if (!child)
        return -ENOMEM;
    int error = copy_process(child, how);
    if (!error)
        error = copy_parts(child, how->share);
    if (!error)
        error = give_number(child, how);
    if (error) {
        spawn_undo(child);
        return error;
    }
    copy_task(child, how);
    copy_registers(child, how);
    thread_inherit(child, current);
    if (how->options & SPAWN_RESET_HANDLERS)
        handlers_reset(child->handlers, false);
    *made = child;
    return 0;
}

/* Has anything come that the child must not miss? */
static bool is_called_away(
    struct thread *maker, bool is_thread, unsigned group_signals)
    must_hold(maker->handlers->lock)
{
    struct process *process = maker->process;
    return process->is_exiting || process->exec_by ||
        atomic_load(&maker->work) & (WORK_KILL | WORK_STOP) ||
        (!is_thread && process->group_signals != group_signals);
}

static void enter_as_process(struct thread *child, const struct spawn *how)
    must_hold(process_tree_lock)
{
    struct thread *maker = current;
    struct process *process = child->process, *old = maker->process;
    bool is_sibling = how->options & SPAWN_SIBLING;
    process->leader = thread_get(child);
    process->maker = is_sibling ? old->maker : maker;
    if (process->maker)
        process->maker->task.child_count++;
    if (is_sibling)
        process->exit_signal = old->exit_signal;
    process->has_subreaper_above =
        old->has_subreaper_above || old->is_subreaper;
    process_enter_tree_locked(process, is_sibling ? old->parent : old);
    group_join_locked(process, old->group, old->session);
    process->terminal = old->terminal ? terminal_get(old->terminal) : NULL;
    pid_set_process(child->pid, process);
}

static int publish(struct thread *child, const struct spawn *how,
    unsigned group_signals)
{
    bool is_thread = how->share & SHARE_PROCESS;
    int error = 0;
    spin_lock(&process_tree_lock);
    unsigned long irq_state = handlers_lock(current);
    if (is_called_away(current, is_thread, group_signals))
        error = -ERESTART_ALWAYS;
    if (!error) {
        process_add_thread_locked(child->process, child);
        if (!is_thread)
            enter_as_process(child, how);
        pid_set_thread(child->pid, child);
    }
    handlers_unlock(current, irq_state);
    spin_unlock(&process_tree_lock);
    return error;
}

/* A descriptor of the child, taken but empty until the child is there. */
static int make_pidfd(
    struct thread *child, const struct spawn *how, struct file **file)
{
    int error = pidfd_new(child->pid, 0, file);
    if (error)
        return error;
    int fd = files_reserve(current->files, 0,
        process_limit(current->process, LIMIT_FILES), FD_CLOSE_ON_EXEC);
    if (fd < 0) {
        file_put(*file);
        return fd;
    }
    if (!user_write((void __user *)how->pidfd, &fd, sizeof fd))
        return fd;
    files_release(current->files, fd);
    file_put(*file);
    return -EFAULT;
}

static int decorate_and_publish(struct thread *child, const struct spawn *how,
    unsigned group_signals)
{
    struct file *file = NULL;
    int fd = -1, number = thread_number(child);
    if (how->options & SPAWN_PIDFD) {
        fd = make_pidfd(child, how, &file);
        if (fd < 0)
            return fd;
    }
    /* A bad address shows itself to the program that gave it. */
    if (how->options & SPAWN_WRITE_PARENT_TID &&
        user_write((void __user *)how->parent_tid, &number, sizeof number))
        number = 0;
    int error = publish(child, how, group_signals);
    if (!file)
        return error;
    if (!error) {
        files_install(current->files, fd, file);
        return 0;
    }
    files_release(current->files, fd);
    file_put(file);
    return error;
}

static int check(const struct spawn *how)
{
    struct thread *maker = current;
    if (how->options & SPAWN_SIBLING && !(how->share & SHARE_PROCESS) &&
        maker->process == process_first())
        return -EINVAL;
    if (how->options & SPAWN_SET_TLS && !context_tls_is_ok(how->tls))
        return -EPERM;
    if (how->options & SPAWN_NAMESPACES)
        return credentials_can(maker->credentials, CAPABLE_SYS_ADMIN)
            ? -EINVAL
            : -EPERM;
    /* What is pending is delivered first: the child is not to have it. */
    if (atomic_load(&maker->work) & COMES_FIRST)
        return -ERESTART_ALWAYS;
    return 0;
}

static int count_thread(const struct credentials *who)
{
    bool is_privileged = !who->uid ||
        credentials_can(who, CAPABLE_SYS_RESOURCE) ||
        credentials_can(who, CAPABLE_SYS_ADMIN);
    int error = user_count_thread(who->uid,
        process_limit(current->process, LIMIT_PROCESSES), is_privileged);
    if (error)
        return error;
    current->task.user_is_over = false;
    error = all_threads_count();
    if (error)
        user_uncount_thread(who->uid);
    return error;
}

static int spawn_once(const struct spawn *how, struct thread **made)
{
    struct thread *child;
    uint32_t uid = current->credentials->uid;
    /* Read before check looks for signals: process_count_group_signal. */
    unsigned group_signals =
        atomic_load_acquire(&current->process->group_signals);
    int error = check(how);
    if (!error)
        error = count_thread(current->credentials);
    if (error)
        return error;
    error = child_new(how, &child);
    if (!error) {
        error = decorate_and_publish(child, how, group_signals);
        if (error)
            spawn_undo(child);
    }
    if (error) {
        all_threads_uncount();
        user_uncount_thread(uid);
        return error;
    }
    if (!(how->share & SHARE_PROCESS))
        cpu_timers_start(child->process);
    *made = child;
    return thread_number(child);
}

/* Many of its allocations cannot wait: in a shortage all begins again once there
 * is memory. So it does after a signal that nobody will take here, for it is
 * blocked, ignored or another thread's. */
static bool goes_on(int error, unsigned *tries)
{
    if (error == -ERESTART_ALWAYS) {
        thread_breathe();
        return !(atomic_load(&current->work) & COMES_FIRST);
    }
    return error == -ENOMEM && (*tries)++ < SPAWN_TRIES &&
        pages_are_short() && pages_wait();
}

int spawn(const struct spawn *how, struct thread **made)
{
    int number;
    unsigned tries = 0;
    do
        number = spawn_once(how, made);
    while (number < 0 && goes_on(number, &tries));
    return number;
}
