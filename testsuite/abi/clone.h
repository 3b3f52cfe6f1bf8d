/* SPDX-License-Identifier: MIT */
/* For tests of clone: raw calls, so that no library comes between. */
#ifndef TEST_CLONE_H
#define TEST_CLONE_H

#include "tap.h"

#include <linux/sched.h>
#include <sched.h>

static inline long raw_clone(
    unsigned long flags, void *stack, int *parent, int *child, void *tls)
{
    fflush(stdout);
#ifdef __x86_64__
    return syscall(SYS_clone, flags, stack, parent, child, tls);
#else
    return syscall(SYS_clone, flags, stack, parent, tls, child);
#endif
}

static inline long clone3(struct clone_args *args, size_t size)
{
    fflush(stdout);
    return syscall(SYS_clone3, args, size);
}

static inline int ended(long child)
{
    int status = -1;
    waitpid(child, &status, __WALL);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

/* A child with a stack of its own, by the library's clone, which runs body. */
static char stack[65536] __attribute__((aligned(16)));
static inline long start(int (*body)(void *), unsigned long flags, void *argument)
{
    fflush(stdout);
    return clone(body, stack + sizeof stack, flags, argument);
}
#endif
