/* SPDX-License-Identifier: MIT */
/* eventfd, eventfd2. */
#include <linux/fcntl.h>

#include "abi/linux/arguments.h"
#include "vfs/eventfd.h"

enum { EFD_SEMAPHORE = 1 }; /* no UAPI header of 6.1 has it: eventfd(2) */

long sys_eventfd2(unsigned value, int flags)
{
    struct file *file;
    if (flags & ~(O_CLOEXEC | O_NONBLOCK | EFD_SEMAPHORE))
        return -EINVAL;
    int error = eventfd_open(value,
        flags & EFD_SEMAPHORE ? EVENTFD_SEMAPHORE : EVENTFD_COUNTER,
        flags & O_NONBLOCK ? OPEN_NONBLOCK : 0, current->credentials, &file);
    return error ? error : fd_give(file, fd_flags_from(flags));
}

long sys_eventfd(unsigned value)
{
    return sys_eventfd2(value, 0);
}
