/* SPDX-License-Identifier: MIT */
/* Whom setpriority(2) and ioprio_set(2) are about: a thread, the threads of a
 * process group, those of a user. */
#ifndef ABI_LINUX_TARGETS_H
#define ABI_LINUX_TARGETS_H

#include "lib/types.h"

struct thread;

struct target {
    int which;    /* PRIO_PROCESS, PRIO_PGRP, PRIO_USER */
    int who;      /* a thread's number, a group's: 0 is the caller's own */
    uint32_t uid; /* for PRIO_USER, who's */
};

/* -EINVAL. For PRIO_USER, 0 is the caller's real user. */
int target_argument(struct target *target, int which, int who);
/* The next thread that is meant, with a reference; NULL. *from starts as 0. */
struct thread *target_next(const struct target *target, int *from);

#endif
