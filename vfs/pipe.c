/* SPDX-License-Identifier: MIT */
/* Pipes and FIFOs: pages of bytes between two kinds of ends.
 *
 * The hard part is the atomicity that pipe(7) promises: a write of at most
 * PIPE_ATOMIC_BYTES goes in whole or waits, while bigger ones are interleaved
 * as room appears.  User memory may fault while bytes move, so a sleeping lock
 * guards the ring. */
#include "vfs/pipe.h"

#include "arch/atomic.h"
#include "lib/format.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "mm/pages.h"
#include "vfs/control.h"

struct pipe {
    struct refcount refs; /* one for each open file, one for the inode */
    struct mutex lock;
    struct wait_queue readable, writable; /* exclusive sleepers */
    struct wait_queue pollers;

    /* Under lock: */
    unsigned readers, writers;
    unsigned reader_opens, writer_opens; /* ever; for FIFOs that wait */
    struct page **pages;  /* slots pages, those not in use NULL */
    unsigned slots;       /* capacity / PAGE_BYTES */
    size_t read, written; /* ever, in bytes; slot = position / PAGE % slots */
    struct page *spare;   /* kept so that ping-pong does not allocate */
};

static size_t used(const struct pipe *pipe)
{
    return pipe->written - pipe->read;
}

static size_t room(const struct pipe *pipe)
{
    return (size_t)pipe->slots * PAGE_BYTES - used(pipe);
}

static struct pipe *pipe_new(void)
{
    struct pipe *pipe = heap_alloc_zeroed(sizeof *pipe);
    if (!pipe)
        return NULL;
    pipe->slots = PIPE_DEFAULT_BYTES / PAGE_BYTES;
    pipe->pages = heap_alloc_zeroed(pipe->slots * sizeof *pipe->pages);
    if (!pipe->pages) {
        heap_free(pipe);
        return NULL;
    }
    refcount_init(&pipe->refs);
    mutex_init(&pipe->lock, RANK_PIPE);
    wait_queue_init(&pipe->readable);
    wait_queue_init(&pipe->writable);
    wait_queue_init(&pipe->pollers);
    return pipe;
}

static void pipe_put(struct pipe *pipe)
{
    if (!pipe || !refcount_put(&pipe->refs))
        return;
    for (unsigned i = 0; i < pipe->slots; i++)
        if (pipe->pages[i])
            page_unpin(pipe->pages[i]);
    if (pipe->spare)
        page_unpin(pipe->spare);
    heap_free(pipe->pages);
    heap_free(pipe);
}

/* Pages. */

static struct page **slot_of(struct pipe *pipe, size_t position)
{
    return &pipe->pages[position / PAGE_BYTES % pipe->slots];
}

static struct page *page_for_writing(struct pipe *pipe)
{
    struct page **slot = slot_of(pipe, pipe->written);
    if (!*slot) {
        *slot = pipe->spare ? pipe->spare
                            : page_alloc(PAGE_KERNEL, PAGE_MAY_WAIT);
        pipe->spare = NULL;
    }
    return *slot;
}

/* The page before position was read to its end: it goes, unless the writer has
 * come round to it already. */
static void page_is_read(struct pipe *pipe, size_t position)
{
    size_t page_start = position - PAGE_BYTES;
    if (pipe->written > page_start + (size_t)pipe->slots * PAGE_BYTES)
        return;
    struct page **slot = slot_of(pipe, page_start);
    if (pipe->spare)
        page_unpin(*slot);
    else
        pipe->spare = *slot;
    *slot = NULL;
}

/* Bytes that went in; stops for want of room, memory, or at a fault. */
static size_t fill(struct pipe *pipe, struct transfer *t, size_t bytes)
{
    size_t done = 0;
    while (done < bytes) {
        struct page *page = page_for_writing(pipe);
        size_t offset = pipe->written % PAGE_BYTES;
        size_t chunk = min(PAGE_BYTES - offset, bytes - done);
        if (!page)
            break;
        /* As on Linux, what shares a page goes in whole or not at all. */
        size_t moved =
            transfer_take(t, (char *)page_pointer(page) + offset, chunk);
        if (moved < chunk) {
            transfer_untake(t, moved);
            break;
        }
        pipe->written += moved;
        done += moved;
    }
    return done;
}

static size_t drain(struct pipe *pipe, struct transfer *t, size_t bytes)
{
    size_t done = 0;
    while (done < bytes) {
        size_t offset = pipe->read % PAGE_BYTES;
        size_t chunk = min(PAGE_BYTES - offset, bytes - done);
        char *from = page_pointer(*slot_of(pipe, pipe->read));
        size_t moved = transfer_give(t, from + offset, chunk);
        pipe->read += moved;
        done += moved;
        if (moved && pipe->read % PAGE_BYTES == 0)
            page_is_read(pipe, pipe->read);
        if (moved < chunk)
            break;
    }
    return done;
}

/* Reading and writing. */

static void wake_readers(struct pipe *pipe)
{
    wait_queue_wake_one(&pipe->readable, READY_IN);
    wait_queue_wake_one(&pipe->pollers, READY_IN);
}

