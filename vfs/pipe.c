/* SPDX-License-Identifier: MIT */
/* Pipes and FIFOs: buffers of a page between two kinds of ends.
 *
 * The hard part is the atomicity that pipe(7) promises: a write of at most a
 * page goes in whole or waits, while bigger ones are interleaved as slots come
 * free.  User memory may fault while bytes move, so a sleeping lock guards the
 * ring. */
#include "lib/errno.h"
#include "lib/format.h"
#include "vfs/control.h"
#include "vfs/pipe_ring.h"

/* Reading and writing. */

/* 1: something came; 0: the end; -EAGAIN: wait; -EBUSY: wait in any case;
 * -EFAULT. */
static int take_now(struct pipe *pipe, struct transfer *t, enum pipe_drain how)
{
    mutex_lock(&pipe->lock);
    bool was_full = pipe_is_full(pipe);
    int result =
        unlikely(pipe->is_taken) ? -EBUSY : pipe_drain(pipe, t, how);
    if (!result && pipe->writers)
        result = -EAGAIN;
    mutex_unlock(&pipe->lock);
    if (was_full)
        pipe_wake_writers(pipe);
    return result;
}

int pipe_take(
    struct pipe *pipe, struct transfer *t, enum pipe_drain how, bool waits)
{
    int result;
    while ((result = take_now(pipe, t, how)) == -EBUSY ||
        (result == -EAGAIN && waits)) {
        result = wait_until_exclusive(&pipe->readable, SLEEP_INTERRUPTIBLE,
            FOREVER, pipe_is_readable(pipe));
        if (result)
            break;
    }
    /* The wake that was ours may have been meant for another as well. */
    if (!pipe_is_empty(pipe))
        wait_queue_wake_one(&pipe->readable, READY_IN);
    return result;
}

static ssize_t pipe_read(
    struct file *file, struct transfer *t, uint64_t *position)
{
    struct pipe *pipe = file->private;
    if (!t->left)
        return 0;
    int result = pipe_take(
        pipe, t, PIPE_BY_PACKETS, !(file->flags & OPEN_NONBLOCK));
    if (result != -ERESTART)
        pipe_tell(pipe, TELL_OUT);
    if (t->moved)
        inode_touch(file->inode, TOUCH_ACCESSED);
    return transfer_result(t, min(result, 0));
}

/* Puts in what may go in now. 0: all; -EAGAIN: wait; -EPIPE … */
static int write_some(struct pipe *pipe, struct transfer *t, unsigned flags)
{
    while (t->left) {
        if (!pipe->readers)
            return -EPIPE;
        if (pipe_is_full(pipe))
            return -EAGAIN;
        int error = pipe_fill(pipe, t, flags);
        if (error)
            return error;
    }
    return 0;
}

/* The same at first, when what is odd may go behind what is there. */
static int write_first(struct pipe *pipe, struct transfer *t, unsigned flags)
{
    if (!pipe->readers)
        return -EPIPE;
    int error = pipe_share(pipe, t);
    return error ? error : write_some(pipe, t, flags);
}

static unsigned packet_flags(const struct file *file)
{
    return file->flags & OPEN_DIRECT ? PIPE_PACKET : PIPE_SHARED;
}

/* Waits for slots till all is in. */
static int write_on(struct file *file, struct transfer *t, int result)
{
    struct pipe *pipe = file->private;
    while (result == -EAGAIN && !(file->flags & OPEN_NONBLOCK)) {
        pipe_tell(pipe, TELL_IN);
        result = wait_until_exclusive(&pipe->writable, SLEEP_INTERRUPTIBLE,
            FOREVER, pipe_is_writable(pipe));
        if (result)
            break;
        mutex_lock(&pipe->lock);
        result = write_some(pipe, t, packet_flags(file));
        mutex_unlock(&pipe->lock);
        pipe_wake_readers(pipe);
    }
    /* The wake that was ours may have been meant for another as well. */
    if (!pipe_is_full(pipe))
        wait_queue_wake_one(&pipe->writable, READY_OUT);
    return result;
}

