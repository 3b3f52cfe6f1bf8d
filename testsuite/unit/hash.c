/* SPDX-License-Identifier: MIT */
/* Spread is what counts: no bucket of a table is much fuller than others. */
#include <string.h>

#include "unit.h"
#include "lib/hash.c"

enum { BUCKETS = 256, KEYS = 256 * 64 };

static unsigned fullest(uint64_t (*hash)(unsigned), unsigned shift)
{
    unsigned counts[BUCKETS] = { 0 }, most = 0;
    for (unsigned i = 0; i < KEYS; i++) {
        unsigned count = ++counts[(hash(i) >> shift) % BUCKETS];
        most = count > most ? count : most;
    }
    return most;
}

static uint64_t of_sequence(unsigned i)
{
    return hash_number(i);
}

static uint64_t of_pages(unsigned i)
{
    return hash_number((uint64_t)i << 12);
}

static uint64_t of_names(unsigned i)
{
    char name[20];
    int length = snprintf(name, sizeof name, "file%u", i);
    return hash_bytes(name, length, 7);
}

static void run(void)
{
    ok(fullest(of_sequence, 0) < 128);
    ok(fullest(of_pages, 0) < 128);
    ok(fullest(of_names, 0) < 128);
    ok(fullest(of_names, 40) < 128);
    ok(hash_bytes("a", 1, 0) != hash_bytes("a", 2, 0));
    ok(hash_bytes("abcdefgh", 8, 0) != hash_bytes("abcdefgh", 8, 1));
    uint64_t before = hash_bytes("abc", 3, 0);
    ok(before == hash_bytes("abc", 3, 0));
    hash_seed(12345);
    ok(before != hash_bytes("abc", 3, 0));
}

UNIT_MAIN
