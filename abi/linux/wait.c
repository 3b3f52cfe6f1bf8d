/* SPDX-License-Identifier: MIT */
/* wait4, waitid. */
#include <linux/wait.h>

#include "abi/linux/arguments.h"
#include "abi/linux/siginfo.h"
#include "abi/linux/usage.h"
#include "kernel/exit.h"
#include "kernel/pidfd.h"
#include "lib/string.h"

static const struct {
    int option;
    enum wait_what what;
} option_table[] = {
    { WNOHANG, WAIT_NO_HANG },
    { WSTOPPED, WAIT_STOPPED },
    { WEXITED, WAIT_EXITED },
    { WCONTINUED, WAIT_CONTINUED },
    { WNOWAIT, WAIT_NO_REAP },
    { __WNOTHREAD, WAIT_OWN_THREAD },
    { __WALL, WAIT_ALL_KINDS },
    { (int)__WCLONE, WAIT_CLONE },
};

static unsigned what_from(int options)
{
    unsigned what = 0;
    for (size_t i = 0; i < array_size(option_table); i++)
        if (options & option_table[i].option)
            what |= option_table[i].what;
    return what;
}

enum { OLD_OPTIONS = WNOHANG | WUNTRACED | WCONTINUED };
static const int kinds = __WNOTHREAD | __WALL | (int)__WCLONE;

long sys_wait4(int pid, int __user *status, int options, void __user *usage)
{
    struct waited waited;
    enum wait_who who = pid == -1 ? WAIT_ANY : pid > 0 ? WAIT_PID : WAIT_GROUP;
    if (options & ~(OLD_OPTIONS | kinds))
        return -EINVAL;
    if (pid == INT32_MIN)
        return -ESRCH;
    long result = child_wait(who, pid < 0 ? -pid : pid,
        what_from(options) | WAIT_EXITED, &waited);
    if (result <= 0)
        return result;
    if (status && user_write(status, &waited.status, sizeof(int)))
        return -EFAULT;
    if (usage && usage_give(usage, &waited.usage))
        return -EFAULT;
    return result;
}

static int status_of(const struct waited *waited)
{
    switch (waited->code) {
    case CLD_KILLED:
    case CLD_DUMPED:
        return waited->status & 0x7f;
    case CLD_CONTINUED:
        return SIGCONT;
    }
    return waited->status >> 8 & 0xff;
}

/* All zeros if nothing was there to be waited for. */
static int give_info(
    void __user *to, const struct waited *waited, bool is_there)
{
    struct signal_info info = { .number = SIGCHLD, .shape = SHAPE_CHILD };
    siginfo_t record;
    memset(&record, 0, sizeof record);
    if (is_there) {
        info.code = waited->code;
        info.child.pid = waited->pid;
        info.child.uid = waited->uid;
        info.child.status = status_of(waited);
        siginfo_from_native(&record, &info);
    }
    return user_write(to, &record, offsetof(siginfo_t, si_status) + 4);
}

static int who_from(int type, int id, enum wait_who *who, int *number)
{
    *number = id;
    switch (type) {
    case P_ALL:
        *who = WAIT_ANY;
        return 0;
    case P_PID:
        *who = WAIT_PID;
        return id > 0 ? 0 : -EINVAL;
    case P_PGID:
        *who = WAIT_GROUP;
        return id >= 0 ? 0 : -EINVAL;
    case P_PIDFD:
        *who = WAIT_PIDFD;
        return id >= 0 ? 0 : -EINVAL;
    }
    return -EINVAL;
}

/* The number behind a pidfd; whether its waits may sleep is the file's. */
static int number_of_pidfd(int fd, bool *may_not_block)
{
    struct file *file = files_find(current->files, fd);
    struct pid *pid = file ? pidfd_pid(file) : NULL;
    int number = pid ? pid->number : -EBADF;
    *may_not_block = file && file->flags & OPEN_NONBLOCK;
    pid_put(pid);
    file_put(file);
    return number;
}

/* A child's number; 0 for none; an error. */
static long wait_id(int type, int id, int options, struct waited *waited)
{
    enum wait_who who;
    int number;
    bool may_not_block = false;
    const int wanted = WEXITED | WSTOPPED | WCONTINUED;
    if (options & ~(wanted | WNOHANG | WNOWAIT | kinds) ||
        !(options & wanted))
        return -EINVAL;
    int error = who_from(type, id, &who, &number);
    if (error)
        return error;
    if (who == WAIT_PIDFD)
        number = number_of_pidfd(number, &may_not_block);
    if (number < 0 && who == WAIT_PIDFD)
        return number;
    unsigned what = what_from(options) | (may_not_block ? WAIT_NO_HANG : 0);
    long result = child_wait(who, number, what, waited);
    if (!result && may_not_block && !(options & WNOHANG))
        return -EAGAIN;
    return result;
}

/* An error, too, leaves a record of zeros. */
long sys_waitid(
    int type, int id, void __user *to, int options, void __user *usage)
{
    struct waited waited;
    long result = wait_id(type, id, options, &waited);
    if (result > 0 && usage && usage_give(usage, &waited.usage))
        return -EFAULT;
    if (to && give_info(to, &waited, result > 0))
        return -EFAULT;
    return min(result, 0l);
}
