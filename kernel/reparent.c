/* SPDX-License-Identifier: MIT */
/* What the end of a process or of a thread means for its children, its parent
 * and its group.  All of it under process_tree_lock, so that nobody sees half a
 * family. */
#include "kernel/exit.h"

#include "vfs/credentials.h"

static void send_to_group_locked(struct pid *group, int number)
    must_hold(process_tree_lock)
{
    struct signal_info info;
    signal_info_kernel(&info, number);
    signal_send_group_locked(group, &info);
}

/* process, of group, is about to lose its tie to `parent`. */
static void look_at_group(struct process *process, struct process *parent,
    const struct process *ignored)
    must_hold(process_tree_lock)
{
    struct pid *group = process->group;
    if (!parent || parent->group == group ||
        parent->session != process->session)
        return;
    if (!group_has_stopped(group) ||
        !group_is_orphaned_without(group, ignored))
        return;
    send_to_group_locked(group, SIGHUP);
    send_to_group_locked(group, SIGCONT);
}

void group_orphaned_by_exit_locked(struct process *process)
    must_hold(process_tree_lock)
{
    look_at_group(process, process->parent, process);
}

/* Who waits for the children of one that ends: the nearest ancestor that said
 * so, or the first process. */
static struct process *find_reaper(struct process *process)
    must_hold(process_tree_lock)
{
    struct process *up = process->parent;
    for (; up && up != process_first(); up = up->parent)
        if (up->is_subreaper && up->running)
            return up;
    return process_first();
}

/* A thread that will be there for a while; else one that is still there. */
static struct thread *living_thread(struct process *process)
    must_hold(process_tree_lock)
{
    struct thread *thread, *found = NULL;
    list_for_each(thread, &process->threads, task.process_link) {
        if (!thread->task.is_exiting)
            return thread;
        if (!thread->task.is_finished)
            found = thread;
    }
    return found;
}

static void set_maker(struct process *child, struct thread *maker)
    must_hold(process_tree_lock)
{
    if (child->maker)
        child->maker->task.child_count--;
    child->maker = maker;
    if (maker)
        maker->task.child_count++;
}

/* Those of its threads that asked to hear of the death of who made them. */
static void send_death_signals(struct process *child)
    must_hold(process_tree_lock)
{
    struct thread *thread;
    list_for_each(thread, &child->threads, task.process_link) {
        struct signal_info info;
        signal_info_from_current(
            &info, thread->task.parent_death_signal, SI_USER);
        if (info.number && !thread->task.is_exiting)
            signal_send_process_locked(child, &info);
    }
}

void children_of_thread_locked(struct thread *thread)
    must_hold(process_tree_lock)
{
    struct process *child;
    struct process *process = thread->process;
    if (!thread->task.child_count)
        return;
    struct thread *other = living_thread(process);
    list_for_each(child, &process->children, sibling) {
        if (child->maker != thread)
            continue;
        set_maker(child, other);
        send_death_signals(child);
    }
}

/* The new parent may not care for what is already dead. */
static void hand_over(struct process *child, struct process *old,
    struct process *reaper, struct thread *maker)
    must_hold(process_tree_lock)
{
    list_remove(&child->sibling);
    list_add(&reaper->children, &child->sibling);
    child->parent = reaper;
    child->exit_signal = SIGCHLD;
    child->parent_exec_count = reaper->exec_count;
    set_maker(child, maker);
    send_death_signals(child);
    bool is_unwanted =
        child->state == PROCESS_ZOMBIE && process_tell_end_locked(child);
    look_at_group(child, old, NULL);
    if (!is_unwanted)
        return;
    child->state = PROCESS_DEAD;
    process_release_locked(child);
}

void children_of_process_locked(struct process *process)
    must_hold(process_tree_lock)
{
    struct process *child, *after;
    if (list_is_empty(&process->children))
        return;
    struct process *reaper = find_reaper(process);
    struct thread *maker = living_thread(reaper);
    list_for_each_safe(child, after, &process->children, sibling)
        hand_over(child, process, reaper, maker);
}

static bool is_unwanted(struct process *parent)
    must_hold(process_tree_lock)
{
    struct thread *holder = parent->leader;
    unsigned long irq_state = handlers_lock(holder);
    const struct action *action = &holder->handlers->actions[SIGCHLD - 1];
    bool is = action->handler == HANDLER_IGNORE ||
        action->flags & ACTION_NO_CHILD_WAIT;
    handlers_unlock(holder, irq_state);
    return is;
}

bool process_tell_end_locked(struct process *process)
    must_hold(process_tree_lock)
{
    struct process *parent = process->parent;
    if (!parent)
        return true;
    /* A program that the parent did not start as such cannot know what signal
     * its former self asked for. */
    if (process->exit_signal &&
        process->parent_exec_count != parent->exec_count)
        process->exit_signal = SIGCHLD;
    bool unwanted = process->exit_signal == SIGCHLD && is_unwanted(parent);
    process_notify_parent_locked(process, CLD_EXITED, 0);
    wait_queue_wake_all(&parent->child_queue, READY_IN);
    return unwanted;
}
