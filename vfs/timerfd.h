/* SPDX-License-Identifier: MIT */
/* Timers to wait for: timerfd_create(2). */
#ifndef VFS_TIMERFD_H
#define VFS_TIMERFD_H

#include "vfs/file.h"

/* An alarm that is set from now on notes which moment that will be. */
enum timerfd_clock { TIMERFD_MONOTONIC, TIMERFD_REAL, TIMERFD_REAL_ALARM };
enum timerfd_flags {
    TIMERFD_ABSOLUTE = 1,
    TIMERFD_CANCEL_ON_SET = 2, /* of the real-time clock */
};

struct timerfd_setting {
    uint64_t value_ns, interval_ns; /* 0: off; once */
};

/* number: the clock's own, for /proc. flags: OPEN_NONBLOCK or 0. */
int timerfd_open(enum timerfd_clock clock, int number, unsigned flags,
    const struct credentials *who, struct file **opened);
/* The clock of a timerfd, by its own number; -EINVAL: the file is none. */
int timerfd_clock_number(const struct file *file);
/* -ECANCELED: set all the same, but the clock was set and nobody has heard of
 * it. */
int timerfd_set(struct file *file, unsigned flags,
    const struct timerfd_setting *wanted, struct timerfd_setting *old);
void timerfd_get(struct file *file, struct timerfd_setting *now);

#endif
