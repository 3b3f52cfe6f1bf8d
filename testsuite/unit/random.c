/* SPDX-License-Identifier: MIT */
/* ChaCha20 against RFC 8439, and the generator around it. */
#define _GNU_SOURCE /* memmem */
#include <string.h>

#include "unit.h"
#include "hosted/locks.h"
#include "lib/chacha.c"
#include "lib/random.c"

bool cpu_random(uint64_t *number)
{
    return false;
}

uint64_t cpu_cycles(void)
{
    return unit_random();
}

/* Section 2.3.2. */
static void check_block(void)
{
    static const unsigned char stream[64] = { 0x10, 0xf1, 0xe7, 0xe4, 0xd1, 0x3b,
        0x59, 0x15, 0x50, 0x0f, 0xdd, 0x1f, 0xa3, 0x20, 0x71, 0xc4, 0xc7, 0xd1,
        0xf4, 0xc7, 0x33, 0xc0, 0x68, 0x03, 0x04, 0x22, 0xaa, 0x9a, 0xc3, 0xd4,
        0x6c, 0x4e, 0xd2, 0x82, 0x64, 0x46, 0x07, 0x9f, 0xaa, 0x09, 0x14, 0xc2,
        0xd7, 0x05, 0xd9, 0x8b, 0x02, 0xa2, 0xb5, 0x12, 0x9c, 0xd1, 0xde, 0x16,
        0x4e, 0xb9, 0xcb, 0xd0, 0x83, 0xe8, 0xa2, 0x50, 0x3c, 0x4e };
    uint32_t words[CHACHA_KEY_WORDS];
    unsigned char bytes[32], block[64];
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = i;
    memcpy(words, bytes, sizeof words);
    uint32_t nonce[3] = { 0x09000000, 0x4a000000, 0 };
    chacha_block(words, 1, nonce, block);
    ok(!memcmp(block, stream, sizeof block));
}

static bool has_run_of_zeros(const unsigned char *bytes, size_t count)
{
    for (size_t i = 0; i + 8 <= count; i++) {
        uint64_t word;
        memcpy(&word, bytes + i, sizeof word);
        if (!word)
            return true;
    }
    return false;
}

static void check_sizes(void)
{
    static unsigned char buffer[3000];
    for (size_t bytes = 0; bytes < 2900; bytes += 1 + bytes / 3) {
        memset(buffer, 0, sizeof buffer);
        random_fill(buffer, bytes);
        ok_always(!has_run_of_zeros(buffer, bytes));
        ok_always(!buffer[bytes]);
    }
}

static void run(void)
{
    check_block();
    ok(!random_is_seeded());
    random_add("secret", 6, 100);
    ok(!random_is_seeded());
    random_start("0123456789abcdef0123456789abcdef", 32);
    ok(random_is_seeded());
    ok(random_number() != random_number());
    check_sizes();

    /* What was given out is no longer in the batch; the key has moved on. */
    unsigned char given[32], before[KEY_BYTES];
    random_fill(given, sizeof given);
    ok(!memmem(batch, sizeof batch, given, sizeof given));
    memcpy(before, key, sizeof before);
    random_add("x", 1, 0);
    ok(memcmp(before, key, sizeof before));
    ok(batch_left == 0);
    ok(!hosted_irq_off);
}

UNIT_MAIN
