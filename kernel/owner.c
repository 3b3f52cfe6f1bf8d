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
    int signal; /* that was chosen, or 0 */
};

static const struct signal_info plainly = {
    .number = SIGIO, .code = SI_KERNEL,
};

/* False: nobody. */
static bool owner_of(struct file *file, struct owner *owner)
{
    spin_lock(&file->lock);
    *owner = (struct owner){ file->owner_pid, file->owner_kind,
        file->owner_setter, file->owner_signal };
    if (owner->pid) {
        pid_get(owner->pid);
        credentials_get(owner->setter);
    }
    spin_unlock(&file->lock);
    return owner->pid;
}

static void owner_put(const struct owner *owner)
{
    pid_put(owner->pid);
    credentials_put(owner->setter);
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

/* What is sent: info, or, where it cannot be queued or has no number, SIGIO. */
static void tell_thread(struct thread *thread,
    const struct credentials *setter, const struct signal_info *info)
{
    if (thread && may_tell(setter, thread) &&
        signal_send_thread_locked(thread, info) == -EAGAIN)
        signal_send_thread_locked(thread, &plainly);
}

/* Under process_tree_lock. */
static void tell_process(struct process *process,
    const struct credentials *setter, const struct signal_info *info)
{
    if (process && process->state != PROCESS_DEAD && process->leader &&
        may_tell(setter, process->leader) &&
        signal_send_process_locked(process, info) == -EAGAIN)
        signal_send_process_locked(process, &plainly);
}

static void tell_group(struct pid *group, const struct credentials *setter,
    const struct signal_info *info)
{
    struct process *process;
    list_for_each(process, &group->members[PID_GROUP], group_link)
        tell_process(process, setter, info);
}

/* A thread's number stands for its process, too. */
static struct process *process_of(struct pid *pid)
{
    struct process *process = atomic_load(&pid->process);
    struct thread *thread = atomic_load(&pid->thread);
    return process || !thread ? process : thread->process;
}

static void tell(const struct owner *owner, const struct signal_info *info)
{
    spin_lock(&process_tree_lock);
    switch (owner->kind) {
    case OWNER_THREAD:
        tell_thread(atomic_load(&owner->pid->thread), owner->setter, info);
        break;
    case OWNER_PROCESS:
        tell_process(process_of(owner->pid), owner->setter, info);
        break;
    case OWNER_GROUP:
        tell_group(owner->pid, owner->setter, info);
        break;
    }
    spin_unlock(&process_tree_lock);
}

void owner_signal(struct file *file, int number)
{
    struct owner owner;
    struct signal_info info;
    if (!owner_of(file, &owner))
        return;
    signal_info_kernel(&info, number);
    tell(&owner, &info);
    owner_put(&owner);
}

void owner_signal_urgent(struct file *file)
{
    owner_signal(file, SIGURG);
}

/* These have codes of their own, which would be taken for another cause. */
static bool has_codes(int number)
{
    const signal_set with_codes = signal_bit(SIGILL) | signal_bit(SIGTRAP) |
        signal_bit(SIGBUS) | signal_bit(SIGFPE) | signal_bit(SIGSEGV) |
        signal_bit(SIGCHLD) | signal_bit(SIGSYS);
    return signal_bit(number) & with_codes;
}

static struct signal_info info_of(int number, int fd, unsigned what)
{
    static const struct {
        unsigned what;
        int code;
        long band;
    } codes[] = {
        { TELL_IN, POLL_IN, READY_IN },
        { TELL_OUT, POLL_OUT, READY_OUT | READY_WRITE_BAND },
        { TELL_URGENT, POLL_PRI, READY_PRIORITY | READY_READ_BAND },
        { TELL_HANGUP, POLL_HUP, READY_HANGUP | READY_ERROR },
    };
    size_t i = 0;
    while (codes[i].what != what)
        i++;
    return (struct signal_info){
        .number = number,
        .code = has_codes(number) ? SI_SIGIO : codes[i].code,
        .shape = SHAPE_POLL,
        .poll = { codes[i].band, fd },
    };
}

void owner_tell(struct file *file, int fd, unsigned what)
{
    struct owner owner;
    if (!owner_of(file, &owner))
        return;
    if (owner.signal) {
        struct signal_info info = info_of(owner.signal, fd, what);
        tell(&owner, &info);
    } else if (what != TELL_URGENT) { /* which is SIGURG's */
        tell(&owner, &plainly);
    }
    owner_put(&owner);
}

static bool is_there(const struct owner *owner)
{
    struct pid *pid = owner->pid;
    switch (owner->kind) {
    case OWNER_THREAD:
        return atomic_load(&pid->thread);
    case OWNER_PROCESS:
        return atomic_load(&pid->process);
    case OWNER_GROUP:
        break;
    }
    spin_lock(&process_tree_lock);
    bool has_members = !list_is_empty(&pid->members[PID_GROUP]);
    spin_unlock(&process_tree_lock);
    return has_members;
}

int owner_number(struct file *file, enum file_owner *kind)
{
    struct owner owner;
    int number = 0;
    if (owner_of(file, &owner)) {
        if (is_there(&owner))
            number = owner.pid->number;
        owner_put(&owner);
    }
    *kind = owner.kind;
    return number;
}
