/* SPDX-License-Identifier: MIT */
/* The ring of buffers in a pipe, and who waits for it.
 *
 * A buffer is a page, or a part of one, and takes a slot however little it
 * holds.  Small writes share the last one, as long as nobody else has its page
 * for what may lie there; so what fits in is as much as on Linux. */
#include "vfs/pipe_ring.h"

#include "lib/errno.h"

/* Pages. */

struct page *pipe_page(struct pipe *pipe)
{
    struct page *page = pipe->spare;
    if (!page)
        return page_alloc(PAGE_KERNEL, PAGE_MAY_WAIT);
    pipe->spare = NULL;
    return page;
}

/* One that is in no other pipe may be the spare one. */
void pipe_page_free(struct pipe *pipe, struct page *page)
{
    if (!pipe->spare && atomic_load(&page->counts) == PAGE_ONE_PIN)
        pipe->spare = page;
    else
        page_unpin(page);
}

/* In. */

void pipe_push(struct pipe *pipe, struct pipe_buffer buffer)
{
    *pipe_buffer(pipe, pipe_used(pipe)) = buffer;
    pipe->end++;
}

/* As on Linux, what goes in a page goes in whole or not at all, and then the
 * slot is taken all the same. */
int pipe_fill(struct pipe *pipe, struct transfer *t, unsigned flags)
{
    struct page *page = pipe_page(pipe);
    if (unlikely(!page))
        return -ENOMEM;
    size_t chunk = min(t->left, (size_t)PAGE_BYTES);
    size_t moved = transfer_take(t, page_pointer(page), chunk);
    bool is_whole = moved == chunk;
    if (unlikely(!is_whole))
        transfer_untake(t, moved);
    pipe_push(pipe, (struct pipe_buffer){ page, 0, is_whole ? chunk : 0, flags });
    return is_whole ? 0 : -EFAULT;
}

int pipe_share(struct pipe *pipe, struct transfer *t)
{
    size_t odd = t->left % PAGE_BYTES;
    if (!odd || pipe_is_empty(pipe))
        return 0;
    struct pipe_buffer *last = pipe_buffer(pipe, pipe_used(pipe) - 1);
    size_t end = (size_t)last->offset + last->bytes;
    if (!(last->flags & PIPE_SHARED) || end + odd > PAGE_BYTES)
        return 0;
    size_t moved = transfer_take(t, (char *)page_pointer(last->page) + end, odd);
    if (unlikely(moved < odd)) {
        transfer_untake(t, moved);
        return -EFAULT;
    }
    last->bytes += odd;
    return 0;
}

/* Out. */

static void drop_first(struct pipe *pipe)
{
    struct page *page = pipe_buffer(pipe, 0)->page;
    pipe->first++;
    pipe_page_free(pipe, page);
}

int pipe_drain(struct pipe *pipe, struct transfer *t, enum pipe_drain how)
{
    while (t->left && !pipe_is_empty(pipe)) {
        struct pipe_buffer *first = pipe_buffer(pipe, 0);
        size_t chunk = min((size_t)first->bytes, t->left);
        size_t moved = transfer_give(t, pipe_buffer_data(first), chunk);
        if (unlikely(moved < chunk)) {
            transfer_untake(t, moved);
            return t->moved ? 1 : -EFAULT;
        }
        bool ends = how == PIPE_BY_PACKETS && first->flags & PIPE_PACKET;
        first->offset += chunk;
        first->bytes -= chunk;
        if (ends || !first->bytes)
            drop_first(pipe);
        if (ends)
            return 1;
    }
    return t->moved != 0;
}

/* Empty ones go as well. */
void pipe_skip(struct pipe *pipe, size_t bytes)
{
    while (!pipe_is_empty(pipe)) {
        struct pipe_buffer *first = pipe_buffer(pipe, 0);
        if (bytes < first->bytes) {
            first->offset += bytes;
            first->bytes -= bytes;
            return;
        }
        bytes -= first->bytes;
        drop_first(pipe);
    }
}

size_t pipe_bytes_there(const struct pipe *pipe)
{
    size_t bytes = 0;
    for (unsigned i = 0; i < pipe_used(pipe); i++)
        bytes += pipe_buffer(pipe, i)->bytes;
    return bytes;
}

/* Waking. */

void pipe_wake_readers(struct pipe *pipe)
{
    wait_queue_wake_one(&pipe->readable, READY_IN);
    wait_queue_wake_one(&pipe->pollers, READY_IN);
}

/* Room is news to those who poll only if there was none before. */
void pipe_wake_writers(struct pipe *pipe)
{
    if (pipe_is_full(pipe))
        return;
    wait_queue_wake_one(&pipe->writable, READY_OUT);
    wait_queue_wake_one(&pipe->pollers, READY_OUT);
}

void pipe_wake_everyone(struct pipe *pipe)
{
    wait_queue_wake_all(&pipe->readable, READY_IN | READY_HANGUP);
    wait_queue_wake_all(&pipe->writable, READY_OUT | READY_ERROR);
    wait_queue_wake_all(&pipe->pollers,
        READY_IN | READY_HANGUP | READY_OUT | READY_ERROR);
}

/* Who asked for it before is there: no barrier is needed. */
void pipe_tell(struct pipe *pipe, unsigned what)
{
    if (!wait_queue_is_empty(&pipe->pollers))
        wait_queue_wake_one(&pipe->pollers, what);
}
