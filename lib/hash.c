/* SPDX-License-Identifier: MIT */
/* Seeded hashes: a multiply-and-fold for each eight bytes. */
#include "lib/hash.h"

#include "lib/string.h"

#define ODD_NUMBER 0x9e3779b97f4a7c15ull /* 2^64 / the golden ratio */

static uint64_t seed = 0x6a09e667f3bcc909ull;

/* Both halves of the product, so that each input bit reaches all of them. */
static inline uint64_t fold(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t hash_number(uint64_t key)
{
    return fold(key ^ seed, ODD_NUMBER) ^ key;
}

uint64_t hash_bytes(const void *bytes, size_t count, uint64_t also)
{
    const unsigned char *at = bytes;
    uint64_t hash = fold(seed ^ also, ODD_NUMBER) ^ count;
    for (; count >= sizeof(uint64_t); count -= sizeof(uint64_t)) {
        uint64_t word;
        __builtin_memcpy(&word, at, sizeof word);
        hash = fold(hash ^ word, ODD_NUMBER) ^ seed;
        at += sizeof word;
    }
    uint64_t tail = 0;
    for (; count; count--)
        tail = tail << 8 | *at++;
    return fold(hash ^ tail, ODD_NUMBER);
}

void hash_seed(uint64_t number)
{
    seed = number;
}
