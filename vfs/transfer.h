/* SPDX-License-Identifier: MIT */
/* Moving bytes: a cursor over user iovecs or kernel memory, with the space the
 * user addresses belong to.  Partial progress and EFAULT are handled here. */
#ifndef VFS_TRANSFER_H
#define VFS_TRANSFER_H

#include "lib/types.h"

struct io_segment { /* laid out as struct iovec */
    uintptr_t start;
    size_t bytes;
};

struct transfer {
    const struct io_segment *segments;
    unsigned segment_count, segment; /* which one we are in */
    size_t segment_done;             /* bytes of it that are done */
    size_t left, moved;
    bool is_kernel; /* addresses are the kernel's */
    bool waits_not; /* -EAGAIN, where the file takes that */
    bool is_broken; /* -EPIPE came after something was moved: SIGPIPE is due */
    bool appends;   /* a write goes to the end, however the file is open */
    struct io_segment single;
};

void transfer_user(struct transfer *t, uintptr_t start, size_t bytes);
void transfer_kernel(struct transfer *t, void *start, size_t bytes);
/* segments must outlive t. */
void transfer_segments(struct transfer *t, const struct io_segment *segments,
    unsigned count, size_t total);

/* To the transfer's memory (a read), from it (a write): bytes moved, fewer than
 * asked only at a fault or the end; the caller returns -EFAULT if it moved none
 * at all (transfer_result). The cursor moves on. May sleep. */
size_t transfer_give(struct transfer *t, const void *from, size_t bytes);
size_t transfer_take(struct transfer *t, void *to, size_t bytes);
size_t transfer_give_zeros(struct transfer *t, size_t bytes);
/* Moves the cursor back: bytes that were taken but could not be stored. */
void transfer_untake(struct transfer *t, size_t bytes);
/* How long a stretch of memory comes next, at most `bytes`, and where: 0 at the
 * end. */
size_t transfer_stretch(struct transfer *t, size_t bytes, uintptr_t *at);
/* Pages of the transfer's memory are made present, so that a short copy under a
 * lock will not fault: bytes that are. */
size_t transfer_prepare(struct transfer *t, size_t bytes, bool for_writing);
/* moved if any, else error. */
static inline ssize_t transfer_result(const struct transfer *t, int error)
{
    return t->moved ? (ssize_t)t->moved : error;
}

#endif
