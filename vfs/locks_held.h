/* SPDX-License-Identifier: MIT */
/* A lock that is held, for the vfs/locks*.c. */
#ifndef VFS_LOCKS_HELD_H
#define VFS_LOCKS_HELD_H

#include "vfs/locks.h"

#define END_OF_FILE (UINT64_MAX >> 1)

/* In the list of all: each that is held, then who waits for it. */
struct lock_node {
    struct list link;
    enum lock_node_kind { NODE_HELD, NODE_BLOCKED, NODE_CURSOR } kind;
};

/* One that waits for a lock. */
struct blocked {
    struct lock_node node;
    struct held *holder; /* [all] for whom; NULL: it is not in the list */
    const struct inode *inode;
    struct lock_shown shown;
};

/* Under inode->lock: */
struct held {
    struct list link; /* in inode->locks: by owner, then by start */
    struct lock_node node;
    struct blocked *last_blocked; /* [all] or NULL */
    const struct inode *inode;
    enum lock_family family;
    const void *owner;
    const struct file *by; /* the file it was set through last */
    enum lock_type type;
    uint64_t start, end;
    int pid;
};

/* vfs/locks_all.c. Into the list of all, or out of it, with those that wait. */
void held_tell(struct held *held);
void held_forget(struct held *held);
/* It waits for holder from now on; it does no more. inode->lock is held for the
 * first. */
void blocked_tell(struct blocked *blocked, struct held *holder);
void blocked_forget(struct blocked *blocked);

#endif
