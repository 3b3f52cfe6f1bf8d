/* SPDX-License-Identifier: MIT */
/* Formatting against the host's snprintf. */
#include <limits.h>
#include <string.h>

#include "unit.h"
#include "lib/format.c"

static char wanted[300], got[300];

/* Whole, and cut to 10 bytes. */
#define same(...)                                                              \
    do {                                                                       \
        for (size_t room = 300; room; room = room == 300 ? 10 : 0) {           \
            memset(got, 'x', sizeof got);                                      \
            int length = snprintf(wanted, room, __VA_ARGS__);                  \
            int mine = format(got, room, __VA_ARGS__);                         \
            unit_check(length == mine && !strcmp(wanted, got), #__VA_ARGS__,   \
                __FILE__, __LINE__);                                           \
            if (strcmp(wanted, got))                                           \
                printf("# wanted '%s' got '%s'\n", wanted, got);               \
        }                                                                      \
    } while (0)

static void check_numbers(void)
{
    same("%d %i %u", 1, -2, 3u);
    same("%d %ld %lld", INT_MIN, LONG_MIN, LLONG_MAX);
    same("%hhd %hd %hhu %hu", -129, 70000, 257, 65537);
    same("%zu %zd %lu", sizeof(int), (ssize_t)-5, ULONG_MAX);
    same("%x %X %#x %#X %#x", 0xbeef, 0xbeef, 0xbeef, 0xbeef, 0);
    same("%o %#o %#o", 8, 8, 0);
    same("[%5d] [%-5d] [%05d] [%+d] [% d] [%+d]", 42, 42, 42, 42, 42, -42);
    same("[%8.5d] [%-8.5d] [%08x] [%#010x] [%#-10x]", 42, -42, 42, 42, 42);
    same("[%.0d] [%.0d] [%#.0o] [%#.3o]", 0, 1, 0, 8);
    same("[%*d] [%*d] [%.*d] [%.*d]", 6, 1, -6, 2, 3, 3, -1, 4);
    same("[%+5d] [% 05d] [%-+5d] [%05d]", 7, 7, 7, -7);
    same("%llx %016lx", 0x123456789abcdefull, 0xfeul);
}

static void check_texts(void)
{
    same("%s and %c and %%", "text", 'c');
    same("[%10s] [%-10s] [%.2s] [%10.3s] [%-6.3s]", "abc", "abc", "abc",
        "abcdef", "abcdef");
    same("[%3c] [%-3c]", 'a', 'b');
    same("%p", (void *)0x1234);
    same("a longer text without anything");
    same("%s", "");
    char open[4] = { 'a', 'b', 'c', 'd' }; /* no NUL */
    same("%.4s", open);
}

static void run(void)
{
    check_numbers();
    check_texts();
    ok(format(NULL, 0, "%d", 12345) == 5);
    ok(format(got, 1, "%d", 12345) == 5 && !got[0]);
    static char *volatile nothing;
    ok(format(got, sizeof got, "%s", nothing) == 6);
    ok(!strcmp(got, "(null)"));
}

UNIT_MAIN
