/* SPDX-License-Identifier: MIT */
/* The ring inside a pipe, for the vfs/pipe*.c. */
#ifndef VFS_PIPE_RING_H
#define VFS_PIPE_RING_H

#include "arch/atomic.h"
#include "mm/pages.h"
#include "vfs/pipe.h"

enum { PIPE_DEFAULT_SLOTS = 16, PIPE_LEAST_SLOTS = 2 };

enum pipe_buffer_flags {
    PIPE_SHARED = 1, /* a later write may go on behind what is there */
    PIPE_PACKET = 2, /* a read takes no more than this, and leaves nothing */
};

/* What lies in one page. */
struct pipe_buffer {
    struct page *page; /* with a pin; others may have it as well */
    uint16_t offset, bytes;
    uint8_t flags; /* enum pipe_buffer_flags */
};

struct pipe {
    struct refcount refs; /* one for each open file, one for the inode */
    struct mutex lock;
    struct wait_queue readable, writable; /* exclusive sleepers */
    struct wait_queue pollers;
    uint32_t uid; /* whose the slots are */

    /* Under lock: */
    unsigned readers, writers;
    unsigned reader_opens, writer_opens; /* ever; for FIFOs that wait */
    struct pipe_buffer *buffers; /* slots of them: own, or of the heap */
    unsigned slots;       /* a power of two */
    unsigned first, end;  /* ever; slot = number % slots */
    unsigned reserved;    /* slots that somebody will fill */
    bool is_taken;        /* somebody gives what is first elsewhere, without the
                           * lock: nobody else takes anything meanwhile */
    struct page *spare;   /* kept so that ping-pong does not allocate */
    struct pipe_buffer own[PIPE_DEFAULT_SLOTS];
};

static inline unsigned pipe_used(const struct pipe *pipe)
{
    return pipe->end - pipe->first;
}

static inline bool pipe_is_empty(const struct pipe *pipe)
{
    return pipe->end == pipe->first;
}

static inline unsigned pipe_room(const struct pipe *pipe)
{
    return pipe->slots - pipe->reserved - pipe_used(pipe);
}

static inline bool pipe_is_full(const struct pipe *pipe)
{
    return !pipe_room(pipe);
}

/* What readers wait for. */
static inline bool pipe_is_readable(const struct pipe *pipe)
{
    return !atomic_load(&pipe->is_taken) &&
        (!pipe_is_empty(pipe) || !atomic_load(&pipe->writers));
}

/* What writers wait for. */
static inline bool pipe_is_writable(const struct pipe *pipe)
{
    return !pipe_is_full(pipe) || !atomic_load(&pipe->readers);
}

/* The nth after the first one. */
static inline struct pipe_buffer *pipe_buffer(
    const struct pipe *pipe, unsigned nth)
{
    return &pipe->buffers[(pipe->first + nth) & (pipe->slots - 1)];
}

static inline char *pipe_buffer_data(const struct pipe_buffer *buffer)
{
    return (char *)page_pointer(buffer->page) + buffer->offset;
}

/* Its slots count as who's. NULL: no memory, or too many. */
struct pipe *pipe_new(const struct credentials *who);
void pipe_put(struct pipe *pipe);

/* All under pipe->lock. */

/* A page to fill: NULL for want of memory. */
struct page *pipe_page(struct pipe *pipe);
void pipe_page_free(struct pipe *pipe, struct page *page);
/* Takes the page; there must be a slot. */
void pipe_push(struct pipe *pipe, struct pipe_buffer buffer);
/* A buffer with what is left of t, as far as it goes: 0, -ENOMEM, -EFAULT.
 * There must be a slot. */
int pipe_fill(struct pipe *pipe, struct transfer *t, unsigned flags);
/* Puts what is left of t beyond whole pages behind the last buffer, if there is
 * room and it may be there; else nothing: 0, -EFAULT. */
int pipe_share(struct pipe *pipe, struct transfer *t);
enum pipe_drain { PIPE_BY_PACKETS, PIPE_BY_BYTES };
/* Takes out what is wanted and there: 1, -EFAULT; 0: there was nothing. */
int pipe_drain(struct pipe *pipe, struct transfer *t, enum pipe_drain how);
/* So many bytes off the front, packets or not. */
void pipe_skip(struct pipe *pipe, size_t bytes);
size_t pipe_bytes_there(const struct pipe *pipe);

/* pipe.c, which takes the lock: takes out what is there, or waits for it. 1:
 * something came; 0: the end; -EAGAIN, unless it waits; -ERESTART, -EFAULT. */
int pipe_take(
    struct pipe *pipe, struct transfer *t, enum pipe_drain how, bool waits);

void pipe_wake_readers(struct pipe *pipe);
/* For a pipe that was full. */
void pipe_wake_writers(struct pipe *pipe);
void pipe_wake_everyone(struct pipe *pipe);
/* TELL_… to the owners of its ends. */
void pipe_tell(struct pipe *pipe, unsigned what);

#endif
