/* SPDX-License-Identifier: MIT */
/* Strings and memory, eight bytes a step where that is easy.  memcpy, memmove
 * and memset are the machine's: arch/ has them in assembly.
 *
 * A string is read by aligned words past its NUL: a word never crosses a page,
 * so what is read beyond the end is there. */
#include "lib/string.h"

#include "lib/errno.h"

#if defined(__SANITIZE_ADDRESS__)
#define reads_whole_words __attribute__((no_sanitize("address")))
#else
#define reads_whole_words
#endif

#define ONES  (~0ul / 255)
#define HIGHS (ONES << 7)

/* Not 0 if one of the word's bytes is. */
static inline unsigned long zero_bytes(unsigned long word)
{
    return (word - ONES) & ~word & HIGHS;
}

static inline bool is_aligned(const void *at)
{
    return (uintptr_t)at % sizeof(unsigned long) == 0;
}

static inline unsigned long load(const void *at)
{
    unsigned long word;
    __builtin_memcpy(&word, at, sizeof word);
    return word;
}

int memcmp(const void *a, const void *b, size_t bytes)
{
    const unsigned char *x = a, *y = b;
    for (; bytes >= sizeof(long) && load(x) == load(y); bytes -= sizeof(long)) {
        x += sizeof(long);
        y += sizeof(long);
    }
    for (; bytes; bytes--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

void *memchr(const void *at, int byte, size_t bytes)
{
    const unsigned char *p = at;
    unsigned long pattern = ONES * (unsigned char)byte;
    for (; bytes >= sizeof(long) && !zero_bytes(load(p) ^ pattern);
         bytes -= sizeof(long))
        p += sizeof(long);
    for (; bytes; bytes--, p++)
        if (*p == (unsigned char)byte)
            return (void *)p;
    return NULL;
}

reads_whole_words size_t strlen(const char *text)
{
    const char *end = text;
    for (; !is_aligned(end); end++)
        if (!*end)
            return end - text;
    while (!zero_bytes(*(const unsigned long *)end))
        end += sizeof(long);
    while (*end)
        end++;
    return end - text;
}

reads_whole_words size_t strnlen(const char *text, size_t most)
{
    size_t length = 0;
    for (; length < most && !is_aligned(text + length); length++)
        if (!text[length])
            return length;
    while (most - length >= sizeof(long) &&
           !zero_bytes(*(const unsigned long *)(text + length)))
        length += sizeof(long);
    while (length < most && text[length])
        length++;
    return length;
}

int strcmp(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return (unsigned char)*a - (unsigned char)*b;
}

int strncmp(const char *a, const char *b, size_t most)
{
    for (; most; most--, a++, b++) {
        if (*a != *b)
            return (unsigned char)*a - (unsigned char)*b;
        if (!*a)
            return 0;
    }
    return 0;
}

char *strchr(const char *text, int byte)
{
    for (;; text++) {
        if (*text == (char)byte)
            return (char *)text;
        if (!*text)
            return NULL;
    }
}

char *strrchr(const char *text, int byte)
{
    const char *found = NULL;
    for (;; text++) {
        if (*text == (char)byte)
            found = text;
        if (!*text)
            return (char *)found;
    }
}

size_t string_copy(char *to, const char *from, size_t capacity)
{
    size_t length = strlen(from);
    if (!capacity)
        return length;
    size_t fits = min(length, capacity - 1);
    memcpy(to, from, fits);
    to[fits] = 0;
    return length;
}

static unsigned digit_of(char character)
{
    if (character >= '0' && character <= '9')
        return character - '0';
    char lower = character | 0x20;
    if (lower >= 'a' && lower <= 'f')
        return lower - 'a' + 10;
    return UINT32_MAX;
}

int string_parse_number(const char *text, uint64_t *number)
{
    unsigned base = 10;
    if (text[0] == '0' && (text[1] | 0x20) == 'x') {
        base = 16;
        text += 2;
    } else if (text[0] == '0') {
        base = 8;
    }
    const char *first = text;
    uint64_t sum = 0;
    for (; digit_of(*text) < base; text++)
        if (__builtin_mul_overflow(sum, base, &sum) ||
            __builtin_add_overflow(sum, digit_of(*text), &sum))
            return -ERANGE;
    if (text == first || *text)
        return -EINVAL;
    *number = sum;
    return 0;
}

bool string_to_number(const char *text, uint64_t *number)
{
    return !string_parse_number(text, number);
}
