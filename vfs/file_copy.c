/* SPDX-License-Identifier: MIT */
/* From one open file to another inside the kernel: sendfile and splice's base.
 *
 * The hard part is not to lose bytes that were read but could not be written.
 * A file with a position is simply not moved on; from a stream no more is read
 * than what the other side will take for sure. */
#include "arch/atomic.h"
#include "lib/errno.h"
#include "mm/heap.h"
#include "vfs/file.h"

enum { COPY_BYTES = 65536, STREAM_COPY_BYTES = 4096 };

struct copy {
    struct file *in, *out;
    uint64_t in_position, *out_position;
    bool is_stream;
    void *buffer;
};

/* Bytes moved, which may be fewer; 0: the end of `in`. */
static ssize_t copy_some(struct copy *copy, size_t bytes)
{
    size_t chunk = min(bytes,
        (size_t)(copy->is_stream ? STREAM_COPY_BYTES : COPY_BYTES));
    uint64_t position = copy->in_position;
    if (copy->is_stream && copy->out->flags & OPEN_NONBLOCK
        && !(file_poll(copy->out, NULL) & (READY_WRITE | READY_ERROR)))
        return -EAGAIN;
    ssize_t got = file_read_kernel(copy->in, copy->buffer, chunk,
        copy->is_stream ? NULL : &position);
    if (got <= 0)
        return got;
    ssize_t put, done = 0;
    do {
        put = file_write_kernel(copy->out, (char *)copy->buffer + done,
            got - done, copy->out_position);
        if (put > 0)
            done += put;
    } while (put > 0 && done < got && copy->is_stream);
    if (!copy->in->ops->is_stream)
        copy->in_position += done;
    return done ? done : put;
}

static ssize_t copy_all(struct copy *copy, size_t bytes)
{
    size_t done = 0;
    while (done < bytes) {
        ssize_t moved = copy_some(copy, bytes - done);
        if (moved <= 0)
            return done ? (ssize_t)done : moved;
        done += moved;
        /* What more a stream has might have to be waited for. */
        if (copy->is_stream || thread_is_interrupted())
            break;
        thread_breathe();
    }
    return done;
}

static void set_position(struct file *file, uint64_t position)
{
    mutex_lock(&file->position_lock);
    file->position = position;
    mutex_unlock(&file->position_lock);
}

ssize_t file_copy(struct file *in, uint64_t *in_position, struct file *out,
    uint64_t *out_position, size_t bytes)
{
    struct copy copy = {
        .in = in,
        .out = out,
        .in_position = in_position ? *in_position : in->position,
        .out_position = out_position,
        .is_stream = in->ops->cannot_seek,
    };
    if (!(in->flags & OPEN_READ) || !(out->flags & OPEN_WRITE))
        return -EBADF;
    if ((in_position && copy.is_stream)
        || (out_position && out->ops->cannot_seek))
        return -ESPIPE;
    copy.buffer = heap_alloc(COPY_BYTES);
    if (!copy.buffer)
        return -ENOMEM;
    ssize_t result = copy_all(&copy, bytes);
    heap_free(copy.buffer);
    if (in_position)
        *in_position = copy.in_position;
    else if (!copy.is_stream && result > 0)
        set_position(in, copy.in_position);
    return result;
}
