/* SPDX-License-Identifier: MIT */
/* Searches in bit arrays, a long at a time. */
#include "lib/bitmap.h"

static inline unsigned long word_at(const unsigned long *map, size_t at)
{
    return __atomic_load_n(&map[at], __ATOMIC_RELAXED);
}

/* The first set bit of (map ^ flip) at or after from. */
static inline size_t find(
    const unsigned long *map, unsigned long flip, size_t bits, size_t from)
{
    if (from >= bits)
        return bits;
    size_t at = from / BITS_PER_LONG;
    unsigned long word = (word_at(map, at) ^ flip) & ~0ul << from % BITS_PER_LONG;
    while (!word) {
        if (++at >= bitmap_longs(bits))
            return bits;
        word = word_at(map, at) ^ flip;
    }
    size_t bit = at * BITS_PER_LONG + __builtin_ctzl(word);
    return bit < bits ? bit : bits;
}

size_t bitmap_find_clear(const unsigned long *map, size_t bits, size_t from)
{
    return find(map, ~0ul, bits, from);
}

size_t bitmap_find_set(const unsigned long *map, size_t bits, size_t from)
{
    return find(map, 0, bits, from);
}
