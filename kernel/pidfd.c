/* SPDX-License-Identifier: MIT */
/* Descriptors that name a process.  The file holds the number's struct pid,
 * which outlives the process; readiness is that the process is gone or a
 * zombie, and its queue is the one that the end of a process wakes. */
#include "kernel/pidfd.h"

#include "arch/atomic.h"
#include "kernel/process.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "vfs/files.h"

static bool has_ended(struct pid *pid)
{
    struct process *process = pid_process(pid);
    bool has = !process || atomic_load(&process->state) != PROCESS_ALIVE;
    process_put(process);
    return has;
}

static unsigned poll_pidfd(struct file *file, struct waiter *waiter)
{
    struct pid *pid = file->private;
    if (waiter)
        wait_queue_add(&pid->exit_queue, waiter);
    return has_ended(pid) ? READY_IN : 0;
}

static size_t describe_pidfd(struct file *file, char *buffer, size_t capacity)
{
    struct pid *pid = file->private;
    /* A zombie has its number. */
    int number = atomic_load(&pid->thread) ? pid->number : -1;
    int length =
        format(buffer, capacity, "Pid:\t%d\nNSpid:\t%d\n", number, number);
    return min((size_t)length, capacity);
}

static void release_pidfd(struct file *file)
{
    pid_put(file->private);
}

static const struct file_ops pidfd_ops = {
    .poll = poll_pidfd,
    .describe = describe_pidfd,
    .release = release_pidfd,
    .cannot_seek = true,
    .is_stream = true,
};

int pidfd_new(struct pid *pid, unsigned flags, struct file **made)
{
    int error = file_open_unnamed("anon_inode:[pidfd]", NULL, &pidfd_ops,
        pid_get(pid), OPEN_READ | OPEN_WRITE | flags, current->credentials,
        made);
    if (error)
        pid_put(pid);
    return error;
}

int pidfd_open(int number, unsigned flags)
{
    if (number <= 0)
        return -EINVAL;
    struct pid *pid = pid_find_get(number);
    struct process *process = pid ? pid_process(pid) : NULL;
    int result = process ? 0 : pid ? -EINVAL : -ESRCH;
    struct file *file;
    if (!result)
        result = pidfd_new(pid, flags, &file);
    if (!result) {
        result = files_add(current->files, file,
            process_limit(current->process, LIMIT_FILES), FD_CLOSE_ON_EXEC);
    }
    process_put(process);
    pid_put(pid);
    return result;
}

struct pid *pidfd_pid(struct file *file)
{
    return file->ops == &pidfd_ops ? pid_get(file->private) : NULL;
}
