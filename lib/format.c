/* SPDX-License-Identifier: MIT */
/* printf's formatting.  One pass; what does not fit is counted, not written. */
#include "lib/format.h"

#include "lib/string.h"

struct output {
    char *buffer;
    size_t capacity, length; /* length: what the whole would have */
};

struct spec { /* one conversion */
    bool left, zero, plus, space, alternate;
    int width, precision; /* precision -1: none */
    char length;          /* 'H' for hh, 'h', 0, 'l', 'L' for ll, 'z' */
};

static void put(struct output *out, char character)
{
    if (out->length + 1 < out->capacity)
        out->buffer[out->length] = character;
    out->length++;
}

static void put_many(struct output *out, const char *text, size_t count)
{
    if (out->length + 1 < out->capacity) {
        size_t room = out->capacity - 1 - out->length;
        memcpy(out->buffer + out->length, text, min(room, count));
    }
    out->length += count;
}

static void put_times(struct output *out, char character, int times)
{
    while (times-- > 0)
        put(out, character);
}

static void put_padded(struct output *out, const struct spec *spec,
    const char *text, size_t count)
{
    int padding = spec->width - (int)count;
    if (!spec->left)
        put_times(out, ' ', padding);
    put_many(out, text, count);
    if (spec->left)
        put_times(out, ' ', padding);
}

/* Digits backwards into `end`; returns where they begin. */
static char *digits(
    char *end, uint64_t number, unsigned base, const char *alphabet)
{
    do
        *--end = alphabet[number % base];
    while (number /= base);
    return end;
}

static void put_number(struct output *out, const struct spec *spec,
    uint64_t number, unsigned base, bool is_upper, const char *sign)
{
    char buffer[24], *end = buffer + sizeof buffer;
    char *start = digits(end, number, base,
        is_upper ? "0123456789ABCDEF" : "0123456789abcdef");
    int count = end - start;
    if (!number && spec->precision == 0)
        count = 0;
    int zeros = max(spec->precision - count, 0);
    if (base == 8 && spec->alternate && !zeros && (number || !count))
        zeros = 1;
    int padding = spec->width - count - zeros - (int)strlen(sign);
    if (spec->zero && !spec->left && spec->precision < 0 && padding > 0) {
        zeros += padding;
        padding = 0;
    }
    if (!spec->left)
        put_times(out, ' ', padding);
    put_many(out, sign, strlen(sign));
    put_times(out, '0', zeros);
    put_many(out, end - count, count);
    if (spec->left)
        put_times(out, ' ', padding);
}

static int64_t take_signed(const struct spec *spec, va_list *list)
{
    switch (spec->length) {
    case 'H':
        return (signed char)va_arg(*list, int);
    case 'h':
        return (short)va_arg(*list, int);
    case 'l':
    case 'L':
    case 'z':
        return va_arg(*list, long);
    default:
        return va_arg(*list, int);
    }
}

static uint64_t take_unsigned(const struct spec *spec, va_list *list)
{
    switch (spec->length) {
    case 'H':
        return (unsigned char)va_arg(*list, unsigned);
    case 'h':
        return (unsigned short)va_arg(*list, unsigned);
    case 'l':
    case 'L':
    case 'z':
        return va_arg(*list, unsigned long);
    default:
        return va_arg(*list, unsigned);
    }
}

static_assert(sizeof(long) == sizeof(long long), "ll is taken as l");

static void put_signed(
    struct output *out, const struct spec *spec, int64_t number)
{
    const char *sign = number < 0 ? "-"
        : spec->plus              ? "+"
        : spec->space             ? " "
                                  : "";
    uint64_t size = number < 0 ? -(uint64_t)number : (uint64_t)number;
    put_number(out, spec, size, 10, false, sign);
}

static void put_string(
    struct output *out, const struct spec *spec, const char *text)
{
    if (!text)
        text = "(null)";
    size_t most = spec->precision < 0 ? SIZE_MAX : (size_t)spec->precision;
    size_t count = spec->precision < 0 ? strlen(text) : strnlen(text, most);
    put_padded(out, spec, text, count);
}

static void put_hexadecimal(struct output *out, const struct spec *spec,
    uint64_t number, bool is_upper)
{
    const char *sign = spec->alternate && number ? is_upper ? "0X" : "0x" : "";
    put_number(out, spec, number, 16, is_upper, sign);
}

static void convert(
    struct output *out, const struct spec *spec, char kind, va_list *list)
{
    switch (kind) {
    case 'd':
    case 'i':
        put_signed(out, spec, take_signed(spec, list));
        return;
    case 'u':
        put_number(out, spec, take_unsigned(spec, list), 10, false, "");
        return;
    case 'o':
        put_number(out, spec, take_unsigned(spec, list), 8, false, "");
        return;
    case 'x':
    case 'X':
        put_hexadecimal(out, spec, take_unsigned(spec, list), kind == 'X');
        return;
    case 'p':
        put_number(
            out, spec, (uintptr_t)va_arg(*list, void *), 16, false, "0x");
        return;
    case 'c': {
        char character = va_arg(*list, int);
        put_padded(out, spec, &character, 1);
        return;
    }
    case 's':
        put_string(out, spec, va_arg(*list, const char *));
        return;
    default: /* also %% */
        put(out, kind);
    }
}

static const char *read_flags(struct spec *spec, const char *how)
{
    for (;; how++)
        switch (*how) {
        case '-':
            spec->left = true;
            break;
        case '0':
            spec->zero = true;
            break;
        case '+':
            spec->plus = true;
            break;
        case ' ':
            spec->space = true;
            break;
        case '#':
            spec->alternate = true;
            break;
        default:
            return how;
        }
}

static const char *read_count(const char *how, int *count, va_list *list)
{
    if (*how == '*') {
        *count = va_arg(*list, int);
        return how + 1;
    }
    *count = 0;
    for (; *how >= '0' && *how <= '9'; how++)
        *count = *count * 10 + (*how - '0');
    return how;
}

static const char *read_length(struct spec *spec, const char *how)
{
    if (*how != 'h' && *how != 'l' && *how != 'z')
        return how;
    spec->length = *how++;
    if (*how != spec->length || spec->length == 'z')
        return how;
    spec->length -= 'a' - 'A';
    return how + 1;
}

static const char *read_spec(
    struct spec *spec, const char *how, va_list *list)
{
    *spec = (struct spec){ .precision = -1 };
    how = read_flags(spec, how);
    how = read_count(how, &spec->width, list);
    if (spec->width < 0) {
        spec->left = true;
        spec->width = -spec->width;
    }
    if (*how == '.')
        how = read_count(how + 1, &spec->precision, list);
    return read_length(spec, how);
}

int format_list(char *buffer, size_t capacity, const char *how, va_list list)
{
    struct output out = { .buffer = buffer, .capacity = capacity };
    va_list left;
    va_copy(left, list);
    while (*how) {
        const char *start = how;
        while (*how && *how != '%')
            how++;
        put_many(&out, start, how - start);
        if (!*how)
            break;
        struct spec spec;
        how = read_spec(&spec, how + 1, &left);
        if (!*how)
            break;
        convert(&out, &spec, *how++, &left);
    }
    va_end(left);
    if (capacity)
        buffer[min(out.length, capacity - 1)] = 0;
    return out.length;
}

int format(char *buffer, size_t capacity, const char *how, ...)
{
    va_list list;
    va_start(list, how);
    int length = format_list(buffer, capacity, how, list);
    va_end(list);
    return length;
}
