/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "hosted/locks.h"
#include "lib/refcount.c"

static void run(void)
{
    struct refcount refs;
    refcount_init(&refs);
    ok(refcount_read(&refs) == 1);
    refcount_get(&refs);
    ok(refcount_get_unless_zero(&refs));
    ok(refcount_read(&refs) == 3);
    ok(!refcount_put(&refs));
    ok(!refcount_put(&refs));
    ok(refcount_put(&refs));
    ok(!refcount_get_unless_zero(&refs));
    ok(refcount_read(&refs) == 0);

    /* Overflown: never zero again. */
    refs.count = 0x80000000u;
    refcount_get(&refs);
    ok(refcount_read(&refs) == HELD_FOR_EVER);
    ok(!refcount_put(&refs));
    ok(refcount_get_unless_zero(&refs));
    ok(refcount_read(&refs) == HELD_FOR_EVER);
}

UNIT_MAIN
