/* SPDX-License-Identifier: MIT */
/* Process groups and sessions.  A group is the struct pid of its number with
 * its members in a list; it lives while it has members, each being a use. */
#include "kernel/process.h"

#include "kernel/terminal.h"
#include "lib/errno.h"

void group_join_locked(
    struct process *process, struct pid *group, struct pid *session)
    must_hold(process_tree_lock)
{
    process->group = pid_get(group);
    process->session = pid_get(session);
    pid_use(group);
    pid_use(session);
    list_add(&group->members[PID_GROUP], &process->group_link);
    list_add(&session->members[PID_SESSION], &process->session_link);
}

/* The references stay: a zombie's numbers are still shown. */
void group_leave_locked(struct process *process) must_hold(process_tree_lock)
{
    list_remove(&process->group_link);
    list_remove(&process->session_link);
    pid_unuse(process->group);
    pid_unuse(process->session);
}

static void change_group(struct process *process, struct pid *group)
    must_hold(process_tree_lock)
{
    struct pid *old = process->group;
    if (old == group)
        return;
    list_remove(&process->group_link);
    list_add(&group->members[PID_GROUP], &process->group_link);
    pid_use(group);
    process->group = pid_get(group);
    pid_unuse(old);
    pid_put(old);
}

static void change_session(struct process *process, struct pid *session)
    must_hold(process_tree_lock)
{
    struct pid *old = process->session;
    if (old == session)
        return;
    list_remove(&process->session_link);
    list_add(&session->members[PID_SESSION], &process->session_link);
    pid_use(session);
    process->session = pid_get(session);
    pid_unuse(old);
    pid_put(old);
}

/* Who is meant by setpgid's first argument. */
static int check_target(struct process *process)
    must_hold(process_tree_lock)
{
    struct process *own = current->process;
    if (process->parent == own) {
        if (process->session != own->session)
            return -EPERM;
        if (process->has_execed)
            return -EACCES;
    } else if (process != own) {
        return -ESRCH;
    }
    return process->is_session_leader ? -EPERM : 0;
}

static bool is_group_of_session(struct pid *group, struct pid *session)
    must_hold(process_tree_lock)
{
    struct process *member =
        list_first(&group->members[PID_GROUP], struct process, group_link);
    return member && member->session == session;
}

static int set_group(struct process *process, int number)
    must_hold(process_tree_lock)
{
    int error = check_target(process);
    if (error)
        return error;
    if (!number || number == process->pid->number) {
        change_group(process, process->pid);
        return 0;
    }
    struct pid *group = pid_find_get(number);
    if (group && is_group_of_session(group, current->process->session))
        change_group(process, group);
    else
        error = -EPERM;
    pid_put(group);
    return error;
}

/* A thread's number that is no process' is refused in another way. */
static int find_process(int number, struct process **process)
{
    if (!number) {
        *process = process_get(current->process);
        return 0;
    }
    *process = process_find(number);
    if (*process)
        return 0;
    struct thread *thread = thread_find(number);
    if (!thread)
        return -ESRCH;
    thread_put(thread);
    return -EINVAL;
}

int process_set_group(int number, int group)
{
    struct process *process;
    if ((group ? group : number) < 0)
        return -EINVAL;
    int error = find_process(number, &process);
    if (error)
        return error;
    spin_lock(&process_tree_lock);
    if (process->state == PROCESS_DEAD)
        error = -ESRCH;
    else
        error = set_group(process, group);
    spin_unlock(&process_tree_lock);
    process_put(process);
    return error;
}

int process_new_session(void)
{
    struct process *process = current->process;
    struct terminal *terminal = NULL;
    int error = -EPERM;
    spin_lock(&process_tree_lock);
    if (!process->is_session_leader &&
        list_is_empty(&process->pid->members[PID_GROUP])) {
        process->is_session_leader = true;
        change_session(process, process->pid);
        change_group(process, process->pid);
        terminal = process->terminal;
        process->terminal = NULL;
        error = 0;
    }
    spin_unlock(&process_tree_lock);
    if (terminal)
        terminal_put(terminal);
    return error ? error : process->pid->number;
}

static int number_of(int number, bool is_session)
{
    /* A thread's number stands for its process here. */
    struct thread *thread = number ? thread_find(number) : NULL;
    if (number && !thread)
        return -ESRCH;
    struct process *process = thread ? thread->process : current->process;
    spin_lock(&process_tree_lock);
    struct pid *pid = is_session ? process->session : process->group;
    int result = process->state == PROCESS_DEAD ? -ESRCH : pid->number;
    spin_unlock(&process_tree_lock);
    if (thread)
        thread_put(thread);
    return result;
}

int process_group_number(int pid)
{
    return number_of(pid, false);
}

int process_session_number(int pid)
{
    return number_of(pid, true);
}

bool group_is_orphaned_without(
    struct pid *group, const struct process *ignored)
    must_hold(process_tree_lock)
{
    struct process *member;
    list_for_each(member, &group->members[PID_GROUP], group_link) {
        struct process *parent = member->parent;
        if (member == ignored || member->state != PROCESS_ALIVE || !parent ||
            parent == process_first())
            continue;
        if (parent->group != group && parent->session == member->session)
            return false;
    }
    return true;
}

bool group_is_orphaned(struct pid *group) must_hold(process_tree_lock)
{
    return group_is_orphaned_without(group, NULL);
}

bool group_has_stopped(struct pid *group) must_hold(process_tree_lock)
{
    struct process *member;
    list_for_each(member, &group->members[PID_GROUP], group_link)
        if (member->is_stopped)
            return true;
    return false;
}
