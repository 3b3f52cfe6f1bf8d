/* SPDX-License-Identifier: MIT */
/* Splicing: what lies in a pipe goes elsewhere.
 *
 * The hard part is to lose nothing, without the pipe's lock, which is above
 * those that the other file takes.  What goes out stays in its pipe till it is
 * given, and who gives it has his turn (is_taken): nobody else takes anything
 * meanwhile, be it that he sleeps.  Between pipes buffers are handed over. */
#include "vfs/splice.h"

#include "lib/errno.h"
#include "vfs/splice_in.h"

enum { SEGMENTS_MOST = 16 }; /* that are given at once */

static enum splice_wait wait_for(const struct file *file, enum splice_wait wait)
{
    return atomic_load(&file->flags) & OPEN_NONBLOCK ? SPLICE_DOES_NOT_WAIT
                                                     : wait;
}

static struct pipe *pipe_of(struct file *file)
{
    return file_is_pipe(file) ? file->private : NULL;
}

/* Whoever gives something elsewhere is waited for in any case. */
static int wait_for_bytes(struct pipe *pipe, enum splice_wait wait)
{
    if (wait == SPLICE_DOES_NOT_WAIT && !atomic_load(&pipe->is_taken))
        return pipe_is_readable(pipe) ? 0 : -EAGAIN;
    return wait_until_exclusive(&pipe->readable, SLEEP_INTERRUPTIBLE, FOREVER,
        pipe_is_readable(pipe));
}

/* The wake that was ours may have been meant for another as well. */
static void pass_on_reading(struct pipe *pipe)
{
    if (!pipe_is_empty(pipe))
        wait_queue_wake_one(&pipe->readable, READY_IN);
}

/* Out of a pipe. */

/* 1: it is our turn, and something is there; 0: the end. */
static int begin_taking(struct pipe *pipe, enum splice_wait wait)
{
    for (;;) {
        int result = wait_for_bytes(pipe, wait);
        if (result)
            return result;
        mutex_lock(&pipe->lock);
        bool is_ours = !pipe->is_taken;
        if (is_ours)
            pipe_skip(pipe, 0);
        bool is_empty = pipe_is_empty(pipe), at_end = !pipe->writers;
        if (is_ours && !is_empty)
            pipe->is_taken = true;
        mutex_unlock(&pipe->lock);
        if (is_ours && (!is_empty || at_end))
            return !is_empty;
    }
}

static void end_taking(struct pipe *pipe)
{
    mutex_lock(&pipe->lock);
    atomic_store(&pipe->is_taken, false);
    mutex_unlock(&pipe->lock);
    wait_queue_wake_all(&pipe->readable, READY_IN);
}

static void has_taken(struct pipe *pipe, size_t bytes)
{
    mutex_lock(&pipe->lock);
    bool was_full = pipe_is_full(pipe);
    pipe_skip(pipe, bytes);
    mutex_unlock(&pipe->lock);
    if (was_full)
        pipe_wake_writers(pipe);
    pipe_tell(pipe, TELL_OUT);
}

/* Sockets get each buffer by itself, which may be a datagram. */
static ssize_t give_some(
    struct pipe *pipe, struct file *to, uint64_t *offset, size_t bytes)
{
    struct io_segment segments[SEGMENTS_MOST];
    struct transfer t;
    unsigned most = to->inode->type == INODE_SOCKET ? 1 : SEGMENTS_MOST;
    size_t sum = 0;
    unsigned count;
    mutex_lock(&pipe->lock);
    pipe_skip(pipe, 0);
    most = min(most, pipe_used(pipe));
    for (count = 0; count < most && sum < bytes; count++) {
        const struct pipe_buffer *buffer = pipe_buffer(pipe, count);
        size_t chunk = min(bytes - sum, (size_t)buffer->bytes);
        uintptr_t from = (uintptr_t)pipe_buffer_data(buffer);
        segments[count] = (struct io_segment){ from, chunk };
        sum += chunk;
    }
    mutex_unlock(&pipe->lock);
    if (!count)
        return 0;
    transfer_segments(&t, segments, count, sum);
    t.is_kernel = true;
    ssize_t put = file_write(to, &t, offset);
    if (put > 0)
        has_taken(pipe, put);
    return put;
}

