/* SPDX-License-Identifier: MIT */
/* How many slots a pipe has, and each user in all his pipes.
 *
 * As on Linux: who has more than the soft limit gets small pipes, who has more
 * than the hard one gets none, and neither may make one bigger; those whom the
 * system trusts with its resources may all that. */
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "vfs/pipe_ring.h"
#include "vfs/users.h"

static uint64_t limits[PIPE_LIMITS] = {
    [PIPE_MOST_BYTES] = 1 << 20,
    [PIPE_USER_SOFT] = 16384,
};

uint64_t pipe_limit(enum pipe_limit what)
{
    return atomic_load(&limits[what]);
}

static unsigned slots_for(size_t bytes)
{
    unsigned slots = 1;
    while ((size_t)slots * PAGE_BYTES < bytes)
        slots *= 2;
    return slots;
}

void pipe_set_limit(enum pipe_limit what, uint64_t value)
{
    if (what == PIPE_MOST_BYTES)
        value = (uint64_t)slots_for(value) * PAGE_BYTES;
    atomic_store(&limits[what], value);
}

static bool is_privileged(const struct credentials *who)
{
    return credentials_can(who, CAPABLE_SYS_RESOURCE) ||
        credentials_can(who, CAPABLE_SYS_ADMIN);
}

static bool is_beyond(uint64_t count, enum pipe_limit what)
{
    uint64_t limit = pipe_limit(what);
    return limit && count > limit;
}

/* How many slots who gets, which are counted; 0: none. */
static unsigned count_first(const struct credentials *who)
{
    unsigned slots = PIPE_DEFAULT_SLOTS;
    uint64_t most = pipe_limit(PIPE_MOST_BYTES) / PAGE_BYTES, count;
    if (slots > most && !credentials_can(who, CAPABLE_SYS_RESOURCE))
        slots = most;
    if (user_count_many(who->uid, USER_PIPE_SLOTS, slots, &count))
        return 0;
    if (is_beyond(count, PIPE_USER_SOFT) && !is_privileged(who)) {
        user_uncount_many(who->uid, USER_PIPE_SLOTS, slots);
        slots = PIPE_LEAST_SLOTS;
        if (user_count_many(who->uid, USER_PIPE_SLOTS, slots, &count))
            return 0;
    }
    if (is_beyond(count, PIPE_USER_HARD) && !is_privileged(who)) {
        user_uncount_many(who->uid, USER_PIPE_SLOTS, slots);
        return 0;
    }
    return slots;
}

struct pipe *pipe_new(const struct credentials *who)
{
    unsigned slots = count_first(who);
    struct pipe *pipe = slots ? heap_alloc_zeroed(sizeof *pipe) : NULL;
    if (!pipe) {
        user_uncount_many(who->uid, USER_PIPE_SLOTS, slots);
        return NULL;
    }
    pipe->uid = who->uid;
    pipe->slots = slots;
    pipe->buffers = pipe->own;
    refcount_init(&pipe->refs);
    mutex_init(&pipe->lock, RANK_PIPE);
    wait_queue_init(&pipe->readable);
    wait_queue_init(&pipe->writable);
    wait_queue_init(&pipe->pollers);
    return pipe;
}

static void free_ring(struct pipe *pipe, struct pipe_buffer *ring)
{
    if (ring != pipe->own)
        heap_free(ring);
}

void pipe_put(struct pipe *pipe)
{
    if (!pipe || !refcount_put(&pipe->refs))
        return;
    for (unsigned i = 0; i < pipe_used(pipe); i++)
        page_unpin(pipe_buffer(pipe, i)->page);
    if (pipe->spare)
        page_unpin(pipe->spare);
    user_uncount_many(pipe->uid, USER_PIPE_SLOTS, pipe->slots);
    free_ring(pipe, pipe->buffers);
    heap_free(pipe);
}

long pipe_bytes(struct file *file)
{
    struct pipe *pipe = file->private;
    return (long)atomic_load(&pipe->slots) * PAGE_BYTES;
}

/* The numbers of buffers stay: who waits looks at them without the lock. */
static int resize(struct pipe *pipe, unsigned slots)
{
    bool is_own = slots <= PIPE_DEFAULT_SLOTS && pipe->buffers != pipe->own;
    unsigned used = pipe_used(pipe);
    if (used + pipe->reserved > slots)
        return -EBUSY;
    struct pipe_buffer *ring = is_own
        ? pipe->own
        : heap_alloc(slots * sizeof *ring);
    if (!ring)
        return -ENOMEM;
    for (unsigned i = 0; i < used; i++)
        ring[(pipe->first + i) & (slots - 1)] = *pipe_buffer(pipe, i);
    free_ring(pipe, pipe->buffers);
    pipe->buffers = ring;
    atomic_store(&pipe->slots, slots);
    return 0;
}

/* Counts the new slots before the old ones go; nobody may have too many who
 * wants more. */
static long set_slots(
    struct pipe *pipe, unsigned slots, const struct credentials *who)
{
    uint64_t count;
    if (slots == pipe->slots)
        return 0;
    bool grows = slots > pipe->slots;
    if (grows && (uint64_t)slots * PAGE_BYTES > pipe_limit(PIPE_MOST_BYTES) &&
        !credentials_can(who, CAPABLE_SYS_RESOURCE))
        return -EPERM;
    if (user_count_many(pipe->uid, USER_PIPE_SLOTS, slots, &count))
        return -ENOMEM;
    count -= pipe->slots;
    unsigned old = pipe->slots;
    long error = 0;
    if (grows && !is_privileged(who) &&
        (is_beyond(count, PIPE_USER_SOFT) || is_beyond(count, PIPE_USER_HARD)))
        error = -EPERM;
    if (!error)
        error = resize(pipe, slots);
    user_uncount_many(pipe->uid, USER_PIPE_SLOTS, error ? slots : old);
    return error;
}

long pipe_set_bytes(
    struct file *file, size_t bytes, const struct credentials *who)
{
    struct pipe *pipe = file->private;
    if (bytes > PIPE_BYTES_MAX)
        return -EINVAL;
    unsigned slots = slots_for(bytes);
    mutex_lock(&pipe->lock);
    long error = set_slots(pipe, slots, who);
    mutex_unlock(&pipe->lock);
    if (error)
        return error;
    wait_queue_wake_all(&pipe->writable, READY_OUT);
    wait_queue_wake_all(&pipe->pollers, READY_OUT);
    return (long)slots * PAGE_BYTES;
}
