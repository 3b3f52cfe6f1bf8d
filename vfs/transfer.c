/* SPDX-License-Identifier: MIT */
/* The cursor that reads and writes move bytes by.
 *
 * A fault in the middle of a segment is not an error as long as something was
 * moved before it: the cursor just stops there, and every later move gives 0,
 * so that callers need no error path of their own. */
#include "vfs/transfer.h"

#include "lib/string.h"
#include "mm/user.h"

void transfer_segments(struct transfer *t, const struct io_segment *segments,
    unsigned count, size_t total)
{
    *t = (struct transfer){
        .segments = segments,
        .segment_count = count,
        .left = total,
    };
}

void transfer_user(struct transfer *t, uintptr_t start, size_t bytes)
{
    transfer_segments(t, &t->single, 1, bytes);
    t->single = (struct io_segment){ start, bytes };
}

void transfer_kernel(struct transfer *t, void *start, size_t bytes)
{
    transfer_user(t, (uintptr_t)start, bytes);
    t->is_kernel = true;
}

size_t transfer_stretch(struct transfer *t, size_t bytes, uintptr_t *at)
{
    if (bytes > t->left)
        bytes = t->left;
    while (bytes && t->segment < t->segment_count) {
        const struct io_segment *segment = &t->segments[t->segment];
        size_t rest = segment->bytes - t->segment_done;
        if (rest) {
            *at = segment->start + t->segment_done;
            return min(rest, bytes);
        }
        t->segment++;
        t->segment_done = 0;
    }
    return 0;
}

static void advance(struct transfer *t, size_t bytes)
{
    t->segment_done += bytes;
    t->moved += bytes;
    t->left -= bytes;
}

enum direction { GIVE, TAKE, ZERO };

static size_t move_stretch(struct transfer *t, enum direction direction,
    uintptr_t at, void *memory, size_t bytes)
{
    if (t->is_kernel) {
        void *place = (void *)at;
        if (direction == GIVE)
            memcpy(place, memory, bytes);
        else if (direction == TAKE)
            memcpy(memory, place, bytes);
        else
            memset(place, 0, bytes);
        return bytes;
    }
    if (direction == TAKE)
        return user_read_some(memory, (const void __user *)at, bytes);
    if (direction == GIVE)
        return user_write_some((void __user *)at, memory, bytes);
    if (!user_range_is_ok((void __user *)at, bytes))
        return 0;
    return bytes - arch_clear_user((void __user *)at, bytes);
}

static size_t move(
    struct transfer *t, enum direction direction, char *memory, size_t bytes)
{
    size_t done = 0, stretch;
    uintptr_t at;
    while ((stretch = transfer_stretch(t, bytes - done, &at))) {
        size_t moved = move_stretch(
            t, direction, at, memory ? memory + done : NULL, stretch);
        advance(t, moved);
        done += moved;
        if (moved < stretch)
            break;
    }
    return done;
}

size_t transfer_give(struct transfer *t, const void *from, size_t bytes)
{
    return move(t, GIVE, (char *)from, bytes);
}

size_t transfer_take(struct transfer *t, void *to, size_t bytes)
{
    return move(t, TAKE, to, bytes);
}

size_t transfer_give_zeros(struct transfer *t, size_t bytes)
{
    return move(t, ZERO, NULL, bytes);
}

void transfer_untake(struct transfer *t, size_t bytes)
{
    t->moved -= bytes;
    t->left += bytes;
    while (bytes > t->segment_done) {
        bytes -= t->segment_done;
        t->segment_done = t->segments[--t->segment].bytes;
    }
    t->segment_done -= bytes;
}

/* Touches each page of [at, at + bytes); how many bytes could be. */
static size_t touch(uintptr_t at, size_t bytes, bool for_writing)
{
    uintptr_t end = at + bytes;
    for (uintptr_t p = at; p < end; p = align_down(p, 4096ul) + 4096) {
        char byte;
        if (user_read_some(&byte, (void __user *)p, 1) != 1)
            return p - at;
        if (for_writing && user_write_some((void __user *)p, &byte, 1) != 1)
            return p - at;
    }
    return bytes;
}

size_t transfer_prepare(struct transfer *t, size_t bytes, bool for_writing)
{
    struct transfer ahead = *t;
    if (t->segments == &t->single)
        ahead.segments = &ahead.single;
    if (t->is_kernel)
        return min(bytes, t->left);
    size_t done = 0, stretch;
    uintptr_t at;
    while ((stretch = transfer_stretch(&ahead, bytes - done, &at))) {
        size_t ready = touch(at, stretch, for_writing);
        advance(&ahead, ready);
        done += ready;
        if (ready < stretch)
            break;
    }
    return done;
}
