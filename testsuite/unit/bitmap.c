/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "lib/bitmap.c"

enum { BITS = 300 };

static size_t plain_find(
    const unsigned long *map, bool wanted, size_t bits, size_t from)
{
    for (; from < bits; from++)
        if (bitmap_has(map, from) == wanted)
            return from;
    return bits;
}

static void run(void)
{
    unsigned long map[bitmap_longs(BITS)] = { 0 };
    ok(bitmap_longs(64) == 1 && bitmap_longs(65) == 2);
    ok(bitmap_find_set(map, BITS, 0) == BITS);
    ok(bitmap_find_clear(map, BITS, 0) == 0);
    ok(bitmap_find_clear(map, BITS, BITS) == BITS);
    ok(bitmap_find_clear(map, BITS, BITS + 1000) == BITS);
    bitmap_add(map, 299);
    ok(bitmap_find_set(map, BITS, 0) == 299);
    ok(bitmap_find_set(map, 299, 0) == 299);
    ok(bitmap_find_set(map, 298, 0) == 298); /* not beyond its end */
    bitmap_remove(map, 299);
    ok(!bitmap_has(map, 299));
    for (unsigned round = 0; round < 20000; round++) {
        size_t bit = unit_random() % BITS, from = unit_random() % BITS;
        size_t bits = 1 + unit_random() % BITS;
        if (round / 1000 % 2 ? unit_random() % 8 : !(unit_random() % 8))
            bitmap_add(map, bit);
        else
            bitmap_remove(map, bit);
        ok_always(bitmap_find_set(map, bits, from) ==
            (from >= bits ? bits : plain_find(map, true, bits, from)));
        ok_always(bitmap_find_clear(map, bits, from) ==
            (from >= bits ? bits : plain_find(map, false, bits, from)));
    }
}

UNIT_MAIN