static ssize_t pipe_write(
    struct file *file, struct transfer *t, uint64_t *position)
{
    struct pipe *pipe = file->private;
    if (!t->left)
        return 0;
    mutex_lock(&pipe->lock);
    int result = write_first(pipe, t, packet_flags(file));
    mutex_unlock(&pipe->lock);
    pipe_wake_readers(pipe);
    if (unlikely(result == -EAGAIN))
        result = write_on(file, t, result);
    pipe_tell(pipe, TELL_IN);
    t->is_broken = result == -EPIPE && t->moved;
    if (t->moved)
        inode_touch(file->inode, TOUCH_MODIFIED | TOUCH_CHANGED);
    return transfer_result(t, result);
}

static unsigned pipe_poll(struct file *file, struct waiter *waiter)
{
    struct pipe *pipe = file->private;
    unsigned ready = 0;
    if (waiter)
        wait_queue_add(&pipe->pollers, waiter);
    if (file->flags & OPEN_READ) {
        if (!pipe_is_empty(pipe))
            ready |= READY_IN;
        /* A FIFO whose writer is still to come has not hung up. */
        if (!pipe->writers && pipe->writer_opens != file->position)
            ready |= READY_HANGUP;
    }
    if (file->flags & OPEN_WRITE) {
        if (!pipe_is_full(pipe))
            ready |= READY_OUT;
        if (!pipe->readers)
            ready |= READY_ERROR;
    }
    return ready;
}

static int pipe_async(struct file *file)
{
    return (file->flags & OPEN_READ ? TELL_IN : 0) |
        (file->flags & OPEN_WRITE ? TELL_OUT : 0);
}

static long pipe_control(struct file *file, unsigned verb, uintptr_t argument)
{
    if (verb != CONTROL_BYTES_READY)
        return -ENOTTY;
    struct pipe *pipe = file->private;
    mutex_lock(&pipe->lock);
    *(int *)argument = pipe_bytes_there(pipe);
    mutex_unlock(&pipe->lock);
    return 0;
}

/* Ends. */

/* Under inode->change, which keeps a new opener from finding a pipe that the
 * last user is about to give up. */
static void forget_opens(struct inode *inode, struct pipe *pipe, unsigned flags)
{
    mutex_lock(&inode->change);
    mutex_lock(&pipe->lock);
    if (flags & OPEN_READ)
        atomic_sub(&pipe->readers, 1);
    if (flags & OPEN_WRITE)
        atomic_sub(&pipe->writers, 1);
    bool is_last = !pipe->readers && !pipe->writers;
    bool is_alone = !pipe->readers != !pipe->writers;
    mutex_unlock(&pipe->lock);
    if (is_last)
        inode->pipe = NULL;
    mutex_unlock(&inode->change);
    pipe_wake_everyone(pipe);
    if (is_alone)
        pipe_tell(pipe, TELL_IN | TELL_OUT);
    if (is_last)
        pipe_put(pipe); /* the inode's reference */
}

static void pipe_release(struct file *file)
{
    forget_opens(file->inode, file->private, file->flags);
    pipe_put(file->private);
}

static const struct file_ops pipe_ops = {
    .read = pipe_read,
    .write = pipe_write,
    .poll = pipe_poll,
    .control = pipe_control,
    .async = pipe_async,
    .release = pipe_release,
    .cannot_seek = true,
    .is_stream = true,
};

/* Opening. */

/* The other side at the moment when one joins. */
struct other_end {
    bool is_there;
    unsigned opens; /* how many times it was opened till then */
};

/* The pipe of a FIFO's inode, made if need be, with its ends counted. */
static struct pipe *join(struct inode *inode, unsigned flags,
    const struct credentials *who, struct other_end *other)
{
    mutex_lock(&inode->change);
    if (!inode->pipe)
        inode->pipe = pipe_new(who);
    struct pipe *pipe = inode->pipe;
    if (pipe) {
        refcount_get(&pipe->refs);
        mutex_lock(&pipe->lock);
        *other = flags & OPEN_READ
            ? (struct other_end){ pipe->writers, pipe->writer_opens }
            : (struct other_end){ pipe->readers, pipe->reader_opens };
        if (flags & OPEN_READ) {
            pipe->readers++;
            pipe->reader_opens++;
        }
        if (flags & OPEN_WRITE) {
            pipe->writers++;
            pipe->writer_opens++;
        }
        mutex_unlock(&pipe->lock);
    }
    mutex_unlock(&inode->change);
    return pipe;
}

