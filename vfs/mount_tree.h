/* SPDX-License-Identifier: MIT */
/* What vfs/mount.c and vfs/mount_change.c share: the tree of mounts. */
#ifndef VFS_MOUNT_TREE_H
#define VFS_MOUNT_TREE_H

#include "sched/wait.h"
#include "vfs/mount.h"

enum { MOUNTS_MAX = 100000 };

struct mounts {
    struct refcount refs;
    struct mount *root;
    struct list list; /* struct mount.link */
    unsigned count;
    unsigned changes; /* [atomic to read] of the tree and of mounts' flags */
    struct wait_queue news; /* who waits for one */
};

/* Changes of any tree, one at a time (sleeping), and the lock under which its
 * links change and are followed. */
extern struct mutex mounts_change;
extern struct spinlock mounts_lock;
void mounts_change_begin(void);
void mounts_change_end(void);

/* MOUNT_READ_ONLY for those flags, or -EBUSY: there are writers. */
int mount_forbid_writers(unsigned *flags, const int *writers);

/* A mount that is nowhere; takes over the filesystem's reference. NULL. */
struct mount *mount_new_nowhere(struct filesystem *filesystem,
    struct entry *root, unsigned flags, const char *source);

/* These with mounts_change held.
 * The mount's reference moves into the tree. -ENOENT: the name is gone. */
int mount_attach(struct mount *mount, struct place at);
/* In the same place as before in its namespace's list. */
int mount_reattach(struct mount *mount, struct place at);
/* Out of its place, which the caller puts; it stays in its namespace. */
struct place mount_unhook(struct mount *mount);
/* The whole tree below and including mount leaves its namespace; those that
 * were mounted come onto `gone`, by link, with their reference; the places they
 * were in are in `at` until mounts_put_all. */
void mount_detach_tree(struct mount *mount, struct list *gone);
void mounts_put_all(struct list *gone);
/* Tells that there was a change; NULL: of what is nowhere. */
void mounts_changed(struct mounts *mounts);
/* One that is on what has ended; NULL. */
struct mount *mount_first_ended(void);
/* In order, parents first: the next mount of the tree below top, or NULL. */
struct mount *mount_next_below(struct mount *mount, const struct mount *top);
bool mount_is_above(const struct mount *above, const struct mount *mount);

#endif
