/* SPDX-License-Identifier: MIT */
/* Editing of the line that is being typed: what erase, word erase, kill and
 * reprint do to it and to the screen.  What a byte took on the screen follows
 * from what its echo was: two columns for ^X, up to eight for a tab, none for
 * the later bytes of a UTF-8 character. */
#include "kernel/line.h"

enum erasing { ERASE_CHARACTER, ERASE_WORD, ERASE_LINE };

void line_finish_erasing(struct line *line)
{
    if (!line->is_erasing)
        return;
    line_echo_raw(line, '/');
    line->is_erasing = false;
}

void line_reprint(struct line *line, unsigned char byte)
{
    line_finish_erasing(line);
    line_echo(line, byte);
    line_echo_raw(line, '\n');
    for (size_t at = line->finished; at != line->head; at++)
        line_echo(line, line_byte(line, at));
}

/* Kill without the means to erase what is on the screen. */
static void kill_unseen(struct line *line, unsigned char byte)
{
    line->head = line->finished;
    if (!line_has(line, LOCAL_ECHO))
        return;
    line_finish_erasing(line);
    line_echo(line, byte);
    if (line_has(line, LOCAL_ECHO_KILL))
        line_echo_raw(line, '\n');
}

static bool can_erase_line(const struct line *line)
{
    return line_has(line, LOCAL_ECHO) && line_has(line, LOCAL_ECHO_KILL)
        && line_has(line, LOCAL_ECHO_KILL_ERASE)
        && line_has(line, LOCAL_ECHO_ERASE);
}

static enum erasing kind_of(const struct line *line, unsigned char byte)
{
    const unsigned char *characters = line->modes.characters;
    if (byte == characters[CHARACTER_ERASE])
        return ERASE_CHARACTER;
    return line_has(line, LOCAL_EXTENDED)
            && byte == characters[CHARACTER_ERASE_WORD]
        ? ERASE_WORD
        : ERASE_LINE;
}

/* Where the last whole character starts; line->head if it has no start. */
static size_t last_character(const struct line *line)
{
    size_t at = line->head;
    do
        at--;
    while (line_continues_character(line, line_byte(line, at))
        && at != line->finished);
    return line_continues_character(line, line_byte(line, at)) ? line->head
                                                               : at;
}

static bool is_of_word(unsigned char byte)
{
    /* As Linux's ctype has it: Latin-1 letters are letters. */
    bool is_digit = byte >= '0' && byte <= '9';
    bool is_letter = (byte | 32) >= 'a' && (byte | 32) <= 'z';
    return is_digit || is_letter || byte == '_' || (byte >= 0xc0 && byte != 0xd7 && byte != 0xf7);
}

/* Back over the columns that a tab had taken after what is typed before it. */
static void unprint_tab(struct line *line)
{
    unsigned columns = 0;
    size_t at = line->head;
    bool after_tab = false;
    while (at != line->finished && !after_tab) {
        unsigned char byte = line_byte(line, --at);
        if (byte == '\t')
            after_tab = true;
        else if (byte_is_control(byte))
            columns += line_has(line, LOCAL_ECHO_CONTROL) ? 2 : 0;
        else if (!line_continues_character(line, byte))
            columns++;
    }
    if (!after_tab)
        columns += line->start_column;
    for (unsigned back = 8 - columns % 8; back; back--)
        line_echo_bare(line, '\b', -1);
}

static void rub_out(struct line *line)
{
    line_echo_raw(line, '\b');
    line_echo_raw(line, ' ');
    line_echo_raw(line, '\b');
}

/* ECHOPRT, for paper: what goes is shown between backslash and slash. */
static void print_erased(struct line *line, size_t end)
{
    if (!line->is_erasing) {
        line_echo_raw(line, '\\');
        line->is_erasing = true;
    }
    line_echo(line, line_byte(line, line->head));
    for (size_t at = line->head + 1; at < end; at++)
        line_echo_bare(line, line_byte(line, at), 0);
}

/* The character [line->head, end) was taken away. */
static void show_erased(struct line *line, enum erasing kind, size_t end)
{
    unsigned char byte = line_byte(line, line->head);
    if (!line_has(line, LOCAL_ECHO))
        return;
    if (line_has(line, LOCAL_ECHO_PRINTED)) {
        print_erased(line, end);
    } else if (kind == ERASE_CHARACTER && !line_has(line, LOCAL_ECHO_ERASE)) {
        line_echo(line, line->modes.characters[CHARACTER_ERASE]);
    } else if (byte == '\t') {
        unprint_tab(line);
    } else if (!byte_is_control(byte)) {
        rub_out(line);
    } else if (line_has(line, LOCAL_ECHO_CONTROL)) {
        rub_out(line);
        rub_out(line);
    }
}

void line_erase(struct line *line, unsigned char byte)
{
    enum erasing kind = kind_of(line, byte);
    bool seen_word = false;
    if (line->head == line->finished)
        return;
    if (kind == ERASE_LINE && !can_erase_line(line)) {
        kill_unseen(line, byte);
        return;
    }
    while (line->head != line->finished) {
        size_t start = last_character(line), end = line->head;
        if (start == end)
            break;
        bool is_word = is_of_word(line_byte(line, start));
        if (kind == ERASE_WORD && seen_word && !is_word)
            break;
        seen_word |= is_word;
        line->head = start;
        show_erased(line, kind, end);
        if (kind == ERASE_CHARACTER)
            break;
    }
    if (line->head == line->finished && line_has(line, LOCAL_ECHO))
        line_finish_erasing(line);
}
