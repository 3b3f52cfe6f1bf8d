/* SPDX-License-Identifier: MIT */
/* The ring inside a pipe, for the vfs/pipe*.c. */
#ifndef VFS_PIPE_RING_H
#define VFS_PIPE_RING_H

#include "vfs/pipe.h"

/* Pages taken beforehand, for bytes that must not be lost for want of one. */
enum { PIPE_STOCK_PAGES = 16 };
struct pipe_stock {
    unsigned count;
    struct page *pages[PIPE_STOCK_PAGES];
};

/* Bytes that were taken out and came back. */
struct pipe_returned {
    struct pipe_returned *next;
    char *data; /* of the heap; from `read` on to `bytes` */
    size_t read, bytes;
};

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
    struct pipe_stock *stock; /* of who fills now, before any other page */
    size_t reserved; /* room that somebody will fill, or took and may return */
    struct pipe_returned *returned; /* these come before all others */
    size_t returned_bytes;          /* in all of them */
};

static inline size_t pipe_used(const struct pipe *pipe)
{
    return pipe->written - pipe->read + pipe->returned_bytes;
}

static inline size_t pipe_room(const struct pipe *pipe)
{
    size_t taken = pipe_used(pipe) + pipe->reserved;
    size_t all = (size_t)pipe->slots * PAGE_BYTES;
    return taken < all ? all - taken : 0;
}

static inline bool pipe_is_writable(const struct pipe *pipe)
{
    return pipe_room(pipe) >= PIPE_ATOMIC_BYTES;
}

struct pipe *pipe_new(void); /* NULL */
void pipe_put(struct pipe *pipe);
/* Under pipe->lock: bytes that went in; stops for want of memory, or at a
 * fault. There must be room. */
size_t pipe_fill(struct pipe *pipe, struct transfer *t, size_t bytes);
/* Bytes that came out, of those that are there. */
size_t pipe_drain(struct pipe *pipe, struct transfer *t, size_t bytes);
/* The same without taking them. */
size_t pipe_look(struct pipe *pipe, char *to, size_t bytes);
void pipe_returned_free(struct pipe_returned *returned); /* NULL: nothing */
/* Enough for that many bytes, however they come to lie: 0, -ENOMEM. */
int pipe_stock_fill(struct pipe_stock *stock, size_t bytes);
void pipe_stock_free(struct pipe_stock *stock);
bool pipe_lacks_memory(const struct pipe *pipe); /* why pipe_fill did nothing */

void pipe_wake_readers(struct pipe *pipe);
/* Room is news to those who poll only if there was none before. */
void pipe_wake_writers(struct pipe *pipe, bool was_writable);
void pipe_wake_everyone(struct pipe *pipe);
/* TELL_… to the owners of its ends. */
void pipe_tell(struct pipe *pipe, unsigned what);

#endif
