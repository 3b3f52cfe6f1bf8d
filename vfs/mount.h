/* SPDX-License-Identifier: MIT */
/* Mounts: places where one tree continues in another.  A place is always
 * (mount, entry). */
#ifndef VFS_MOUNT_H
#define VFS_MOUNT_H

#include "vfs/entry.h"
#include "vfs/inode.h"

enum mount_flags {
    MOUNT_READ_ONLY = 1, MOUNT_NO_SETUID = 2, MOUNT_NO_DEVICES = 4,
    MOUNT_NO_EXECUTE = 8, MOUNT_SYNCHRONOUS = 16, MOUNT_NO_ATIME = 32,
    MOUNT_NO_DIR_ATIME = 64, MOUNT_RELATIVE_ATIME = 128, MOUNT_STRICT_ATIME = 256,
    MOUNT_NO_LINKS = 512, /* none that lies there is followed */
    /* Said of what is kept in memory they change nothing: */
    MOUNT_SYNCHRONOUS_NAMES = 1 << 10, MOUNT_MANDATORY = 1 << 11,
    MOUNT_LAZY_TIME = 1 << 12,
    MOUNT_HOLD = 1 << 16, /* for a moment: who wants to write waits */
};

struct waiter;
struct mounts; /* a namespace of mounts, counted */

struct place {
    struct mount *mount;
    struct entry *entry;
};

struct mount {
    struct refcount refs;
    struct filesystem *filesystem;
    struct entry *root;   /* of the part that is mounted (bind) */
    struct place at;      /* where, with references; {0} for the first */
    struct mounts *mounts;
    struct list link;     /* in mounts, in order of mounting */
    struct list hash_link; /* by at */
    struct list children, sibling;
    unsigned flags;       /* [atomic] */
    int writers;          /* [atomic] between mount_begin_write and _end_ */
    int id, parent_id;
    char *source;         /* "none", "tmpfs", …; for /proc/mounts */
    bool is_detached;
    bool is_unbindable; /* [atomic] nobody binds it elsewhere */
    /* [atomic] UNMOUNT_EXPIRE was asked once, and this many puts ago it counts
     * as used again. */
    int expiry_puts;
    struct mount *copy; /* [mounts change] of it, while a bind copies a tree */
};

struct mount *mount_get(struct mount *mount);
void mount_put(struct mount *mount); /* may sleep */
bool mount_is_read_only(const struct mount *mount); /* or its filesystem is */
bool mount_may_execute(const struct mount *mount); /* what lies there */
/* Something below mount is about to change: -EROFS, or it cannot become
 * read-only until mount_end_write.  An open file that may be written is such a
 * change for as long as it is open. */
int mount_begin_write(struct mount *mount);
void mount_end_write(struct mount *mount);

/* Something of inode was read through mount (NULL: none): its access time, as
 * far as the mount wants to know. */
void mount_touch_accessed(const struct mount *mount, struct inode *inode);

struct place place_get(struct place place);
void place_put(struct place place); /* may sleep */
bool place_is_same(struct place a, struct place b);

/* Takes over root's reference, unless NULL: want of memory. */
struct mounts *mounts_new(struct filesystem *root, const char *source);
struct mounts *mounts_get(struct mounts *mounts);
void mounts_put(struct mounts *mounts);
/* Is anything mounted on what may end by itself?  If so, who makes an end of
 * such things lets mounts_prune take off what is on them; it may sleep. */
bool mounts_may_end(void);
void mounts_prune(void);
unsigned mounts_changes(struct mounts *mounts);
void mounts_wait(struct mounts *mounts, struct waiter *waiter);
struct place mounts_root(struct mounts *mounts); /* with references */

/* mount(2)'s verbs. `who` must be capable: the caller checks. */
int mount_new(const char *type, const char *source, struct place at,
    unsigned flags, const char *options);
int mount_bind(struct place from, struct place at, bool recursive);
/* Whether mount, or it and all below, can be bound. */
enum mount_reach { MOUNT_ALONE, MOUNT_AND_BELOW };
void mount_set_unbindable(
    struct mount *mount, bool is_unbindable, enum mount_reach reach);
int mount_move(struct place from, struct place to);
int mount_change(struct place at, unsigned flags, bool is_bind_remount, const char *options);
enum { UNMOUNT_DETACH = 1, UNMOUNT_FORCE = 2, UNMOUNT_EXPIRE = 4 };
int mount_remove(struct place at, unsigned how);
/* Users of the old root (paths of all processes) are moved by the caller. */
int mount_pivot(struct place new_root, struct place put_old,
    struct place current_root);
/* The mount tree stands still between these (a spin lock): for paths. Taken
 * before names_hold. */
void mounts_hold(void);
void mounts_release(void);

/* The mount on top of place, if any: steps down with references moved. */
bool mount_descend(struct place *place);
/* From a mount's root to what it covers. */
bool mount_ascend(struct place *place);

/* For /proc: calls visit in order, each with its path as seen from root. */
void mounts_for_each(struct mounts *mounts,
    bool (*visit)(struct mount *mount, void *data), void *data);
int mount_count(void);
/* A filesystem without a place, for pipes, memfd, anonymous inodes. */
struct mount *mount_internal(const struct filesystem_type *type);

#endif
