/* SPDX-License-Identifier: MIT */
/* The input side of the line discipline.
 *
 * The hard part is to do what Linux does at the edges: a line longer than the
 * buffer keeps being edited while its excess is dropped, an end of file is a
 * line of no bytes, and a change between lines and raw input in mid-line makes
 * readable whatever has been typed. */
#include "kernel/line.h"

#include "lib/signals.h"
#include "lib/string.h"

enum { DISABLED = 0 }; /* a control character that is off; also end of file */

bool line_has(const struct line *line, unsigned local)
{
    return line->modes.local & local;
}

unsigned char line_byte(const struct line *line, size_t position)
{
    return line->bytes[position % LINE_BYTES];
}

bool line_continues_character(const struct line *line, unsigned char byte)
{
    return line->modes.input & INPUT_UTF8 && (byte & 0xc0) == 0x80;
}

bool byte_is_control(unsigned char byte)
{
    return byte < 32 || byte == 127;
}

void line_init(struct line *line, const struct terminal_modes *modes)
{
    memset(line, 0, sizeof *line);
    line->modes = *modes;
    ring_init(&line->echo, line->echo_bytes, ECHO_BYTES);
}

void line_flush_input(struct line *line)
{
    line->tail = line->finished = line->head = 0;
    memset(line->ends, 0, sizeof line->ends);
    line->is_erasing = line->takes_literally = false;
    line->events |= LINE_FLUSHED_INPUT;
}

void line_set_modes(struct line *line, const struct terminal_modes *modes)
{
    unsigned changed = line->modes.local ^ modes->local;
    bool flowed = line->modes.input & INPUT_FLOW;
    line->modes = *modes;
    if (changed & (LOCAL_LINES | LOCAL_EXTERNAL)) {
        memset(line->ends, 0, sizeof line->ends);
        line->is_erasing = line->takes_literally = false;
        if (!line_has(line, LOCAL_LINES) || line->head == line->tail) {
            line->finished = line->tail;
        } else {
            bitmap_add(line->ends, (line->head - 1) % LINE_BYTES);
            line->finished = line->head;
        }
        line->events |= LINE_READABLE;
    }
    if (flowed && !(modes->input & INPUT_FLOW))
        line_start(line);
}

/* Receiving. */

static void put(struct line *line, unsigned char byte)
{
    line->bytes[line->head++ % LINE_BYTES] = byte;
}

/* So that a program can tell 0xff from the mark of a parity error. */
static void put_marked(struct line *line, unsigned char byte)
{
    if (byte == 0xff && line->modes.input & INPUT_MARK_PARITY)
        put(line, byte);
    put(line, byte);
}

static void finish_line(struct line *line, unsigned char last)
{
    bitmap_add(line->ends, line->head % LINE_BYTES);
    put(line, last);
    line->finished = line->head;
    line->events |= LINE_READABLE;
}

static void echo_typed(struct line *line, unsigned char byte)
{
    line_finish_erasing(line);
    if (byte == '\n') {
        line_echo_raw(line, '\n');
        return;
    }
    if (line->finished == line->head)
        line->start_column = line->column;
    line_echo(line, byte);
}

static void receive_plain(struct line *line, unsigned char byte)
{
    if (line_has(line, LOCAL_ECHO))
        echo_typed(line, byte);
    put_marked(line, byte);
}

static bool is_character(
    const struct line *line, enum control_character which, unsigned char byte)
{
    return byte != DISABLED && line->modes.characters[which] == byte;
}

static int signal_of(const struct line *line, unsigned char byte)
{
    if (!line_has(line, LOCAL_SIGNALS))
        return 0;
    if (is_character(line, CHARACTER_INTERRUPT, byte))
        return SIGINT;
    if (is_character(line, CHARACTER_QUIT, byte))
        return SIGQUIT;
    return is_character(line, CHARACTER_SUSPEND, byte) ? SIGTSTP : 0;
}

static void receive_signal(struct line *line, int number, unsigned char byte)
{
    line->signals |= 1u << number;
    if (!line_has(line, LOCAL_NO_FLUSH)) {
        line_flush_input(line);
        line->echo.read = line->echo.written;
        line->events |= LINE_FLUSHED_OUTPUT;
    }
    if (line->modes.input & INPUT_FLOW)
        line_start(line);
    if (line_has(line, LOCAL_ECHO))
        line_echo(line, byte);
}

/* True: the byte was flow control and nothing else. */
static bool receive_flow(struct line *line, unsigned char byte)
{
    if (!(line->modes.input & INPUT_FLOW))
        return false;
    if (is_character(line, CHARACTER_START, byte)) {
        line_start(line);
        return true;
    }
    if (is_character(line, CHARACTER_STOP, byte)) {
        line_stop(line);
        return true;
    }
    return false;
}

static void receive_literal_mark(struct line *line)
{
    line->takes_literally = true;
    if (!line_has(line, LOCAL_ECHO))
        return;
    line_finish_erasing(line);
    if (line_has(line, LOCAL_ECHO_CONTROL)) {
        line_echo_bare(line, '^', 0);
        line_echo_bare(line, '\b', 0);
    }
}

/* True: the byte edited the line and is no part of it. */
static bool receive_editing(struct line *line, unsigned char byte)
{
    bool extended = line_has(line, LOCAL_EXTENDED);
    if (is_character(line, CHARACTER_ERASE, byte)
        || is_character(line, CHARACTER_KILL, byte)
        || (extended && is_character(line, CHARACTER_ERASE_WORD, byte))) {
        line_erase(line, byte);
        return true;
    }
    if (extended && is_character(line, CHARACTER_LITERAL, byte)) {
        receive_literal_mark(line);
        return true;
    }
    if (extended && line_has(line, LOCAL_ECHO)
        && is_character(line, CHARACTER_REPRINT, byte)) {
        line_reprint(line, byte);
        return true;
    }
    return false;
}

