/* SPDX-License-Identifier: MIT */
/* Counters to wait for: eventfd(2). */
#ifndef VFS_EVENTFD_H
#define VFS_EVENTFD_H

#include "vfs/file.h"

enum eventfd_kind { EVENTFD_COUNTER, EVENTFD_SEMAPHORE };

/* flags: OPEN_NONBLOCK or 0. -ENOMEM, -ENFILE */
int eventfd_open(uint64_t count, enum eventfd_kind kind, unsigned flags,
    const struct credentials *who, struct file **opened);

#endif
