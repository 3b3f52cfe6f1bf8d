/* SPDX-License-Identifier: MIT */
/* Job control: whose terminal it is, who is in the foreground, and what the
 * others are told.
 *
 * A terminal points at a session and a group, the processes of the session
 * point back at the terminal; all of it is under process_tree_lock.  Signals
 * are sent after that lock, to groups that we hold references to. */
#include "kernel/terminal_core.h"
#include "vfs/async.h"

#include "arch/atomic.h"
#include "lib/signals.h"

static void tell_group(struct pid *group, int number)
{
    struct signal_info info = { .number = number, .code = SI_KERNEL };
    if (group)
        signal_send_group(group, &info);
}

static void tell_hang_up(struct pid *group)
{
    tell_group(group, SIGHUP);
    tell_group(group, SIGCONT);
}

static void tell_process(struct process *process, int number)
{
    struct signal_info info = { .number = number, .code = SI_KERNEL };
    signal_send_process(process, &info);
}

static struct pid *get_or_null(struct pid *pid)
{
    return pid ? pid_get(pid) : NULL;
}

static void put_or_null(struct pid *pid)
{
    if (pid)
        pid_put(pid);
}

static struct pid *foreground(struct terminal *terminal)
{
    spin_lock(&process_tree_lock);
    struct pid *group = get_or_null(terminal->group);
    spin_unlock(&process_tree_lock);
    return group;
}

int terminal_foreground(struct terminal *terminal)
{
    struct pid *group = foreground(terminal);
    int number = group ? group->number : -1;
    put_or_null(group);
    return number;
}

void terminal_signal_foreground(struct terminal *terminal, int number)
{
    struct pid *group = foreground(terminal);
    tell_group(group, number);
    put_or_null(group);
}

bool terminal_is_mine(struct terminal *terminal)
{
    struct process *process = current_process();
    return process && atomic_load(&process->terminal) == terminal;
}

static bool is_ignored(int number)
{
    if (current->signals.blocked & signal_bit(number))
        return true;
    return atomic_load(&current->handlers->actions[number - 1].handler)
        == HANDLER_IGNORE;
}

/* 0: go on. Background readers get SIGTTIN, writers SIGTTOU; one who cannot be
 * stopped by it is refused, or in the case of SIGTTOU, let through. */
int terminal_check_foreground(struct terminal *terminal, int number)
{
    struct process *process = current_process();
    if (!process || !terminal_is_mine(terminal))
        return 0;
    spin_lock(&process_tree_lock);
    struct pid *group = get_or_null(process->group);
    bool is_behind = process->terminal == terminal && terminal->group
        && terminal->group != group;
    bool is_orphaned = is_behind && group_is_orphaned(group);
    spin_unlock(&process_tree_lock);
    int result = 0;
    if (is_behind) {
        if (is_ignored(number)) {
            result = number == SIGTTIN ? -EIO : 0;
        } else if (is_orphaned) {
            result = -EIO;
        } else {
            tell_group(group, number);
            result = -ERESTART;
        }
    }
    put_or_null(group);
    return result;
}

/* Taking. Under process_tree_lock. */

static void become_controlling(
    struct terminal *terminal, struct process *process)
{
    put_or_null(terminal->session);
    put_or_null(terminal->group);
    terminal->session = get_or_null(process->session);
    terminal->group = get_or_null(process->group);
    atomic_store(&process->terminal, terminal_get(terminal));
}

static void forget(struct process *process)
{
    struct terminal *terminal = process->terminal;
    atomic_store(&process->terminal, NULL);
    terminal_put(terminal);
}

static void forget_session(struct terminal *terminal)
{
    struct process *process;
    struct pid *session = terminal->session;
    if (session)
        list_for_each(process, &session->members[PID_SESSION], session_link)
            if (process->terminal == terminal)
                forget(process);
    put_or_null(terminal->session);
    put_or_null(terminal->group);
    terminal->session = terminal->group = NULL;
}

void terminal_take_if_free(struct terminal *terminal, bool is_readable)
{
    struct process *process = current_process();
    if (!process || !is_readable)
        return;
    spin_lock(&process_tree_lock);
    if (process->is_session_leader && !process->terminal && !terminal->session)
        become_controlling(terminal, process);
    spin_unlock(&process_tree_lock);
}

static int take_locked(struct terminal *terminal, struct process *process,
    bool steals, bool is_readable, bool is_mighty)
{
    if (process->is_session_leader && process->terminal == terminal
        && process->session == terminal->session)
        return 0;
    if (!process->is_session_leader || process->terminal)
        return -EPERM;
    if (terminal->session) {
        if (!steals || !is_mighty)
            return -EPERM;
        forget_session(terminal);
    }
    if (!is_readable && !is_mighty)
        return -EPERM;
    become_controlling(terminal, process);
    return 0;
}

int terminal_take(struct terminal *terminal, bool steals, bool is_readable)
{
    bool is_mighty = credentials_can(current->credentials, CAPABLE_SYS_ADMIN);
    spin_lock(&process_tree_lock);
    int error = take_locked(
        terminal, current_process(), steals, is_readable, is_mighty);
    spin_unlock(&process_tree_lock);
    return error;
}

