/* SPDX-License-Identifier: MIT */
/* The ring of pages in a pipe: filled and drained, made bigger and smaller. */
#include "vfs/pipe_ring.h"

#include "lib/errno.h"
#include "lib/panic.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "mm/pages.h"

struct pipe *pipe_new(void)
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

void pipe_returned_free(struct pipe_returned *returned)
{
    if (!returned)
        return;
    heap_free(returned->data);
    heap_free(returned);
}

static void drop_first_returned(struct pipe *pipe)
{
    struct pipe_returned *first = pipe->returned;
    pipe->returned = first->next;
    pipe_returned_free(first);
}

void pipe_put(struct pipe *pipe)
{
    if (!pipe || !refcount_put(&pipe->refs))
        return;
    for (unsigned i = 0; i < pipe->slots; i++)
        if (pipe->pages[i])
            page_unpin(pipe->pages[i]);
    if (pipe->spare)
        page_unpin(pipe->spare);
    while (pipe->returned)
        drop_first_returned(pipe);
    heap_free(pipe->pages);
    heap_free(pipe);
}

/* Pages. */

static struct page **slot_of(struct pipe *pipe, size_t position)
{
    return &pipe->pages[position / PAGE_BYTES % pipe->slots];
}

int pipe_stock_fill(struct pipe_stock *stock, size_t bytes)
{
    stock->count = 0;
    assert(bytes <= PIPE_STOCK_PAGES * PAGE_BYTES);
    while (stock->count * PAGE_BYTES < bytes) {
        struct page *page = page_alloc(PAGE_KERNEL, PAGE_MAY_WAIT);
        if (!page) {
            pipe_stock_free(stock);
            return -ENOMEM;
        }
        stock->pages[stock->count++] = page;
    }
    return 0;
}

void pipe_stock_free(struct pipe_stock *stock)
{
    while (stock->count)
        page_unpin(stock->pages[--stock->count]);
}

static struct page *page_for_writing(struct pipe *pipe)
{
    struct page **slot = slot_of(pipe, pipe->written);
    if (!*slot && pipe->stock && pipe->stock->count) {
        *slot = pipe->stock->pages[--pipe->stock->count];
    } else if (!*slot) {
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

size_t pipe_fill(struct pipe *pipe, struct transfer *t, size_t bytes)
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

static size_t drain_ring(struct pipe *pipe, struct transfer *t, size_t bytes)
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

static size_t drain_returned(
    struct pipe *pipe, struct transfer *t, size_t bytes)
{
    size_t done = 0;
    while (done < bytes && pipe->returned) {
        struct pipe_returned *first = pipe->returned;
        size_t chunk = min(bytes - done, first->bytes - first->read);
        size_t moved = transfer_give(t, first->data + first->read, chunk);
        first->read += moved;
        pipe->returned_bytes -= moved;
        done += moved;
        if (first->read == first->bytes)
            drop_first_returned(pipe);
        if (moved < chunk)
            break;
    }
    return done;
}

/* What was returned comes first. */
size_t pipe_drain(struct pipe *pipe, struct transfer *t, size_t bytes)
{
    size_t done = 0;
    if (unlikely(pipe->returned)) {
        done = drain_returned(pipe, t, bytes);
        if (pipe->returned)
            return done;
    }
    return done + drain_ring(pipe, t, bytes - done);
}

static size_t look_at_returned(const struct pipe *pipe, char *to, size_t bytes)
{
    size_t done = 0;
    const struct pipe_returned *at = pipe->returned;
    for (; at && done < bytes; at = at->next) {
        size_t chunk = min(bytes - done, at->bytes - at->read);
        memcpy(to + done, at->data + at->read, chunk);
        done += chunk;
    }
    return done;
}

size_t pipe_look(struct pipe *pipe, char *to, size_t bytes)
{
    size_t done = look_at_returned(pipe, to, bytes);
    for (size_t at = pipe->read; done < bytes && at < pipe->written;) {
        size_t offset = at % PAGE_BYTES;
        size_t chunk = min(PAGE_BYTES - offset,
            min(bytes - done, pipe->written - at));
        memcpy(to + done, (char *)page_pointer(*slot_of(pipe, at)) + offset,
            chunk);
        at += chunk;
        done += chunk;
    }
    return done;
}

bool pipe_lacks_memory(const struct pipe *pipe)
{
    return !pipe->pages[pipe->written / PAGE_BYTES % pipe->slots];
}

/* Waking. */

void pipe_wake_readers(struct pipe *pipe)
{
    wait_queue_wake_one(&pipe->readable, READY_IN);
    wait_queue_wake_one(&pipe->pollers, READY_IN);
}

void pipe_wake_writers(struct pipe *pipe, bool was_writable)
{
    wait_queue_wake_one(&pipe->writable, READY_OUT);
    if (!was_writable && pipe_is_writable(pipe))
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
    while (pipe->written != pipe->read) {
        size_t offset = pipe->read % PAGE_BYTES;
        size_t chunk = min(PAGE_BYTES - offset, pipe->written - pipe->read);
        struct transfer t;
        transfer_kernel(&t,
            (char *)page_pointer(*slot_of(pipe, pipe->read)) + offset, chunk);
        if (pipe_fill(fresh, &t, chunk) < chunk)
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
        : pipe_used(pipe) + pipe->reserved > (size_t)slots * PAGE_BYTES
        ? -EBUSY
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
    pipe_wake_everyone(pipe);
    return (long)slots * PAGE_BYTES;
}