/* Waits for the other side as fifo(7) says; it may have come since, and gone
 * again. */
static int wait_for_other_end(
    struct pipe *pipe, unsigned flags, const struct other_end *other)
{
    bool reads = flags & OPEN_READ, blocks = !(flags & OPEN_NONBLOCK);
    unsigned *opens = reads ? &pipe->writer_opens : &pipe->reader_opens;
    if (other->is_there || (reads && !blocks))
        return 0;
    if (!blocks)
        return -ENXIO;
    return wait_until(&pipe->pollers, SLEEP_INTERRUPTIBLE, FOREVER,
        atomic_load(opens) != other->opens);
}

static int open_ends(struct inode *inode, struct file *file, bool waits)
{
    struct other_end other;
    if (!(file->flags & (OPEN_READ | OPEN_WRITE)))
        return -EINVAL; /* it would be no end that is counted */
    struct pipe *pipe = join(inode, file->flags, file->opener, &other);
    if (!pipe)
        return -ENOMEM;
    pipe_wake_everyone(pipe);
    file->position = waits && !other.is_there ? other.opens : 0;
    int error = waits ? wait_for_other_end(pipe, file->flags, &other) : 0;
    if (error) {
        forget_opens(inode, pipe, file->flags);
        pipe_put(pipe);
        return error;
    }
    file->ops = &pipe_ops;
    file->private = pipe;
    return 0;
}

int fifo_open(struct inode *inode, struct file *file)
{
    unsigned both = OPEN_READ | OPEN_WRITE;
    return open_ends(inode, file, (file->flags & both) != both);
}

/* By /proc/PID/fd: its other end may be gone for good. */
static int pipe_open_again(struct inode *inode, struct file *file)
{
    return open_ends(inode, file, false);
}

static const struct inode_ops pipe_inode_ops = {
    .open = pipe_open_again,
};

/* A pipe with both ends counted, before anybody else knows of it. */
static struct pipe *pipe_new_opened(
    struct inode *inode, const struct credentials *who)
{
    struct pipe *pipe = pipe_new(who);
    if (!pipe)
        return NULL;
    inode->pipe = pipe;
    refcount_get(&pipe->refs); /* the reader's */
    refcount_get(&pipe->refs); /* the writer's */
    pipe->readers = pipe->writers = 1;
    pipe->reader_opens = pipe->writer_opens = 1;
    return pipe;
}

/* An end that no file stands for. */
static void drop_end(struct inode *inode, struct pipe *pipe, unsigned flags)
{
    forget_opens(inode, pipe, flags);
    pipe_put(pipe);
}

static int open_both(struct inode *inode, struct pipe *pipe, unsigned flags,
    const struct credentials *who, struct file **reader, struct file **writer)
{
    char name[32];
    unsigned reader_flags = (flags & ~OPEN_DIRECT) | OPEN_READ;
    format(name, sizeof name, "pipe:[%lu]", (unsigned long)inode->number);
    int error = file_open_unnamed(
        name, inode_get(inode), &pipe_ops, pipe, reader_flags, who, reader);
    if (error) {
        drop_end(inode, pipe, OPEN_READ);
        drop_end(inode, pipe, OPEN_WRITE);
        return error;
    }
    error = file_open_beside(
        *reader, &pipe_ops, pipe, flags | OPEN_WRITE, who, writer);
    if (error) {
        drop_end(inode, pipe, OPEN_WRITE);
        file_put(*reader);
    }
    return error;
}

int pipe_open(unsigned flags, const struct credentials *who,
    struct file **reader, struct file **writer)
{
    struct inode *inode = inode_new_unnamed(INODE_FIFO, 0600, who);
    if (!inode)
        return -ENFILE;
    inode->ops = &pipe_inode_ops;
    struct pipe *pipe = pipe_new_opened(inode, who);
    int error = pipe
        ? open_both(inode, pipe, flags, who, reader, writer)
        : -ENFILE;
    inode_put(inode);
    return error;
}

bool file_is_pipe(const struct file *file)
{
    return file->ops == &pipe_ops;
}
