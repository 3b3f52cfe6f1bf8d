/* SPDX-License-Identifier: MIT */
/* A ring of bytes over a caller's buffer whose size is a power of two.  Not
 * locked: the owner's lock serves. */
#ifndef LIB_RING_H
#define LIB_RING_H

#include "lib/types.h"

struct ring {
    unsigned char *bytes;
    size_t capacity; /* a power of two */
    size_t read, written; /* ever; the difference is what is inside */
};

void ring_init(struct ring *ring, void *bytes, size_t capacity);
size_t ring_used(const struct ring *ring);
size_t ring_free(const struct ring *ring);
/* All return how many bytes moved. */
size_t ring_put(struct ring *ring, const void *bytes, size_t count);
size_t ring_take(struct ring *ring, void *bytes, size_t count);
/* They stay inside; ring_drop takes the first `count` away later. */
size_t ring_peek(const struct ring *ring, void *bytes, size_t count);
void ring_drop(struct ring *ring, size_t count);

#endif
