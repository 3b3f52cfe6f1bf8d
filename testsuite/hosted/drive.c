/* SPDX-License-Identifier: MIT */
/* A short run of a hosted fuzzer without libFuzzer, the same each time:
 * drive ROUNDS [FILE…] gives it the files, and changes of them. */
#include "hosted.h"
#include <stdio.h>

enum { INPUT_MOST = 65536, CHANGES_MOST = 6, HEAD_BYTES = 1024 };

static uint64_t state = 1;
static uint8_t original[INPUT_MOST], input[INPUT_MOST + 1];

static uint64_t random_word(void)
{
    uint64_t z = state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static size_t below(size_t limit)
{
    return limit ? random_word() % limit : 0;
}

/* What breaks sums and limits, or is small, at a place where numbers stand. */
static void change_word(uint8_t *at, size_t bytes)
{
    static const uint64_t words[] = { 0, 1, -1, 0x1000, 0xfff, 1ull << 63,
        INT64_MAX, UINT32_MAX, 1ull << 47, 0x7ffffffff000, 3, 0x10001 };
    static const size_t widths[] = { 1, 2, 4, 8 };
    size_t width = widths[below(4)];
    if (bytes < width)
        return;
    size_t place = below(bytes - width + 1) / width * width;
    uint64_t word = words[below(sizeof words / sizeof words[0])];
    if (below(4) == 0)
        word = random_word() >> below(64);
    memcpy(at + place, &word, width);
}

static size_t change(size_t bytes)
{
    size_t head = bytes < HEAD_BYTES ? bytes : HEAD_BYTES;
    switch (below(8)) {
    case 0: /* shorter */
        return below(2) ? below(bytes + 1) : bytes - below(head + 1);
    case 1: /* of any bytes */
        for (size_t i = 0, at = below(head); i < 16 && at + i < bytes; i++)
            input[at + i] = random_word();
        return bytes;
    case 2:
        if (bytes)
            input[below(head)] ^= 1 << below(8);
        return bytes;
    case 3:
        change_word(input, bytes);
        return bytes;
    }
    change_word(input, head);
    return bytes;
}

/* Some targets take their first byte for themselves. */
static size_t begin_input(size_t bytes)
{
    size_t first = below(2);
    input[0] = random_word();
    memcpy(input + first, original, bytes);
    return bytes + first;
}

static void play(long rounds, size_t bytes)
{
    for (long i = 0; i < rounds; i++) {
        size_t now = begin_input(bytes);
        for (size_t changes = below(CHANGES_MOST); changes; changes--)
            now = change(now);
        /* On the heap, so that what is read behind it is seen. */
        uint8_t *copy = malloc(now ? now : 1);
        memcpy(copy, input, now);
        LLVMFuzzerTestOneInput(copy, now);
        free(copy);
    }
}

int main(int argc, char **argv)
{
    long rounds = argc > 1 ? atol(argv[1]) : 1000;
    for (size_t i = 0; i < 256; i++)
        original[i] = random_word();
    play(rounds, 256);
    for (int i = 2; i < argc; i++) {
        FILE *file = fopen(argv[i], "rb");
        if (!file) {
            perror(argv[i]);
            return 2;
        }
        size_t bytes = fread(original, 1, sizeof original, file);
        fclose(file);
        play(rounds, bytes);
    }
    return 0;
}
