/* SPDX-License-Identifier: MIT */
/* What comes into pipes, for the vfs/splice*.c. */
#ifndef VFS_SPLICE_IN_H
#define VFS_SPLICE_IN_H

#include "vfs/pipe_ring.h"
#include "vfs/splice.h"

/* From a file that is no pipe, as splice_files. */
ssize_t splice_in(struct file *from, uint64_t *offset, struct pipe *pipe,
    size_t bytes, enum splice_wait wait);
/* For a slot, or that nobody reads any more: 0, -EAGAIN, -ERESTART. */
int splice_wait_for_room(struct pipe *pipe, enum splice_wait wait);
/* The wake that was ours may have been meant for another as well. */
void splice_pass_on(struct pipe *pipe);
void splice_has_filled(struct pipe *pipe);

#endif
