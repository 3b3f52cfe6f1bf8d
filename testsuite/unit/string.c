/* SPDX-License-Identifier: MIT */
/* The kernel's functions under other names, beside the host's. */
#include <string.h>

#include "unit.h"
#define memcmp  kernel_memcmp
#define memchr  kernel_memchr
#define strlen  kernel_strlen
#define strnlen kernel_strnlen
#define strcmp  kernel_strcmp
#define strncmp kernel_strncmp
#define strchr  kernel_strchr
#define strrchr kernel_strrchr
#include "lib/string.c"
#undef memcmp
#undef memchr
#undef strlen
#undef strnlen
#undef strcmp
#undef strncmp
#undef strchr
#undef strrchr

static int sign(int number)
{
    return (number > 0) - (number < 0);
}

/* Strings of few letters, so that they often agree, at any alignment. */
static char *make(char *buffer, size_t most)
{
    char *text = buffer + unit_random() % 9;
    size_t length = unit_random() % most;
    for (size_t i = 0; i < length; i++)
        text[i] = unit_random() % 16 ? 'a' : (char)(0x7f + unit_random() % 4);
    text[length] = 0;
    return text;
}

static void compare(const char *a, const char *b)
{
    size_t length = strlen(a), other = strlen(b);
    size_t both = length < other ? length : other, most = unit_random() % 50;
    ok_always(kernel_strlen(a) == length);
    ok_always(kernel_strnlen(a, most) == strnlen(a, most));
    ok_always(sign(kernel_strcmp(a, b)) == sign(strcmp(a, b)));
    ok_always(
        sign(kernel_strncmp(a, b, most)) == sign(strncmp(a, b, most)));
    ok_always(sign(kernel_memcmp(a, b, both)) == sign(memcmp(a, b, both)));
    ok_always(kernel_memchr(a, 0x80, length) == memchr(a, 0x80, length));
    ok_always(kernel_strchr(a, 0x7f) == strchr(a, 0x7f));
    ok_always(kernel_strrchr(a, 'a') == strrchr(a, 'a'));
    ok_always(kernel_strrchr(a, 0) == a + length);
}

static bool is_number(const char *text, uint64_t wanted)
{
    uint64_t number = ~wanted;
    return string_to_number(text, &number) && number == wanted;
}

static void check_numbers(void)
{
    uint64_t number = 5;
    ok(is_number("0", 0));
    ok(is_number("1234", 1234));
    ok(is_number("0x1F", 31));
    ok(is_number("0Xff", 255));
    ok(is_number("017", 15));
    ok(is_number("18446744073709551615", UINT64_MAX));
    ok(is_number("0xffffffffffffffff", UINT64_MAX));
    ok(!string_to_number("18446744073709551616", &number));
    ok(!string_to_number("0x10000000000000000", &number));
    ok(!string_to_number("", &number));
    ok(!string_to_number("0x", &number));
    ok(!string_to_number("08", &number));
    ok(!string_to_number("1a", &number));
    ok(!string_to_number("-1", &number));
    ok(!string_to_number(" 1", &number));
    ok(number == 5);
}

static void run(void)
{
    char one[80], two[80], copy[8];
    for (unsigned round = 0; round < 20000; round++)
        compare(make(one, 60), make(two, 60));
    ok(string_copy(copy, "1234567", sizeof copy) == 7);
    ok(!strcmp(copy, "1234567"));
    ok(string_copy(copy, "123456789", sizeof copy) == 9);
    ok(!strcmp(copy, "1234567"));
    ok(string_copy(copy, "ab", 1) == 2 && !copy[0]);
    ok(string_copy(copy, "ab", 0) == 2);
    check_numbers();
}

UNIT_MAIN