static bool is_writable(const struct pipe *pipe)
{
    return room(pipe) >= PIPE_ATOMIC_BYTES;
}

/* Room is news to those who poll only if there was none before. */
static void wake_writers(struct pipe *pipe, bool was_writable)
{
    wait_queue_wake_one(&pipe->writable, READY_OUT);
    if (!was_writable && is_writable(pipe))
        wait_queue_wake_one(&pipe->pollers, READY_OUT);
}

/* Takes out what is there. Bytes; -EAGAIN: wait; 0: the end. */
static ssize_t read_some(struct pipe *pipe, struct transfer *t)
{
    mutex_lock(&pipe->lock);
    bool was_writable = is_writable(pipe);
    size_t want = min(t->left, used(pipe)), got = drain(pipe, t, want);
    bool at_end = !want && !pipe->writers;
    mutex_unlock(&pipe->lock);
    if (got) {
        wake_writers(pipe, was_writable);
        return got;
    }
    return at_end ? 0 : want ? -EFAULT : -EAGAIN;
}

static ssize_t pipe_read(
    struct file *file, struct transfer *t, uint64_t *position)
{
    struct pipe *pipe = file->private;
    ssize_t result = 0;
    while (t->left && !t->moved) {
        result = read_some(pipe, t);
        if (result != -EAGAIN || file->flags & OPEN_NONBLOCK)
            break;
        result = wait_until_exclusive(&pipe->readable, SLEEP_INTERRUPTIBLE,
            FOREVER, used(pipe) || !atomic_load(&pipe->writers));
        if (result)
            break;
    }
    /* The wake that was ours may have been meant for another as well. */
    if (used(pipe))
        wait_queue_wake_one(&pipe->readable, READY_IN);
    if (t->moved)
        inode_touch(file->inode, TOUCH_ACCESSED);
    return transfer_result(t, result);
}

/* Puts in what may go in now. Bytes; -EAGAIN: wait; -EPIPE … */
static ssize_t write_some(struct pipe *pipe, struct transfer *t, size_t whole)
{
    size_t chunk = min(room(pipe), t->left);
    if (!pipe->readers)
        return -EPIPE;
    if (!chunk || (chunk < t->left && whole <= PIPE_ATOMIC_BYTES))
        return -EAGAIN;
    size_t put = fill(pipe, t, chunk);
    if (put)
        return put;
    return *slot_of(pipe, pipe->written) ? -EFAULT : -ENOMEM;
}

static ssize_t pipe_write(
    struct file *file, struct transfer *t, uint64_t *position)
{
    struct pipe *pipe = file->private;
    size_t whole = t->left;
    ssize_t result = 0;
    while (t->left) {
        mutex_lock(&pipe->lock);
        result = write_some(pipe, t, whole);
        mutex_unlock(&pipe->lock);
        if (result > 0) {
            wake_readers(pipe);
            continue;
        }
        if (result != -EAGAIN || file->flags & OPEN_NONBLOCK)
            break;
        size_t need = whole <= PIPE_ATOMIC_BYTES ? t->left : 1;
        result = wait_until_exclusive(&pipe->writable, SLEEP_INTERRUPTIBLE,
            FOREVER, room(pipe) >= need || !atomic_load(&pipe->readers));
        if (result)
            break;
    }
    if (is_writable(pipe))
        wait_queue_wake_one(&pipe->writable, READY_OUT);
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
        if (used(pipe))
            ready |= READY_IN;
        /* A FIFO whose writer is still to come has not hung up. */
        if (!pipe->writers && pipe->writer_opens != file->position)
            ready |= READY_HANGUP;
    }
    if (file->flags & OPEN_WRITE) {
        if (is_writable(pipe))
            ready |= READY_OUT;
        if (!pipe->readers)
            ready |= READY_ERROR;
    }
    return ready;
}

static long pipe_control(struct file *file, unsigned verb, uintptr_t argument)
{
    if (verb != CONTROL_BYTES_READY)
        return -ENOTTY;
    *(int *)argument = used(file->private);
    return 0;
}

/* Ends. */

static void wake_everyone(struct pipe *pipe)
{
    wait_queue_wake_all(&pipe->readable, READY_IN | READY_HANGUP);
    wait_queue_wake_all(&pipe->writable, READY_OUT | READY_ERROR);
    wait_queue_wake_all(&pipe->pollers,
        READY_IN | READY_HANGUP | READY_OUT | READY_ERROR);
}

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
    mutex_unlock(&pipe->lock);
    if (is_last)
        inode->pipe = NULL;
    mutex_unlock(&inode->change);
    wake_everyone(pipe);
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
    .release = pipe_release,
    .cannot_seek = true,
    .is_stream = true,
};

/* Opening. */

