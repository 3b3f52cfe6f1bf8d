/* SPDX-License-Identifier: MIT */
/* Files that tell what happens to other files: inotify(7). */
#ifndef VFS_INOTIFY_H
#define VFS_INOTIFY_H

#include "vfs/notify.h"

enum watch_flags { /* beside enum notify_event */
    WATCH_ONLY_LINKED = 0x04000000, /* nothing of names that are gone */
    WATCH_ONCE = 0x80000000u,
};
enum watch_how { WATCH_REPLACE, WATCH_ADD, WATCH_NEW };
/* What there is at most, which can be set: events queued for a file that is made
 * from then on, files of a user, watches of a user. */
enum inotify_limit { INOTIFY_EVENTS, INOTIFY_FILES, INOTIFY_WATCHES };
uint64_t inotify_most(enum inotify_limit what);
void inotify_set_most(enum inotify_limit what, uint32_t most);

/* What a read gives: laid out as struct inotify_event, followed by `bytes` of
 * the name with its NUL and more of them. */
struct watch_record {
    int32_t watch;
    uint32_t events, cookie, bytes;
};

int inotify_open(
    unsigned flags, const struct credentials *who, struct file **opened);
/* The watch's number; `file` is an inotify. -EEXIST, -ENOSPC, -ENOMEM */
int inotify_watch(struct file *file, struct inode *inode, unsigned events,
    enum watch_how how, const struct credentials *who);
bool file_is_inotify(const struct file *file);
int inotify_forget(struct file *file, int number); /* -EINVAL */

/* For vfs/notify.c. */
struct watch {
    struct list inode_link; /* [inode->lock] */
    struct list all_link;   /* [all's lock] */
    struct tree_node node;  /* [inotify->lock] by number */
    struct inotify *inotify;
    struct inode *inode; /* with a reference */
    unsigned events;     /* [inode->lock] enum notify_event and watch_flags */
    int number;
    uint32_t uid; /* who has it */
};
/* Under inode->lock: the event is queued at the watch's file. */
void watch_tell(const struct watch *watch, unsigned events, const char *name,
    size_t bytes, uint32_t cookie);
/* Under inode->lock: nobody finds it any more; the caller frees it later. */
void watch_take_out(struct watch *watch);
void watch_free(struct watch *watch); /* may sleep */
/* Some inode of the filesystem that is watched, with a reference; NULL. */
struct inode *watch_first_of(const struct filesystem *filesystem);

#endif
