/* SPDX-License-Identifier: MIT */
/* Signals to whom a file's news are for.  What counts is what the one who named
 * the owner was then, for the news may come from anybody. */
#include "kernel/owner.h"

#include "arch/atomic.h"
#include "kernel/process.h"
#include "kernel/signal.h"
#include "lib/errno.h"
#include "vfs/file.h"

struct owner {
    struct pid *pid;
    enum file_owner kind;
    const struct credentials *setter;
};

/* False: nobody. */
static bool owner_of(struct file *file, struct owner *owner)
{
    spin_lock(&file->lock);
    *owner = (struct owner){ file->owner_pid, file->owner_kind,
        file->owner_setter };
    if (owner->pid) {
        pid_get(owner->pid);
        credentials_get(owner->setter);
    }
    spin_unlock(&file->lock);
    return owner->pid;
}

static bool may_tell(const struct credentials *setter, struct thread *target)
{
    const struct credentials *theirs = thread_credentials(target);
    if (!theirs)
        return false;
    bool may = !setter->euid || setter->euid == theirs->suid ||
        setter->euid == theirs->uid || setter->uid == theirs->suid ||
        setter->uid == theirs->uid;
    credentials_put(theirs);
    return may;
}

/* Under process_tree_lock. */
static void tell_process(struct process *process,
    const struct credentials *setter, const struct signal_info *info)
{
    if (process && process->state != PROCESS_DEAD && process->leader &&
        may_tell(setter, process->leader))
        signal_send_process_locked(process, info);
}

static void tell_group(struct pid *group, const struct credentials *setter,
    const struct signal_info *info)
{
    struct process *process;
    list_for_each(process, &group->members[PID_GROUP], group_link)
        tell_process(process, setter, info);
}

static void tell(const struct owner *owner, const struct signal_info *info)
{
    struct thread *thread = atomic_load(&owner->pid->thread);
    switch (owner->kind) {
    case OWNER_THREAD:
        if (thread && may_tell(owner->setter, thread))
            signal_send_thread_locked(thread, info);
        break;
    case OWNER_PROCESS:
        tell_process(
            atomic_load(&owner->pid->process), owner->setter, info);
        break;
    case OWNER_GROUP:
        tell_group(owner->pid, owner->setter, info);
        break;
    }
}

void owner_signal(struct file *file, int number)
{
    struct owner owner;
    struct signal_info info;
    if (!owner_of(file, &owner))
        return;
    signal_info_kernel(&info, number);
    spin_lock(&process_tree_lock);
    tell(&owner, &info);
    spin_unlock(&process_tree_lock);
    pid_put(owner.pid);
    credentials_put(owner.setter);
}

void owner_signal_urgent(struct file *file)
{
    owner_signal(file, SIGURG);
}
