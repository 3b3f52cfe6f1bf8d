/* SPDX-License-Identifier: MIT */
/* ChaCha20, one block at a time; both CPUs we know are little-endian. */
#include "lib/chacha.h"

#include "lib/string.h"

static inline uint32_t turn(uint32_t word, unsigned bits)
{
    return word << bits | word >> (32 - bits);
}

static inline void quarter_round(
    uint32_t *x, unsigned a, unsigned b, unsigned c, unsigned d)
{
    x[a] += x[b];
    x[d] = turn(x[d] ^ x[a], 16);
    x[c] += x[d];
    x[b] = turn(x[b] ^ x[c], 12);
    x[a] += x[b];
    x[d] = turn(x[d] ^ x[a], 8);
    x[c] += x[d];
    x[b] = turn(x[b] ^ x[c], 7);
}

static void double_round(uint32_t *x)
{
    quarter_round(x, 0, 4, 8, 12);
    quarter_round(x, 1, 5, 9, 13);
    quarter_round(x, 2, 6, 10, 14);
    quarter_round(x, 3, 7, 11, 15);
    quarter_round(x, 0, 5, 10, 15);
    quarter_round(x, 1, 6, 11, 12);
    quarter_round(x, 2, 7, 8, 13);
    quarter_round(x, 3, 4, 9, 14);
}

void chacha_block(const uint32_t key[CHACHA_KEY_WORDS], uint32_t number,
    const uint32_t nonce[3], unsigned char block[CHACHA_BLOCK_BYTES])
{
    /* "expand 32-byte k" */
    uint32_t start[16] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574,
        [12] = number, nonce[0], nonce[1], nonce[2] };
    memcpy(start + 4, key, CHACHA_KEY_WORDS * sizeof *key);
    uint32_t x[16];
    memcpy(x, start, sizeof x);
    for (unsigned i = 0; i < 10; i++)
        double_round(x);
    for (unsigned i = 0; i < 16; i++)
        x[i] += start[i];
    memcpy(block, x, CHACHA_BLOCK_BYTES);
}
