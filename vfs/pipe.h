/* SPDX-License-Identifier: MIT */
/* Pipes and FIFOs. */
#ifndef VFS_PIPE_H
#define VFS_PIPE_H

#include "vfs/file.h"

enum { PIPE_DEFAULT_BYTES = 65536, PIPE_ATOMIC_BYTES = 4096, PIPE_MAX_BYTES = 1 << 20 };

/* Two fresh ends. flags: OPEN_NONBLOCK, OPEN_DIRECT (packets). */
int pipe_open(unsigned flags, const struct credentials *who,
    struct file **reader, struct file **writer);
/* inode_ops.open of a FIFO: blocks for the other side as fifo(7) says. */
int fifo_open(struct inode *inode, struct file *file);
bool file_is_pipe(const struct file *file);
long pipe_bytes(struct file *file);                  /* F_GETPIPE_SZ */
long pipe_set_bytes(struct file *file, size_t bytes, bool privileged); /* -EPERM, -EBUSY */

#endif
