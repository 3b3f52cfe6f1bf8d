/* SPDX-License-Identifier: MIT */
/* Bytes between a pipe and something else, without the program's memory. */
#ifndef VFS_SPLICE_H
#define VFS_SPLICE_H

#include "vfs/file.h"

enum splice_wait { SPLICE_WAITS, SPLICE_DOES_NOT_WAIT };

/* splice(2): at least one of the two is a pipe. An offset, if not NULL, is used
 * and moved on instead of the file's own position. Bytes; 0: the end. */
ssize_t splice_files(struct file *from, uint64_t *from_offset, struct file *to,
    uint64_t *to_offset, size_t bytes, enum splice_wait wait);
/* tee(2): the bytes stay in `from`. Both are pipes. */
ssize_t splice_copy(
    struct file *from, struct file *to, size_t bytes, enum splice_wait wait);
/* vmsplice(2): into the pipe goes what there is room for; out of it comes what
 * there is. -EBADF: no pipe, or neither end. */
ssize_t splice_memory(
    struct file *pipe, struct transfer *t, enum splice_wait wait);

#endif
