/* SPDX-License-Identifier: MIT */
/* Vectors of buffers, and the signals of failed writes. */
#ifndef ABI_LINUX_IO_H
#define ABI_LINUX_IO_H

#include "vfs/transfer.h"

/* A program's struct iovec[], checked: no length is negative, no address the
 * kernel's, the sum at most IO_BYTES_MAX. */
struct vector {
    struct io_segment *segments;
    unsigned count;
    size_t total;
    struct io_segment quick[8];
};
/* -EINVAL, -EFAULT, -ENOMEM; after 0: vector_done. */
int vector_argument(
    struct vector *vector, const void __user *from, unsigned long count);
void vector_done(struct vector *vector);

struct file;

/* Passes the result of a write on, raising SIGPIPE or SIGXFSZ as it says, and
 * as the file, if there is one, lets it. */
ssize_t io_written(const struct file *file, ssize_t result);
/* Whether sendfile and splice can read from it. */
bool io_can_be_sent(const struct file *file);
/* EPIPE: of a file that raises SIGPIPE. */
void io_broken_pipe(void);

#endif
