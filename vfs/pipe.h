/* SPDX-License-Identifier: MIT */
/* Pipes and FIFOs. */
#ifndef VFS_PIPE_H
#define VFS_PIPE_H

#include "vfs/file.h"

#define PIPE_BYTES_MAX (1ul << 31) /* that one can be asked to have */

/* Two fresh ends. flags: OPEN_NONBLOCK, OPEN_DIRECT (packets, which are the
 * writer's affair). -ENFILE: no memory, or the user has too many. */
int pipe_open(unsigned flags, const struct credentials *who,
    struct file **reader, struct file **writer);
/* inode_ops.open of a FIFO: blocks for the other side as fifo(7) says. */
int fifo_open(struct inode *inode, struct file *file);
bool file_is_pipe(const struct file *file);
long pipe_bytes(struct file *file); /* F_GETPIPE_SZ */
/* F_SETPIPE_SZ: the new size; -EINVAL, -EPERM, -EBUSY, -ENOMEM. */
long pipe_set_bytes(
    struct file *file, size_t bytes, const struct credentials *who);

enum pipe_limit {
    PIPE_MOST_BYTES, /* that anybody may ask for; rounded up as sizes are */
    PIPE_USER_SOFT, PIPE_USER_HARD, /* slots of a user; 0: no limit */
    PIPE_LIMITS
};
uint64_t pipe_limit(enum pipe_limit what);
void pipe_set_limit(enum pipe_limit what, uint64_t value);

#endif