int terminal_leave(struct terminal *terminal)
{
    struct process *process = current_process();
    struct pid *group = NULL;
    spin_lock(&process_tree_lock);
    bool is_mine = process->terminal == terminal;
    if (is_mine && process->is_session_leader) {
        group = get_or_null(terminal->group);
        forget_session(terminal);
    }
    if (process->terminal == terminal)
        forget(process);
    spin_unlock(&process_tree_lock);
    tell_hang_up(group);
    put_or_null(group);
    return is_mine ? 0 : -ENOTTY;
}

/* A number that is no group's yet is taken if it is a process' of the session:
 * that one may be about to make it its group. */
static struct process *member_of(struct pid *group)
    must_hold(process_tree_lock)
{
    if (!group)
        return NULL;
    struct process *member =
        list_first(&group->members[PID_GROUP], struct process, group_link);
    return member ? member : group->process;
}

static int set_foreground_locked(
    struct terminal *terminal, struct process *process, struct pid *group)
{
    if (process->terminal != terminal || terminal->session != process->session)
        return -ENOTTY;
    struct process *member = member_of(group);
    if (!member)
        return -ESRCH;
    if (member->session != process->session)
        return -EPERM;
    put_or_null(terminal->group);
    terminal->group = pid_get(group);
    return 0;
}

int terminal_set_foreground(struct terminal *terminal, int number)
{
    int error = terminal_check_foreground(terminal, SIGTTOU);
    if (error)
        return error == -EIO ? -ENOTTY : error;
    if (number < 0)
        return -EINVAL;
    struct pid *group = pid_find_get(number);
    spin_lock(&process_tree_lock);
    error = set_foreground_locked(terminal, current_process(), group);
    spin_unlock(&process_tree_lock);
    put_or_null(group);
    return error;
}

/* Hang-ups. */

/* Takes the terminal from its session: the leader, with a reference, or NULL;
 * the foreground group, with one. */
static struct process *detach_session(
    struct terminal *terminal, struct pid **group)
    must_hold(process_tree_lock)
{
    struct process *process, *leader = NULL;
    struct pid *session = terminal->session;
    *group = get_or_null(terminal->group);
    if (session)
        list_for_each(process, &session->members[PID_SESSION], session_link)
            if (process->is_session_leader && process->terminal == terminal)
                leader = process_get(process);
    forget_session(terminal);
    return leader;
}

/* The leader hears of it before those in the foreground, who are told when it
 * ends: noted before it can. */
static struct process *detach_and_note(
    struct terminal *terminal, struct pid **group)
{
    spin_lock(&process_tree_lock);
    struct process *leader = detach_session(terminal, group);
    if (leader) {
        put_or_null(leader->hung_up_group);
        leader->hung_up_group = get_or_null(*group);
    }
    spin_unlock(&process_tree_lock);
    return leader;
}

void terminal_offer_owner(struct terminal *terminal, struct file *file)
{
    spin_lock(&process_tree_lock);
    struct pid *group = get_or_null(terminal->group);
    spin_unlock(&process_tree_lock);
    struct pid *mine = current_process()->pid;
    file_offer_owner(file, group ? group : pid_get(mine),
        group ? OWNER_GROUP : OWNER_PROCESS, current->credentials);
}

static void hang_up(struct terminal *terminal, bool session_ends)
{
    struct pid *group;
    spin_lock(&terminal->lock);
    atomic_add(&terminal->hangups, 1);
    line_flush_input(terminal->line);
    line_start(terminal->line);
    terminal_settle(terminal);
    terminal_wake(terminal,
        READY_IN | READY_OUT | READY_ERROR | READY_HANGUP | TELL_NO_MORE);
    struct process *leader = detach_and_note(terminal, &group);
    if (leader) {
        tell_process(leader, SIGHUP);
        tell_process(leader, SIGCONT);
        process_put(leader);
    }
    if (session_ends)
        tell_group(group, SIGHUP);
    put_or_null(group);
}

void terminal_hang_up(struct terminal *terminal)
{
    hang_up(terminal, false);
}

static struct terminal *terminal_of(struct process *process)
{
    spin_lock(&process_tree_lock);
    struct terminal *terminal = terminal_get(process->terminal);
    spin_unlock(&process_tree_lock);
    return terminal;
}

void terminal_vhangup(struct process *process)
{
    struct terminal *terminal = terminal_of(process);
    if (terminal)
        hang_up(terminal, false);
    terminal_put(terminal);
}

static void tell_noted_group(struct process *leader)
{
    spin_lock(&process_tree_lock);
    struct pid *group = leader->hung_up_group;
    leader->hung_up_group = NULL;
    spin_unlock(&process_tree_lock);
    tell_hang_up(group);
    put_or_null(group);
}

static void leave_pty(struct terminal *terminal)
{
    struct pid *group;
    spin_lock(&process_tree_lock);
    struct process *same = detach_session(terminal, &group);
    spin_unlock(&process_tree_lock);
    if (same)
        process_put(same);
    tell_group(group, SIGHUP);
    put_or_null(group);
}

/* A real line is hung up for everyone; a pty lives on while its master does,
 * so that only those in the foreground hear of it. */
void terminal_leave_session(struct process *leader)
{
    struct terminal *terminal = terminal_of(leader);
    if (!terminal)
        return tell_noted_group(leader);
    if (terminal->driver->is_pty)
        leave_pty(terminal);
    else
        hang_up(terminal, true);
    terminal_put(terminal);
}
