/* SPDX-License-Identifier: MIT */
/* The calls of descriptors of processes, and a child to make one of. */
#ifndef PIDFD_TOOLS_H
#define PIDFD_TOOLS_H

#include "tap.h"

#define P_PIDFD_ ((idtype_t)3)

static inline long open_it(pid_t pid, unsigned flags)
{
    return syscall(SYS_pidfd_open, pid, flags);
}

static inline long send_to(int fd, int signal, siginfo_t *info, unsigned flags)
{
    return syscall(SYS_pidfd_send_signal, fd, signal, info, flags);
}

static inline long fetch(int pidfd, int fd, unsigned flags)
{
    return syscall(SYS_pidfd_getfd, pidfd, fd, flags);
}

static inline pid_t child_waits(void)
{
    fflush(stdout);
    pid_t child = fork();
    if (!child)
        for (;;)
            pause();
    return child;
}

#endif
