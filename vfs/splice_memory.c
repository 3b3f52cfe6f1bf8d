/* SPDX-License-Identifier: MIT */
/* vmsplice: between a pipe and the program's memory, which is copied.  Only what
 * the call says decides whether it waits. */
#include "lib/errno.h"
#include "vfs/splice_in.h"

/* A buffer for each page of the memory, or part of one: 0, or why no more. */
static int fill_by_pages(struct pipe *pipe, struct transfer *t)
{
    while (t->left && !pipe_is_full(pipe)) {
        uintptr_t at = 0;
        size_t chunk = transfer_stretch(t, t->left, &at);
        chunk = min(chunk, (size_t)PAGE_BYTES - at % PAGE_BYTES);
        struct page *page = pipe_page(pipe);
        if (!page)
            return -ENOMEM;
        size_t moved = transfer_take(t, page_pointer(page), chunk);
        if (!chunk || moved < chunk) {
            transfer_untake(t, moved);
            pipe_page_free(pipe, page);
            return -EFAULT;
        }
        pipe_push(pipe, (struct pipe_buffer){ page, 0, chunk, 0 });
    }
    return 0;
}

static int try_fill(struct pipe *pipe, struct transfer *t)
{
    mutex_lock(&pipe->lock);
    int result = !pipe->readers ? -EPIPE
        : pipe_is_full(pipe)    ? -EAGAIN
                                : fill_by_pages(pipe, t);
    mutex_unlock(&pipe->lock);
    return result;
}

static ssize_t memory_to_pipe(
    struct pipe *pipe, struct transfer *t, enum splice_wait wait)
{
    int result;
    while ((result = try_fill(pipe, t)) == -EAGAIN && wait == SPLICE_WAITS) {
        result = wait_until_exclusive(&pipe->writable, SLEEP_INTERRUPTIBLE,
            FOREVER, pipe_is_writable(pipe));
        if (result)
            break;
    }
    if (t->moved) {
        pipe_wake_readers(pipe);
        pipe_tell(pipe, TELL_IN);
    }
    splice_pass_on(pipe);
    return transfer_result(t, result);
}

static ssize_t pipe_to_memory(
    struct pipe *pipe, struct transfer *t, enum splice_wait wait)
{
    int result = pipe_take(pipe, t, PIPE_BY_BYTES, wait == SPLICE_WAITS);
    if (t->moved)
        pipe_tell(pipe, TELL_OUT);
    return transfer_result(t, min(result, 0));
}

ssize_t splice_memory(
    struct file *file, struct transfer *t, enum splice_wait wait)
{
    if (!file_is_pipe(file))
        return -EBADF;
    return file->flags & OPEN_WRITE ? memory_to_pipe(file->private, t, wait)
                                    : pipe_to_memory(file->private, t, wait);
}
