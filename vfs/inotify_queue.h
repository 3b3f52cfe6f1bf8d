/* SPDX-License-Identifier: MIT */
/* What vfs/inotify.c, the queue, and vfs/inotify_watch.c share. */
#ifndef VFS_INOTIFY_QUEUE_H
#define VFS_INOTIFY_QUEUE_H

#include "vfs/inotify.h"

struct event {
    struct list link;
    struct watch_record record;
    char name[];
};

struct inotify {
    uint32_t uid; /* who has it */
    struct wait_queue queue;
    struct spinlock lock; /* RANK_NOTIFY */
    /* Under lock: */
    struct tree watches; /* by number */
    int last_number;
    uint64_t most_events; /* [constant] */
    struct list events;
    unsigned event_count; /* [atomic to read] */
    size_t bytes;         /* that reads would give */
    struct event overflow; /* its own, so that it never lacks memory */
};

/* The number, events and inode (with a reference) of the first watch with a
 * number of at least `number`; false: none. */
bool inotify_look_from(
    struct inotify *inotify, int number, struct watch *copy);
/* The same of the last one with a number below. */
bool inotify_look_below(
    struct inotify *inotify, int number, struct watch *copy);
int inotify_set_next(struct inotify *inotify, long number); /* -EINVAL */
/* False: it ended meanwhile by itself. */
bool inotify_end_watch(
    struct inotify *inotify, struct inode *inode, int number);

#endif
