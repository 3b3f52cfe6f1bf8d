/* SPDX-License-Identifier: MIT */
/* Splicing: by copying through a buffer, a stretch at a time.
 *
 * The hard part is to lose nothing between taking and giving.  Before anything
 * is taken for a pipe, room is reserved there, with its pages; what was taken
 * out of a pipe keeps its room until it is given, and goes back to the front,
 * buffer and all, if it is not wanted elsewhere.  So nothing that could fail
 * comes after the taking. */
#include "vfs/splice.h"

#include "arch/atomic.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "vfs/pipe_ring.h"

enum { SPLICE_BYTES = 65536 };

/* Into a pipe. */

static int64_t try_reserve(struct pipe *pipe, size_t bytes)
{
    int64_t result = -EAGAIN;
    mutex_lock(&pipe->lock);
    size_t room = min(pipe_room(pipe), bytes);
    if (!pipe->readers) {
        result = -EPIPE;
    } else if (room) {
        pipe->reserved += room;
        result = room;
    }
    mutex_unlock(&pipe->lock);
    return result;
}

/* Room for some of the bytes, which is ours then: how many. */
static int64_t reserve(
    struct pipe *pipe, size_t bytes, enum splice_wait wait)
{
    for (;;) {
        int64_t result = try_reserve(pipe, bytes);
        if (result != -EAGAIN || wait == SPLICE_DOES_NOT_WAIT)
            return result;
        result = wait_until_exclusive(&pipe->writable, SLEEP_INTERRUPTIBLE,
            FOREVER, pipe_room(pipe) || !atomic_load(&pipe->readers));
        if (result)
            return result;
    }
}

/* What was reserved, or taken, is room again. */
static void settle(struct pipe *pipe, size_t reserved)
{
    mutex_lock(&pipe->lock);
    bool was_writable = pipe_is_writable(pipe);
    pipe->reserved -= reserved;
    mutex_unlock(&pipe->lock);
    pipe_wake_writers(pipe, was_writable);
}

/* The same, with pages for what will come. */
static int64_t reserve_pages(struct pipe *pipe, size_t bytes,
    enum splice_wait wait, struct pipe_stock *stock)
{
    int64_t room = reserve(pipe, bytes, wait);
    if (room <= 0)
        return room;
    int error = pipe_stock_fill(stock, room);
    if (error)
        settle(pipe, room);
    return error ? error : room;
}

/* Fills what was reserved with that many bytes, and gives up the rest. Stock,
 * if there is one, is what they lie in; what is left of it is freed. */
static ssize_t fill_reserved(struct pipe *pipe, size_t reserved,
    struct transfer *t, size_t bytes, struct pipe_stock *stock)
{
    mutex_lock(&pipe->lock);
    pipe->reserved -= reserved;
    pipe->stock = stock;
    size_t put = pipe_fill(pipe, t, bytes);
    ssize_t error = pipe_lacks_memory(pipe) ? -ENOMEM : -EFAULT;
    pipe->stock = NULL;
    mutex_unlock(&pipe->lock);
    if (stock)
        pipe_stock_free(stock);
    if (put) {
        pipe_wake_readers(pipe);
        pipe_tell(pipe, TELL_IN);
    }
    if (pipe_is_writable(pipe))
        wait_queue_wake_one(&pipe->writable, READY_OUT);
    return put ? (ssize_t)put : bytes ? error : 0;
}

static ssize_t fill_from(struct pipe *pipe, size_t reserved, char *buffer,
    size_t bytes, struct pipe_stock *stock)
{
    struct transfer t;
    transfer_kernel(&t, buffer, bytes);
    return fill_reserved(pipe, reserved, &t, bytes, stock);
}

/* Out of a pipe. */

static int wait_for_bytes(struct pipe *pipe, enum splice_wait wait)
{
    if (pipe_used(pipe) || !atomic_load(&pipe->writers))
        return 0;
    if (wait == SPLICE_DOES_NOT_WAIT)
        return -EAGAIN;
    return wait_until_exclusive(&pipe->readable, SLEEP_INTERRUPTIBLE, FOREVER,
        pipe_used(pipe) || !atomic_load(&pipe->writers));
}

