/* SPDX-License-Identifier: MIT */
/* A lock that is held, for the vfs/locks*.c. */
#ifndef VFS_LOCKS_HELD_H
#define VFS_LOCKS_HELD_H

#include "vfs/locks.h"

#define END_OF_FILE (UINT64_MAX >> 1)

/* Under inode->lock: */
struct held {
    struct list link; /* in inode->locks: by owner, then by start */
    enum lock_family family;
    const void *owner;
    const struct file *by; /* the file it was set through last */
    enum lock_type type;
    uint64_t start, end;
    int pid;
};

#endif
