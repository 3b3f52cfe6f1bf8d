/* SPDX-License-Identifier: MIT */
/* Bit arrays in unsigned longs.  A long is read and written in one piece, so that
 * who only wants a hint may search without the lock that changes are made under. */
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
    unsigned long *word = &map[bit / BITS_PER_LONG];
    __atomic_store_n(
        word, *word | 1ul << bit % BITS_PER_LONG, __ATOMIC_RELAXED);
}

static inline void bitmap_remove(unsigned long *map, size_t bit)
{
    unsigned long *word = &map[bit / BITS_PER_LONG];
    __atomic_store_n(
        word, *word & ~(1ul << bit % BITS_PER_LONG), __ATOMIC_RELAXED);
}

/* The first clear (or set) bit at or after `from`, or `bits`. */
size_t bitmap_find_clear(const unsigned long *map, size_t bits, size_t from);
size_t bitmap_find_set(const unsigned long *map, size_t bits, size_t from);

#endif