/* Into a buffer, for as long as which its room stays taken. */
static size_t take(
    struct pipe *pipe, struct pipe_returned *buffer, size_t bytes)
{
    struct transfer t;
    mutex_lock(&pipe->lock);
    bytes = min(bytes, pipe_used(pipe));
    transfer_kernel(&t, buffer->data, bytes);
    size_t got = pipe_drain(pipe, &t, bytes);
    pipe->reserved += got;
    mutex_unlock(&pipe->lock);
    if (pipe_used(pipe))
        wait_queue_wake_one(&pipe->readable, READY_IN);
    return got;
}

/* The buffer becomes the pipe's. It is bigger than need be, so that a smaller
 * one is better, if there is one. */
static void put_back(struct pipe *pipe, struct pipe_returned *buffer)
{
    size_t bytes = buffer->bytes - buffer->read;
    char *smaller = heap_alloc(bytes);
    if (smaller) {
        memcpy(smaller, buffer->data + buffer->read, bytes);
        heap_free(buffer->data);
        buffer->data = smaller;
        buffer->read = 0;
        buffer->bytes = bytes;
    }
    mutex_lock(&pipe->lock);
    buffer->next = pipe->returned;
    pipe->returned = buffer;
    pipe->returned_bytes += bytes;
    pipe->reserved -= bytes;
    mutex_unlock(&pipe->lock);
    pipe_wake_readers(pipe);
}

/* So many of the bytes that were taken are given: the others go back, and the
 * buffer with them, which is NULL then. */
static void take_is_done(struct pipe *pipe, struct pipe_returned **buffer,
    size_t got, size_t given)
{
    if (given < got) {
        (*buffer)->read = given;
        (*buffer)->bytes = got;
        put_back(pipe, *buffer);
        *buffer = NULL;
    }
    if (given) {
        settle(pipe, given);
        pipe_tell(pipe, TELL_OUT);
    }
}

/* A stretch each. */

static ssize_t write_all(
    struct file *to, char *buffer, size_t bytes, uint64_t *offset)
{
    size_t done = 0;
    while (done < bytes) {
        ssize_t put =
            file_write_kernel(to, buffer + done, bytes - done, offset);
        if (put <= 0)
            return done ? (ssize_t)done : put;
        done += put;
    }
    return done;
}

static ssize_t pipe_to_file(struct pipe *pipe, struct file *to,
    uint64_t *offset, struct pipe_returned **buffer, size_t bytes)
{
    size_t got = take(pipe, *buffer, bytes);
    if (!got)
        return 0;
    ssize_t put = write_all(to, (*buffer)->data, got, offset);
    take_is_done(pipe, buffer, got, put > 0 ? put : 0);
    return put;
}

static ssize_t file_to_pipe(struct file *from, uint64_t *offset,
    struct pipe *pipe, char *buffer, size_t bytes, enum splice_wait wait)
{
    const unsigned news =
        READY_IN | READY_ERROR | READY_HANGUP | READY_READ_HANGUP;
    struct pipe_stock stock;
    if (wait == SPLICE_DOES_NOT_WAIT && from->ops->cannot_seek &&
        !(file_poll(from, NULL) & news))
        return -EAGAIN;
    int64_t room = reserve_pages(pipe, bytes, wait, &stock);
    if (room < 0)
        return room;
    /* A position moves on by what went in: no more than is reserved. */
    ssize_t got = file_read_kernel(from, buffer, room, offset);
    ssize_t put = fill_from(pipe, room, buffer, got > 0 ? got : 0, &stock);
    return got <= 0 ? got : put;
}

static ssize_t pipe_to_pipe(struct pipe *from, struct pipe *to,
    struct pipe_returned **buffer, size_t bytes, enum splice_wait wait)
{
    struct pipe_stock stock;
    int64_t room = reserve_pages(to, bytes, wait, &stock);
    if (room < 0)
        return room;
    size_t got = take(from, *buffer, room);
    ssize_t put = fill_from(to, room, (*buffer)->data, got, &stock);
    take_is_done(from, buffer, got, put > 0 ? put : 0);
    return put;
}

