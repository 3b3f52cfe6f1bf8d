/* SPDX-License-Identifier: MIT */
/* Epoll: a set of open files, and a list of those among them that are ready. */
#ifndef VFS_EPOLL_H
#define VFS_EPOLL_H

#include "vfs/file.h"

/* Beside enum ready in epoll_interest.events: */
#define EPOLL_EXCLUSIVE (1u << 28)
#define EPOLL_WAKE_UP   (1u << 29) /* from suspension, which we have not */
#define EPOLL_ONCE      (1u << 30) /* then off until the next epoll_modify */
#define EPOLL_EDGE      (1u << 31) /* once for each arrival */

struct epoll_interest {
    unsigned events;
    uint64_t data;
};

int epoll_open(
    unsigned flags, const struct credentials *who, struct file **opened);
bool file_is_epoll(const struct file *file);

/* Entries are known by open file and the number it had when added; they go with
 * the open file's last put.  -EPERM: the target cannot be waited for. -EINVAL:
 * `epoll` is not one, or the target itself; wrong use of EPOLL_EXCLUSIVE; too
 * many paths of wake-ups. -ELOOP, -EEXIST, -ENOENT, -ENOMEM; -ENOSPC: more than
 * the user may have. */
int epoll_add(struct file *epoll, struct file *target, int fd,
    const struct epoll_interest *wanted);
int epoll_modify(struct file *epoll, struct file *target, int fd,
    const struct epoll_interest *wanted);
int epoll_remove(struct file *epoll, struct file *target, int fd);

/* Takes one event, the index-th, to the program. 0 or -EFAULT. */
typedef int (*epoll_give_fn)(
    void *data, unsigned index, const struct epoll_interest *event);
/* How many were given, 1 … most; 0 at the deadline (0: at once). -EINTR; what
 * give said to the first. */
int epoll_wait(struct file *epoll, unsigned most, uint64_t deadline_ns,
    epoll_give_fn give, void *data);

uint64_t epoll_entries_max(void); /* of a user */
void epoll_set_entries_max(uint64_t most); /* who has more keeps them */

/* Of the open files that the epoll watches by that number the index-th, in an
 * order of its own; NULL: there are not so many.  To be compared only: it may be
 * gone already. */
const struct file *epoll_watched(struct file *epoll, int fd, unsigned index);

/* The last put of an open file that is watched. */
void epoll_forget_file(struct file *file);

#endif