/* True: the byte ended the line. */
static bool receive_end(struct line *line, unsigned char byte)
{
    if (byte == '\n') {
        if (line_has(line, LOCAL_ECHO | LOCAL_ECHO_NL))
            line_echo_raw(line, '\n');
        finish_line(line, '\n');
        return true;
    }
    if (is_character(line, CHARACTER_END_OF_FILE, byte)) {
        finish_line(line, DISABLED);
        return true;
    }
    if (!is_character(line, CHARACTER_END_OF_LINE, byte)
        && !(line_has(line, LOCAL_EXTENDED)
            && is_character(line, CHARACTER_END_OF_LINE_2, byte)))
        return false;
    if (line_has(line, LOCAL_ECHO)) {
        if (line->finished == line->head)
            line->start_column = line->column;
        line_echo(line, byte);
    }
    if (byte == 0xff && line->modes.input & INPUT_MARK_PARITY)
        put(line, byte);
    finish_line(line, byte);
    return true;
}

static unsigned char strip(const struct line *line, unsigned char byte)
{
    if (line->modes.input & INPUT_STRIP)
        byte &= 0x7f;
    if (line->modes.input & INPUT_LOWER_CASE && line_has(line, LOCAL_EXTENDED)
        && byte >= 'A' && byte <= 'Z')
        byte |= 32;
    return byte;
}

static void receive_byte(struct line *line, unsigned char byte)
{
    unsigned input = line->modes.input;
    byte = strip(line, byte);
    if (line->takes_literally) {
        line->takes_literally = false;
        receive_plain(line, byte);
        return;
    }
    if (line_has(line, LOCAL_EXTERNAL)) {
        put_marked(line, byte);
        return;
    }
    if (receive_flow(line, byte))
        return;
    int number = signal_of(line, byte);
    if (number) {
        receive_signal(line, number, byte);
        return;
    }
    if (line->is_stopped && input & INPUT_FLOW && input & INPUT_ANY_STARTS)
        line_start(line);
    if (byte == '\r') {
        if (input & INPUT_IGNORE_CR)
            return;
        if (input & INPUT_CR_TO_NL)
            byte = '\n';
    } else if (byte == '\n' && input & INPUT_NL_TO_CR) {
        byte = '\r';
    }
    if (line_has(line, LOCAL_LINES)
        && (receive_editing(line, byte) || receive_end(line, byte)))
        return;
    receive_plain(line, byte);
}

/* Is there room for one byte more, whatever it becomes? A line without an end
 * that fills the buffer is still edited, its last byte giving way. */
static bool has_room(struct line *line)
{
    size_t used = line->head - line->tail;
    size_t need = line->modes.input & INPUT_MARK_PARITY ? 3 : 1;
    if (used + need < LINE_BYTES)
        return true;
    if (!line_has(line, LOCAL_LINES) || line->finished != line->tail)
        return false;
    while (line->head - line->tail + need > LINE_BYTES)
        line->head--;
    return true;
}

size_t line_receive(struct line *line, const unsigned char *bytes, size_t count)
{
    size_t used = 0;
    while (used < count && has_room(line))
        receive_byte(line, bytes[used++]);
    if (!line_has(line, LOCAL_LINES) && line->head != line->tail)
        line->events |= LINE_READABLE;
    return used;
}

/* Reading. */

bool line_is_readable(const struct line *line, size_t least)
{
    if (line_has(line, LOCAL_LINES) && !line_has(line, LOCAL_EXTERNAL))
        return line->finished != line->tail;
    return line->head - line->tail >= least;
}

static bool is_end(const struct line *line, size_t position)
{
    return bitmap_has(line->ends, position % LINE_BYTES);
}

static size_t take_line(
    struct line *line, unsigned char *to, size_t most, bool *ended)
{
    size_t taken = 0;
    while (taken < most && line->tail != line->finished && !*ended) {
        unsigned char byte = line_byte(line, line->tail);
        *ended = is_end(line, line->tail);
        bitmap_remove(line->ends, line->tail % LINE_BYTES);
        line->tail++;
        if (!*ended || byte != DISABLED)
            to[taken++] = byte;
    }
    return taken;
}

size_t line_take(struct line *line, unsigned char *to, size_t most, bool *ended)
{
    size_t taken = 0;
    *ended = false;
    if (line_has(line, LOCAL_LINES) && !line_has(line, LOCAL_EXTERNAL))
        return take_line(line, to, most, ended);
    while (taken < most && line->tail != line->head)
        to[taken++] = line_byte(line, line->tail++);
    return taken;
}

void line_skip_end_of_file(struct line *line)
{
    if (!line_has(line, LOCAL_LINES) || line->tail == line->finished
        || !is_end(line, line->tail)
        || line_byte(line, line->tail) != DISABLED)
        return;
    bitmap_remove(line->ends, line->tail % LINE_BYTES);
    line->tail++;
}

size_t line_readable_bytes(const struct line *line)
{
    size_t count = 0;
    if (!line_has(line, LOCAL_LINES) || line_has(line, LOCAL_EXTERNAL))
        return line->head - line->tail;
    for (size_t at = line->tail; at != line->finished; at++)
        if (!is_end(line, at) || line_byte(line, at) != DISABLED)
            count++;
    return count;
}
