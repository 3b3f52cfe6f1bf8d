/* SPDX-License-Identifier: MIT */
/* Splicing into a pipe.
 *
 * What was read must not be lost for want of room or memory: slots are reserved
 * and pages taken before, and read into. */
#include "vfs/splice_in.h"

#include "lib/errno.h"

int splice_wait_for_room(struct pipe *pipe, enum splice_wait wait)
{
    if (wait == SPLICE_DOES_NOT_WAIT)
        return pipe_is_writable(pipe) ? 0 : -EAGAIN;
    return wait_until_exclusive(&pipe->writable, SLEEP_INTERRUPTIBLE, FOREVER,
        pipe_is_writable(pipe));
}

void splice_pass_on(struct pipe *pipe)
{
    if (!pipe_is_full(pipe))
        wait_queue_wake_one(&pipe->writable, READY_OUT);
}

void splice_has_filled(struct pipe *pipe)
{
    pipe_wake_readers(pipe);
    pipe_tell(pipe, TELL_IN);
    splice_pass_on(pipe);
}

static int try_reserve(struct pipe *pipe, unsigned slots)
{
    int result = -EAGAIN;
    mutex_lock(&pipe->lock);
    unsigned room = min(pipe_room(pipe), slots);
    if (!pipe->readers) {
        result = -EPIPE;
    } else if (room) {
        pipe->reserved += room;
        result = room;
    }
    mutex_unlock(&pipe->lock);
    return result;
}

/* Some of so many slots, which are ours then: how many. */
static int reserve(struct pipe *pipe, unsigned slots, enum splice_wait wait)
{
    for (;;) {
        int result = try_reserve(pipe, slots);
        if (result != -EAGAIN)
            return result;
        result = splice_wait_for_room(pipe, wait);
        if (result)
            return result;
    }
}

enum { PAGES_MOST = 16 }; /* that are read into at once */

/* A file's bytes on their way into a pipe. */
struct coming {
    struct file *from;
    uint64_t *offset;
    struct pipe *pipe;
    unsigned slots; /* reserved */
    unsigned count; /* of the segments */
    struct io_segment segments[PAGES_MOST]; /* a page for each, or less of it */
};

static struct page *page_of_segment(const struct io_segment *segment)
{
    return page_of_pointer((void *)segment->start);
}

static int take_pages(struct coming *coming, size_t bytes, size_t skew)
{
    while (bytes && coming->count < coming->slots) {
        struct page *page = page_alloc(PAGE_KERNEL, PAGE_MAY_WAIT);
        if (!page)
            return -ENOMEM;
        size_t chunk = min(bytes, PAGE_BYTES - skew);
        coming->segments[coming->count++] =
            (struct io_segment){ (uintptr_t)page_pointer(page), chunk };
        bytes -= chunk;
        skew = 0;
    }
    return 0;
}

static ssize_t read_into_pages(struct coming *coming)
{
    struct transfer t;
    size_t sum = 0;
    for (unsigned i = 0; i < coming->count; i++)
        sum += coming->segments[i].bytes;
    transfer_segments(&t, coming->segments, coming->count, sum);
    t.is_kernel = true;
    return file_read(coming->from, &t, coming->offset);
}

/* What was read goes in, and no slot is reserved any more. */
static void push_pages(struct coming *coming, size_t bytes)
{
    struct pipe *pipe = coming->pipe;
    unsigned used = 0;
    mutex_lock(&pipe->lock);
    pipe->reserved -= coming->slots;
    while (bytes) {
        const struct io_segment *segment = &coming->segments[used++];
        size_t chunk = min(bytes, segment->bytes);
        pipe_push(pipe,
            (struct pipe_buffer){ page_of_segment(segment), 0, chunk, 0 });
        bytes -= chunk;
    }
    mutex_unlock(&pipe->lock);
    while (coming->count > used)
        page_unpin(page_of_segment(&coming->segments[--coming->count]));
}

/* Nothing of what is wanted is there, and it would be waited for. */
static bool would_wait(struct file *from, enum splice_wait wait)
{
    const unsigned news =
        READY_IN | READY_ERROR | READY_HANGUP | READY_READ_HANGUP;
    return wait == SPLICE_DOES_NOT_WAIT && from->ops->cannot_seek &&
        !(file_poll(from, NULL) & news);
}

/* A page of a file in memory is a buffer, as far as it is wanted. */
static ssize_t fill_some(
    struct coming *coming, size_t bytes, enum splice_wait wait)
{
    struct file *from = coming->from;
    uint64_t at = coming->offset ? *coming->offset : from->position;
    size_t skew = from->inode->store ? at % PAGE_BYTES : 0;
    size_t pages = (skew + bytes + PAGE_BYTES - 1) / PAGE_BYTES;
    int slots = reserve(coming->pipe, min(pages, (size_t)PAGES_MOST), wait);
    if (slots < 0)
        return slots;
    coming->slots = slots;
    coming->count = 0;
    ssize_t result = would_wait(from, wait) ? -EAGAIN : 0;
    if (!result)
        result = take_pages(coming, bytes, skew);
    if (!result)
        result = read_into_pages(coming);
    push_pages(coming, result > 0 ? result : 0);
    if (result > 0)
        splice_has_filled(coming->pipe);
    else
        pipe_wake_writers(coming->pipe);
    return result;
}

/* A file goes on as long as there are slots; what a stream has more might have
 * to be waited for. */
ssize_t splice_in(struct file *from, uint64_t *offset, struct pipe *pipe,
    size_t bytes, enum splice_wait wait)
{
    struct coming coming = { .from = from, .offset = offset, .pipe = pipe };
    size_t done = 0;
    for (;;) {
        ssize_t put = fill_some(&coming, bytes - done, wait);
        if (put <= 0)
            return done ? (ssize_t)done : put;
        done += put;
        if (done == bytes || from->ops->cannot_seek || pipe_is_full(pipe))
            return done;
        wait = SPLICE_DOES_NOT_WAIT;
        thread_breathe();
    }
}
