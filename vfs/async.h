/* SPDX-License-Identifier: MIT */
/* A file's news by signals (O_ASYNC), and to whom (F_SETOWN). */
#ifndef VFS_ASYNC_H
#define VFS_ASYNC_H

#include "vfs/file.h"

/* From now on, till the last put, the file's owner is told; fd is named. 0, also
 * if it was so; -ENOMEM, and what file_ops.async says, which must be there. */
int async_begin(struct file *file, int fd);
void async_end(struct file *file); /* what came before is told */
void async_forget(struct file *file); /* the last put, if file->async */

/* kernel/ says how one thing (TELL_…) is told. */
void async_set_teller(void (*tell)(struct file *file, int fd, unsigned what));
/* On the way to user code (WORK_TELL): returns when all is told that current
 * did, whoever tells it. */
void async_tell(void);

/* The owner is named by who (to be asked for permission later). Takes pid's
 * reference over; NULL: nobody. */
void file_set_owner(struct file *file, struct pid *pid, enum file_owner kind,
    const struct credentials *who);
/* The same, but whom somebody named stays. */
void file_offer_owner(struct file *file, struct pid *pid, enum file_owner kind,
    const struct credentials *who);

#endif
