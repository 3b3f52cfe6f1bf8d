/* SPDX-License-Identifier: MIT */
/* Bit arrays in unsigned longs. */
#ifndef LIB_BITMAP_H
#define LIB_BITMAP_H

#include "lib/types.h"

enum { BITS_PER_LONG = 8 * sizeof(unsigned long) };
#define bitmap_longs(bits) (((bits) + BITS_PER_LONG - 1) / BITS_PER_LONG)

static inline bool bitmap_has(const unsigned long *map, size_t bit)
{
    return map[bit / BITS_PER_LONG] >> bit % BITS_PER_LONG & 1;
}

static inline void bitmap_add(unsigned long *map, size_t bit)
{
    map[bit / BITS_PER_LONG] |= 1ul << bit % BITS_PER_LONG;
}

static inline void bitmap_remove(unsigned long *map, size_t bit)
{
    map[bit / BITS_PER_LONG] &= ~(1ul << bit % BITS_PER_LONG);
}

/* The first clear (or set) bit at or after `from`, or `bits`. */
size_t bitmap_find_clear(const unsigned long *map, size_t bits, size_t from);
size_t bitmap_find_set(const unsigned long *map, size_t bits, size_t from);

#endif
