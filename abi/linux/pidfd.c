/* SPDX-License-Identifier: MIT */
/* Descriptors of processes: pidfd_open, pidfd_send_signal, pidfd_getfd. */
#include <linux/fcntl.h>

#include "abi/linux/arguments.h"
#include "abi/linux/siginfo.h"
#include "kernel/pidfd.h"
#include "kernel/procfs.h"

long sys_pidfd_open(int pid, int flags)
{
    if (flags & ~O_NONBLOCK)
        return -EINVAL;
    return pidfd_open(pid, flags & O_NONBLOCK ? OPEN_NONBLOCK : 0);
}

/* The pid behind a descriptor, with a reference; NULL. */
static struct pid *pid_argument(int fd)
{
    struct file *file = files_find(current->files, fd);
    struct pid *pid = file ? pidfd_pid(file) : NULL;
    file_put(file);
    return pid;
}

/* What signals are sent by may be a folder of /proc as well. */
static struct pid *signal_argument(int fd)
{
    struct file *file = files_find(current->files, fd);
    struct pid *pid = file ? pidfd_pid(file) : NULL;
    if (file && !pid)
        pid = procfs_pid(file);
    file_put(file);
    return pid;
}

/* By the process itself: its number may be another's when it has gone. */
static long send(struct pid *pid, const struct signal_info *info)
{
    struct process *process = pid_process(pid);
    struct thread *thread = pid_thread(pid);
    long result = 0;
    if (!process || !thread)
        result = -ESRCH;
    else if (info->number < 0 || info->number > SIGNAL_COUNT)
        result = -EINVAL;
    else if (!may_signal(thread, info->number))
        result = -EPERM;
    else if (info->number)
        result = signal_send_process(process, info);
    thread_put(thread);
    process_put(process);
    return result;
}

/* The record, if there is one, must be of that signal and no lie. */
static int info_argument(struct signal_info *info, const struct pid *pid,
    int number, const void __user *from)
{
    if (!from) {
        signal_info_from_current(info, number, SI_USER);
        return 0;
    }
    int error = signal_info_argument(info, NULL, from);
    if (error)
        return error;
    if (info->number != number)
        return -EINVAL;
    return may_queue_code(pid->number, info->code) ? 0 : -EPERM;
}

long sys_pidfd_send_signal(
    int fd, int number, const void __user *from, unsigned flags)
{
    struct signal_info info;
    if (flags)
        return -EINVAL;
    struct pid *pid = signal_argument(fd);
    if (!pid)
        return -EBADF;
    long result = info_argument(&info, pid, number, from);
    if (!result)
        result = send(pid, &info);
    pid_put(pid);
    return result;
}

static long get_fd(struct thread *thread, int fd)
{
    if (!may_inspect(thread, INSPECT_BY_REAL))
        return -EPERM;
    struct files *files = thread_files(thread);
    if (!files)
        return -ESRCH;
    struct file *file = files_find(files, fd);
    files_put(files);
    return file ? fd_give(file, FD_CLOSE_ON_EXEC) : -EBADF;
}

long sys_pidfd_getfd(int pidfd, int fd, unsigned flags)
{
    if (flags)
        return -EINVAL;
    struct pid *pid = pid_argument(pidfd);
    if (!pid)
        return -EBADF;
    struct thread *thread = pid_thread(pid);
    long result = thread ? get_fd(thread, fd) : -ESRCH;
    thread_put(thread);
    pid_put(pid);
    return result;
}
