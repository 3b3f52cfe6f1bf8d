/* SPDX-License-Identifier: MIT */
/* The output side of the line discipline: newlines, tabs, and the column that
 * both depend on; and echoes, which are output that nobody waits for. */
#include "kernel/line.h"

#include "lib/string.h"

enum { EXPANSION_MAX = 8 };

static bool output_has(const struct line *line, unsigned mode)
{
    return line->modes.output & mode;
}

static void back_to_start(struct line *line)
{
    line->start_column = line->column = 0;
}

static size_t newline(struct line *line, unsigned char *out)
{
    if (output_has(line, OUTPUT_NL_RETURNS))
        line->column = 0;
    if (!output_has(line, OUTPUT_NL_TO_CRNL)) {
        line->start_column = line->column;
        out[0] = '\n';
        return 1;
    }
    back_to_start(line);
    out[0] = '\r';
    out[1] = '\n';
    return 2;
}

static size_t carriage_return(struct line *line, unsigned char *out)
{
    if (output_has(line, OUTPUT_NO_CR_AT_START) && !line->column)
        return 0;
    out[0] = '\r';
    if (output_has(line, OUTPUT_CR_TO_NL)) {
        out[0] = '\n';
        if (!output_has(line, OUTPUT_NL_RETURNS))
            return 1;
    }
    back_to_start(line);
    return 1;
}

static size_t tab(struct line *line, unsigned char *out)
{
    unsigned columns = 8 - line->column % 8;
    line->column += columns;
    if ((line->modes.output & OUTPUT_TABS) != OUTPUT_EXPAND_TABS) {
        out[0] = '\t';
        return 1;
    }
    memset(out, ' ', columns);
    return columns;
}

/* At most EXPANSION_MAX bytes come out. */
static size_t process(struct line *line, unsigned char byte, unsigned char *out)
{
    switch (byte) {
    case '\n':
        return newline(line, out);
    case '\r':
        return carriage_return(line, out);
    case '\t':
        return tab(line, out);
    case '\b':
        if (line->column)
            line->column--;
        break;
    default:
        if (byte_is_control(byte))
            break;
        if (output_has(line, OUTPUT_UPPER_CASE) && byte >= 'a' && byte <= 'z')
            byte -= 32;
        if (!line_continues_character(line, byte))
            line->column++;
    }
    out[0] = byte;
    return 1;
}

size_t line_output(struct line *line, const unsigned char *bytes, size_t count,
    unsigned char *out, size_t capacity, size_t *out_count)
{
    size_t used = 0;
    *out_count = 0;
    if (!output_has(line, OUTPUT_PROCESS)) {
        used = *out_count = min(count, capacity);
        memcpy(out, bytes, used);
        return used;
    }
    unsigned char piece[EXPANSION_MAX];
    while (used < count && *out_count < capacity) {
        unsigned column = line->column, start_column = line->start_column;
        size_t length = process(line, bytes[used], piece);
        if (length > capacity - *out_count) {
            line->column = column;
            line->start_column = start_column;
            break;
        }
        memcpy(out + *out_count, piece, length);
        *out_count += length;
        used++;
    }
    return used;
}

/* Echoes. The oldest give way when nobody takes them. */

static void echo_put(
    struct line *line, const unsigned char *bytes, size_t count)
{
    unsigned char dropped;
    while (ring_free(&line->echo) < count)
        ring_take(&line->echo, &dropped, 1);
    ring_put(&line->echo, bytes, count);
}

void line_echo_bare(struct line *line, unsigned char byte, int columns)
{
    echo_put(line, &byte, 1);
    if (columns >= 0 || line->column)
        line->column += columns;
}

void line_echo_raw(struct line *line, unsigned char byte)
{
    unsigned char piece[EXPANSION_MAX];
    if (output_has(line, OUTPUT_PROCESS))
        echo_put(line, piece, process(line, byte, piece));
    else
        echo_put(line, &byte, 1);
}

void line_echo(struct line *line, unsigned char byte)
{
    if (byte_is_control(byte) && byte != '\t'
        && line_has(line, LOCAL_ECHO_CONTROL)) {
        line_echo_bare(line, '^', 1);
        line_echo_bare(line, byte ^ 0100, 1);
        return;
    }
    line_echo_raw(line, byte);
}

void line_start(struct line *line)
{
    if (!line->is_stopped)
        return;
    line->is_stopped = false;
    line->events |= LINE_STARTED;
}

void line_stop(struct line *line)
{
    if (line->is_stopped)
        return;
    line->is_stopped = true;
    line->events |= LINE_STOPPED;
}
