/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "unit.h"
#include "lib/ring.c"

static void run(void)
{
    struct ring ring;
    unsigned char bytes[16], in[32], out[32];
    ring_init(&ring, bytes, sizeof bytes);
    ok(ring_used(&ring) == 0 && ring_free(&ring) == 16);
    ok(ring_take(&ring, out, 4) == 0);
    for (unsigned i = 0; i < sizeof in; i++)
        in[i] = i;
    ok(ring_put(&ring, in, 32) == 16);
    ok(ring_free(&ring) == 0);
    ok(ring_put(&ring, in, 1) == 0);
    ok(ring_peek(&ring, out, 5) == 5 && !memcmp(out, in, 5));
    ok(ring_free(&ring) == 0);
    ok(ring_take(&ring, out, 5) == 5 && !memcmp(out, in, 5));
    ok(ring_put(&ring, in + 16, 9) == 5);
    ok(ring_peek(&ring, out, 32) == 16 && !memcmp(out, in + 5, 16));
    ring_drop(&ring, 3);
    ok(ring_used(&ring) == 13);
    ok(ring_peek(&ring, out, 2) == 2 && out[0] == 8 && out[1] == 9);
    ok(ring_take(&ring, out, 32) == 13 && !memcmp(out, in + 8, 13));

    /* Long enough to go round, and past the end of the counters. */
    ring.read = ring.written = SIZE_MAX - 100;
    unsigned char next_in = 0, next_out = 0;
    for (unsigned round = 0; round < 5000; round++) {
        size_t count = unit_random() % 20;
        for (size_t i = 0; i < count; i++)
            in[i] = next_in + i;
        next_in += ring_put(&ring, in, count);
        ok_always(ring_used(&ring) + ring_free(&ring) == 16);
        size_t got = ring_take(&ring, out, unit_random() % 20);
        for (size_t i = 0; i < got; i++)
            ok_always(out[i] == next_out++);
    }
    ok((unsigned char)(next_in - next_out) == ring_used(&ring));
}

UNIT_MAIN
