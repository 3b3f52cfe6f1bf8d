/* SPDX-License-Identifier: MIT */
/* Signals by number: kill(2) and its kin, and who may send to whom. */
#include "kernel/signal_queue.h"
#include "lib/errno.h"
#include "vfs/credentials.h"

void signal_info_from_current(struct signal_info *info, int number, int code)
{
    *info = (struct signal_info){
        .number = number,
        .code = code,
        .shape = SHAPE_KILL,
        .kill.pid = process_number(current->process),
        .kill.uid = current->credentials->uid,
    };
}

static bool may_by_credentials(const struct credentials *target)
{
    const struct credentials *who = current->credentials;
    return who->euid == target->suid || who->euid == target->uid ||
        who->uid == target->suid || who->uid == target->uid ||
        credentials_can(who, CAPABLE_KILL);
}

bool may_signal(struct thread *target, int number)
{
    struct process *process = target->process;
    if (process == current->process)
        return true;
    const struct credentials *theirs = thread_credentials(target);
    if (!theirs)
        return true; /* it is gone: nobody is disturbed */
    bool may = may_by_credentials(theirs);
    credentials_put(theirs);
    /* A racy look is as good as one a moment earlier. */
    return may ||
        (number == SIGCONT && process &&
            process->session == current->process->session);
}

bool may_queue_code(int to, int code)
{
    return (code < 0 && code != SI_TKILL) ||
        to == thread_number(current);
}

/* Under process_tree_lock. */
static int kill_process_locked(
    struct process *process, const struct signal_info *info)
{
    struct thread *target = process->leader;
    if (info->number < 0 || info->number > SIGNAL_COUNT)
        return -EINVAL;
    if (target && !may_signal(target, info->number))
        return -EPERM;
    if (!info->number || !target)
        return 0;
    return signal_send_process_locked(process, info);
}

static int kill_one(int pid, const struct signal_info *info)
{
    struct process *process = process_find(pid);
    if (!process) {
        /* Linux takes the number of any thread for its process. */
        struct thread *thread = thread_find(pid);
        if (!thread)
            return -ESRCH;
        process = thread->process ? process_get(thread->process) : NULL;
        thread_put(thread);
        if (!process)
            return -ESRCH;
    }
    spin_lock(&process_tree_lock);
    int error = process->state == PROCESS_DEAD
        ? -ESRCH
        : kill_process_locked(process, info);
    spin_unlock(&process_tree_lock);
    process_put(process);
    return error;
}

static int kill_group(struct pid *group, const struct signal_info *info)
{
    struct process *process;
    bool has_succeeded = false;
    int result = -ESRCH;
    spin_lock(&process_tree_lock);
    list_for_each(process, &group->members[PID_GROUP], group_link) {
        int error = kill_process_locked(process, info);
        process_count_group_signal(process);
        has_succeeded |= !error;
        result = error;
    }
    spin_unlock(&process_tree_lock);
    return has_succeeded ? 0 : result;
}

static int kill_own_group(const struct signal_info *info)
{
    spin_lock(&process_tree_lock);
    struct pid *group = pid_get(current->process->group);
    spin_unlock(&process_tree_lock);
    int error = kill_group(group, info);
    pid_put(group);
    return error;
}

/* All but process 1 and the sender's own; each is found anew by its number, for
 * no lock can be held over all of them. */
static int kill_all(const struct signal_info *info)
{
    int result = -ESRCH, from = 2;
    struct pid *pid;
    while ((pid = pid_next_get(from))) {
        int number = pid->number;
        pid_put(pid);
        from = number + 1;
        thread_breathe();
        struct process *process = process_find(number);
        if (!process)
            continue;
        if (process != current->process && process_number(process) == number) {
            spin_lock(&process_tree_lock);
            int error = process->state == PROCESS_DEAD
                ? -ESRCH
                : kill_process_locked(process, info);
            process_count_group_signal(process);
            spin_unlock(&process_tree_lock);
            if (error != -ESRCH && (error != -EPERM || result == -ESRCH))
                result = error == -EPERM ? 0 : error;
        }
        process_put(process);
    }
    return result;
}

int kill_by_number(int pid, const struct signal_info *info)
{
    if (pid > 0)
        return kill_one(pid, info);
    if (pid == 0)
        return kill_own_group(info);
    if (pid == -1)
        return kill_all(info);
    if (pid == INT32_MIN)
        return -ESRCH;
    struct pid *group = pid_find_get(-pid);
    if (!group)
        return -ESRCH;
    int error = kill_group(group, info);
    pid_put(group);
    return error;
}

int kill_thread(int tgid, int tid, const struct signal_info *info)
{
    if (tid <= 0 || tgid < 0)
        return -EINVAL;
    struct thread *thread = thread_find(tid);
    if (!thread)
        return -ESRCH;
    int error = 0;
    if (!thread->process ||
        (tgid && process_number(thread->process) != tgid))
        error = -ESRCH;
    else if (info->number < 0 || info->number > SIGNAL_COUNT)
        error = -EINVAL;
    else if (!may_signal(thread, info->number))
        error = -EPERM;
    else if (info->number)
        error = signal_send_thread(thread, info);
    thread_put(thread);
    return error;
}
