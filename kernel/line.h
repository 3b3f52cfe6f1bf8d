/* SPDX-License-Identifier: MIT */
/* The line discipline: what happens to bytes between a line and the programs
 * that use it.  Pure: it takes no locks, wakes and signals nobody; its owner
 * holds a lock and does what `signals` and `events` say afterwards. */
#ifndef KERNEL_LINE_H
#define KERNEL_LINE_H

#include "kernel/terminal.h"
#include "kernel/terminal_modes.h"
#include "lib/bitmap.h"
#include "lib/ring.h"

enum { LINE_BYTES = 4096, ECHO_BYTES = 4096 };

enum line_event {
    LINE_READABLE = 1, LINE_FLUSHED_INPUT = 2, LINE_FLUSHED_OUTPUT = 4,
    LINE_STOPPED = 8, LINE_STARTED = 16,
};

struct line {
    struct terminal_modes modes;

    /* Input, positions ever: tail <= finished <= head. With lines, only what
     * is before `finished` may be read. */
    size_t tail, finished, head;
    unsigned char bytes[LINE_BYTES];
    unsigned long ends[bitmap_longs(LINE_BYTES)]; /* last bytes of lines */
    bool takes_literally; /* the byte after VLNEXT */
    bool is_erasing;      /* ECHOPRT: a backslash is open */

    /* Output. */
    unsigned column, start_column; /* start: where the line being typed began */
    bool is_stopped;               /* by VSTOP or TCOOFF */
    struct ring echo;              /* ready to go out */
    unsigned char echo_bytes[ECHO_BYTES];

    /* For the owner, who clears them: */
    uint32_t signals; /* bit n: signal n to the foreground */
    unsigned events;
};

void line_init(struct line *line, const struct terminal_modes *modes);
void line_set_modes(struct line *line, const struct terminal_modes *modes);

/* Input: how many of count bytes were used up; the rest has no room now. */
size_t line_receive(
    struct line *line, const unsigned char *bytes, size_t count);
/* With lines: at most one line, *is_end at its end, which may be an end of file
 * (0 bytes). Else whatever is there. */
size_t line_take(
    struct line *line, unsigned char *to, size_t most, bool *is_end);
/* A read that was filled to the last byte also takes the end of file behind. */
void line_skip_end_of_file(struct line *line);
bool line_is_readable(const struct line *line, size_t least);
size_t line_readable_bytes(const struct line *line); /* FIONREAD's count */
void line_flush_input(struct line *line);

/* Output: turns bytes into what goes over the line, at most `capacity`; says
 * how many were used up and how many came out. */
size_t line_output(struct line *line, const unsigned char *bytes, size_t count,
    unsigned char *out, size_t capacity, size_t *out_count);
void line_start(struct line *line);
void line_stop(struct line *line);

/* Between the parts of the discipline: */
bool line_has(const struct line *line, unsigned local);
unsigned char line_byte(const struct line *line, size_t position);
bool line_continues_character(const struct line *line, unsigned char byte);
bool byte_is_control(unsigned char byte);
void line_erase(struct line *line, unsigned char byte);
void line_reprint(struct line *line, unsigned char byte);
void line_finish_erasing(struct line *line);
void line_echo(struct line *line, unsigned char byte);     /* ^X for controls */
void line_echo_raw(struct line *line, unsigned char byte); /* as output */
void line_echo_bare(struct line *line, unsigned char byte, int columns);

#endif