static ssize_t splice_out(struct pipe *pipe, struct file *to, uint64_t *offset,
    size_t bytes, enum splice_wait wait)
{
    size_t done = 0;
    ssize_t put = begin_taking(pipe, wait);
    if (put <= 0)
        return put;
    while (done < bytes) {
        put = give_some(pipe, to, offset, bytes - done);
        if (put <= 0)
            break;
        done += put;
        thread_breathe();
    }
    end_taking(pipe);
    return done ? (ssize_t)done : put;
}

/* Between pipes; both locks are held. */

typedef size_t (*pass_fn)(struct pipe *in, struct pipe *out, size_t bytes);

static struct pipe_buffer part_of(const struct pipe_buffer *buffer, size_t bytes)
{
    return (struct pipe_buffer){ page_pin(buffer->page), buffer->offset,
        min(bytes, (size_t)buffer->bytes), buffer->flags & ~PIPE_SHARED };
}

/* A whole one may be written on behind, wherever it is; of a part that is true
 * of what is left. */
static size_t move_buffers(struct pipe *in, struct pipe *out, size_t bytes)
{
    size_t done = 0;
    while (done < bytes && !pipe_is_empty(in) && !pipe_is_full(out)) {
        struct pipe_buffer *first = pipe_buffer(in, 0);
        size_t chunk = min(bytes - done, (size_t)first->bytes);
        if (chunk == first->bytes) {
            pipe_push(out, *first);
            in->first++;
        } else {
            pipe_push(out, part_of(first, chunk));
            first->offset += chunk;
            first->bytes -= chunk;
        }
        done += chunk;
    }
    return done;
}

static size_t copy_buffers(struct pipe *in, struct pipe *out, size_t bytes)
{
    size_t done = 0;
    for (unsigned i = 0; done < bytes && i < pipe_used(in); i++) {
        if (!pipe_buffer(in, i)->bytes)
            continue;
        if (pipe_is_full(out))
            break;
        struct pipe_buffer part = part_of(pipe_buffer(in, i), bytes - done);
        pipe_push(out, part);
        done += part.bytes;
    }
    return done;
}

/* Bytes; 0: the end; -EAGAIN: wait. */
static ssize_t try_pass(
    struct pipe *in, struct pipe *out, size_t bytes, pass_fn pass)
{
    ssize_t result = -EAGAIN;
    mutex_lock_two(&in->lock, &out->lock);
    bool was_full = pipe_is_full(in);
    if (!out->readers)
        result = -EPIPE;
    else if (!in->is_taken)
        result = pass(in, out, bytes);
    if (!result && (pipe_is_empty(in) ? in->writers : pipe_is_full(out)))
        result = -EAGAIN;
    mutex_unlock_two(&in->lock, &out->lock);
    if (was_full)
        pipe_wake_writers(in);
    return result;
}

static ssize_t pass_some(struct pipe *in, struct pipe *out, size_t bytes,
    enum splice_wait wait, pass_fn pass)
{
    ssize_t result;
    do {
        result = wait_for_bytes(in, wait);
        if (!result)
            result = splice_wait_for_room(out, wait);
        if (result)
            break;
        result = try_pass(in, out, bytes, pass);
    } while (result == -EAGAIN);
    pass_on_reading(in);
    if (result > 0)
        splice_has_filled(out);
    else
        splice_pass_on(out);
    return result;
}

ssize_t splice_files(struct file *from, uint64_t *from_offset, struct file *to,
    uint64_t *to_offset, size_t bytes, enum splice_wait wait)
{
    struct pipe *in = pipe_of(from), *out = pipe_of(to);
    if (!out)
        return splice_out(in, to, to_offset, bytes, wait_for(from, wait));
    if (!in)
        return splice_in(from, from_offset, out, bytes, wait_for(to, wait));
    wait = wait_for(from, wait_for(to, wait));
    ssize_t moved = pass_some(in, out, bytes, wait, move_buffers);
    if (moved > 0)
        pipe_tell(in, TELL_OUT);
    return moved;
}

ssize_t splice_copy(
    struct file *from, struct file *to, size_t bytes, enum splice_wait wait)
{
    wait = wait_for(from, wait_for(to, wait));
    return pass_some(from->private, to->private, bytes, wait, copy_buffers);
}