/* The pipe of a FIFO's inode, made if need be, with its ends counted. */
static struct pipe *join(struct inode *inode, unsigned flags)
{
    mutex_lock(&inode->change);
    if (!inode->pipe)
        inode->pipe = pipe_new();
    struct pipe *pipe = inode->pipe;
    if (pipe) {
        refcount_get(&pipe->refs);
        mutex_lock(&pipe->lock);
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

/* Waits for the other side as fifo(7) says; it may have come and gone again. */
static int wait_for_other_end(struct pipe *pipe, unsigned flags)
{
    bool reads = flags & OPEN_READ, blocks = !(flags & OPEN_NONBLOCK);
    unsigned *present = reads ? &pipe->writers : &pipe->readers;
    unsigned *opens = reads ? &pipe->writer_opens : &pipe->reader_opens;
    unsigned before = atomic_load(opens);
    if (atomic_load(present) || (reads && !blocks))
        return 0;
    if (!blocks)
        return -ENXIO;
    return wait_until(&pipe->pollers, SLEEP_INTERRUPTIBLE, FOREVER,
        atomic_load(present) || atomic_load(opens) != before);
}

static int open_ends(struct inode *inode, struct file *file, bool waits)
{
    struct pipe *pipe = join(inode, file->flags);
    if (!pipe)
        return -ENOMEM;
    wake_everyone(pipe);
    file->position = waits && !pipe->writers ? pipe->writer_opens : 0;
    int error = waits ? wait_for_other_end(pipe, file->flags) : 0;
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

/* Both inodes' references are the files'. */
static int open_end(struct inode *inode, unsigned flags,
    const struct credentials *who, struct file **end)
{
    char name[32];
    format(name, sizeof name, "pipe:[%lu]", (unsigned long)inode->number);
    struct pipe *pipe = join(inode, flags);
    if (!pipe) {
        inode_put(inode);
        return -ENOMEM;
    }
    inode_get(inode);
    int error = file_open_unnamed(name, inode, &pipe_ops, pipe, flags, who, end);
    if (error) {
        forget_opens(inode, pipe, flags);
        pipe_put(pipe);
    }
    inode_put(inode);
    return error;
}

int pipe_open(unsigned flags, const struct credentials *who,
    struct file **reader, struct file **writer)
{
    struct inode *inode = inode_new_unnamed(INODE_FIFO, 0600, who);
    if (!inode)
        return -ENFILE;
    inode->ops = &pipe_inode_ops;
    int error = open_end(inode_get(inode), flags | OPEN_READ, who, reader);
    if (!error) {
        error = open_end(inode_get(inode), flags | OPEN_WRITE, who, writer);
        if (error)
            file_put(*reader);
    }
    inode_put(inode);
    return error;
}

bool file_is_pipe(const struct file *file)
{
    return file->ops == &pipe_ops;
}

/* Size. */

long pipe_bytes(struct file *file)
{
    struct pipe *pipe = file->private;
    return (long)pipe->slots * PAGE_BYTES;
}

static unsigned slots_for(size_t bytes)
{
    unsigned slots = 1;
    while ((size_t)slots * PAGE_BYTES < bytes)
        slots *= 2;
    return slots;
}

/* Moves the content over to a bigger or smaller ring, by copying: it is rare. */
static long refill(struct pipe *pipe, struct pipe *fresh)
{
    while (used(pipe)) {
        size_t offset = pipe->read % PAGE_BYTES;
        size_t chunk = min(PAGE_BYTES - offset, used(pipe));
        struct transfer t;
        transfer_kernel(&t,
            (char *)page_pointer(*slot_of(pipe, pipe->read)) + offset, chunk);
        if (fill(fresh, &t, chunk) < chunk)
            return -ENOMEM;
        pipe->read += chunk;
    }
    return 0;
}

static void exchange_rings(struct pipe *a, struct pipe *b)
{
    struct pipe old = { .pages = a->pages, .slots = a->slots, .read = a->read,
        .written = a->written };
    a->pages = b->pages, a->slots = b->slots;
    a->read = b->read, a->written = b->written;
    b->pages = old.pages, b->slots = old.slots;
    b->read = old.read, b->written = old.written;
}

static long resize(struct pipe *pipe, unsigned slots)
{
    struct pipe *fresh = pipe_new();
    if (!fresh)
        return -ENOMEM;
    heap_free(fresh->pages);
    fresh->slots = slots;
    fresh->pages = heap_alloc_zeroed(slots * sizeof *fresh->pages);
    size_t read = pipe->read;
    long error = !fresh->pages ? -ENOMEM
        : used(pipe) > (size_t)slots * PAGE_BYTES ? -EBUSY
                                                  : refill(pipe, fresh);
    if (error)
        pipe->read = read;
    else
        exchange_rings(pipe, fresh);
    if (!fresh->pages)
        fresh->slots = 0;
    pipe_put(fresh);
    return error;
}

long pipe_set_bytes(struct file *file, size_t bytes, bool privileged)
{
    struct pipe *pipe = file->private;
    if (bytes > (1u << 31))
        return -EINVAL;
    unsigned slots = slots_for(bytes ? bytes : 1);
    mutex_lock(&pipe->lock);
    long error = 0;
    if (slots > pipe->slots && bytes > PIPE_MAX_BYTES && !privileged)
        error = -EPERM;
    else if (slots != pipe->slots)
        error = resize(pipe, slots);
    mutex_unlock(&pipe->lock);
    if (error)
        return error;
    wake_everyone(pipe);
    return (long)slots * PAGE_BYTES;
}
