/* SPDX-License-Identifier: MIT */
/* A ring of bytes: at most two copies for each call. */
#include "lib/ring.h"

#include "lib/string.h"

void ring_init(struct ring *ring, void *bytes, size_t capacity)
{
    *ring = (struct ring){ .bytes = bytes, .capacity = capacity };
}

size_t ring_used(const struct ring *ring)
{
    return ring->written - ring->read;
}

size_t ring_free(const struct ring *ring)
{
    return ring->capacity - ring_used(ring);
}

size_t ring_put(struct ring *ring, const void *bytes, size_t count)
{
    count = min(count, ring_free(ring));
    size_t at = ring->written & (ring->capacity - 1);
    size_t first = min(count, ring->capacity - at);
    memcpy(ring->bytes + at, bytes, first);
    memcpy(ring->bytes, (const char *)bytes + first, count - first);
    ring->written += count;
    return count;
}

size_t ring_peek(const struct ring *ring, void *bytes, size_t count)
{
    count = min(count, ring_used(ring));
    size_t at = ring->read & (ring->capacity - 1);
    size_t first = min(count, ring->capacity - at);
    memcpy(bytes, ring->bytes + at, first);
    memcpy((char *)bytes + first, ring->bytes, count - first);
    return count;
}

void ring_drop(struct ring *ring, size_t count)
{
    ring->read += count;
}

size_t ring_take(struct ring *ring, void *bytes, size_t count)
{
    count = ring_peek(ring, bytes, count);
    ring_drop(ring, count);
    return count;
}