static enum splice_wait wait_for(const struct file *file, enum splice_wait wait)
{
    return atomic_load(&file->flags) & OPEN_NONBLOCK ? SPLICE_DOES_NOT_WAIT
                                                     : wait;
}

static struct pipe *pipe_of(struct file *file)
{
    return file_is_pipe(file) ? file->private : NULL;
}

static ssize_t splice_out(struct file *from, struct file *to, uint64_t *offset,
    struct pipe_returned **buffer, size_t bytes, enum splice_wait wait)
{
    size_t done = 0;
    wait = wait_for(from, wait);
    while (done < bytes && *buffer) {
        int error = done ? 0 : wait_for_bytes(from->private, wait);
        if (error)
            return error;
        ssize_t put = pipe_to_file(from->private, to, offset, buffer,
            min(bytes - done, (size_t)SPLICE_BYTES));
        if (put <= 0)
            return done ? (ssize_t)done : put;
        done += put;
        thread_breathe();
    }
    return done;
}

static struct pipe_returned *buffer_new(size_t bytes)
{
    struct pipe_returned *buffer = heap_alloc_zeroed(sizeof *buffer);
    if (!buffer)
        return NULL;
    buffer->data = heap_alloc(bytes);
    if (buffer->data)
        return buffer;
    heap_free(buffer);
    return NULL;
}

ssize_t splice_files(struct file *from, uint64_t *from_offset, struct file *to,
    uint64_t *to_offset, size_t bytes, enum splice_wait wait)
{
    struct pipe *in = pipe_of(from), *out = pipe_of(to);
    size_t some = min(bytes, (size_t)SPLICE_BYTES);
    struct pipe_returned *buffer = buffer_new(some);
    if (!buffer)
        return -ENOMEM;
    ssize_t result;
    if (!out) {
        result = splice_out(from, to, to_offset, &buffer, bytes, wait);
    } else if (!in) {
        result = file_to_pipe(
            from, from_offset, out, buffer->data, some, wait_for(to, wait));
    } else {
        wait = wait_for(from, wait_for(to, wait));
        result = wait_for_bytes(in, wait);
        if (!result)
            result = pipe_to_pipe(in, out, &buffer, some, wait);
    }
    pipe_returned_free(buffer);
    return result;
}

ssize_t splice_copy(
    struct file *from, struct file *to, size_t bytes, enum splice_wait wait)
{
    struct pipe *in = from->private, *out = to->private;
    char *buffer = heap_alloc(min(bytes, (size_t)SPLICE_BYTES));
    if (!buffer)
        return -ENOMEM;
    wait = wait_for(from, wait_for(to, wait));
    int64_t room = wait_for_bytes(in, wait);
    if (!room)
        room = reserve(out, min(bytes, (size_t)SPLICE_BYTES), wait);
    ssize_t result = room;
    if (room > 0) {
        mutex_lock(&in->lock);
        size_t got = pipe_look(in, buffer, room);
        mutex_unlock(&in->lock);
        wait_queue_wake_one(&in->readable, READY_IN);
        result = fill_from(out, room, buffer, got, NULL);
    }
    heap_free(buffer);
    return result;
}

ssize_t splice_memory(
    struct file *file, struct transfer *t, enum splice_wait wait)
{
    struct pipe *pipe = pipe_of(file);
    size_t bytes = t->left;
    if (!pipe)
        return -EBADF;
    wait = wait_for(file, wait);
    if (!(file->flags & OPEN_WRITE)) {
        int error = wait_for_bytes(pipe, wait);
        return error ? error : file_read(file, t, NULL);
    }
    int64_t room = reserve(pipe, bytes, wait);
    if (room < 0)
        return room;
    /* To the first byte that is not there, wherever in a page of the pipe. */
    size_t there = transfer_prepare(t, room, false);
    ssize_t put = fill_reserved(pipe, room, t, there, NULL);
    return there ? put : -EFAULT;
}
