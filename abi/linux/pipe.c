/* SPDX-License-Identifier: MIT */
/* pipe, pipe2. */
#include <linux/fcntl.h>
#include <linux/watch_queue.h>

#include "abi/linux/arguments.h"
#include "abi/linux/open_flags.h"
#include "vfs/pipe.h"

/* Descriptors are handed out when nothing can fail any more: the numbers are
 * written first, while they are reserved but empty. */
static long give_ends(
    struct file *ends[2], void __user *to, unsigned fd_flags)
{
    int fds[2];
    fds[0] = files_reserve(current->files, 0, files_limit(), fd_flags);
    if (fds[0] < 0)
        return fds[0];
    fds[1] = files_reserve(current->files, 0, files_limit(), fd_flags);
    long error = fds[1] < 0 ? fds[1] : user_write(to, fds, sizeof fds);
    if (!error) {
        files_install(current->files, fds[0], ends[0]);
        files_install(current->files, fds[1], ends[1]);
        return 0;
    }
    if (fds[1] >= 0)
        files_release(current->files, fds[1]);
    files_release(current->files, fds[0]);
    return error;
}

long sys_pipe2(void __user *fds, int flags)
{
    struct file *ends[2];
    if (flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT | O_NOTIFICATION_PIPE))
        return -EINVAL;
    if (flags & O_NOTIFICATION_PIPE)
        return -ENOPKG; /* there are no queues of watches */
    unsigned open_flags = (flags & O_NONBLOCK ? OPEN_NONBLOCK : 0) |
        (flags & O_DIRECT ? OPEN_DIRECT : 0);
    int error =
        pipe_open(open_flags, current->credentials, &ends[0], &ends[1]);
    if (error)
        return error;
    error = give_ends(ends, fds, fd_flags_from(flags));
    if (error) {
        file_put(ends[0]);
        file_put(ends[1]);
    }
    return error;
}

long sys_pipe(void __user *fds)
{
    return sys_pipe2(fds, 0);
}
