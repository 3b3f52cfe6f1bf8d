/* SPDX-License-Identifier: MIT */
/* What vfs/entry.c and vfs/entry_move.c share: the hash of names. */
#ifndef VFS_ENTRY_NAMES_H
#define VFS_ENTRY_NAMES_H

#include "vfs/entry.h"
#include "vfs/inode.h"

/* A name that is long or came by rename: readers may still compare it when it
 * is replaced, so it is freed after a grace period. */
struct entry_name {
    struct grace grace;
    char text[];
};

extern struct spinlock names_lock; /* RANK_NAMES */

/* The last of an entry that was removed. */
void names_forget_removed(struct entry *entry);

/* All with names_lock. */
void names_hash_locked(struct entry *entry) must_hold(names_lock);
void names_unhash_locked(struct entry *entry) must_hold(names_lock);
void names_remove_locked(struct entry *entry) must_hold(names_lock);
/* Around what makes a name appear elsewhere: those who look meanwhile look
 * again. */
void names_begin_move(void) must_hold(names_lock);
void names_end_move(void) must_hold(names_lock);

#endif
