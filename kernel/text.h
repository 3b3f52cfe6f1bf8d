/* SPDX-License-Identifier: MIT */
/* Text of any length, made piece by piece and then read by position: the
 * content of a file of /proc. */
#ifndef KERNEL_TEXT_H
#define KERNEL_TEXT_H

#include "lib/types.h"

struct transfer;

enum { TEXT_LINE_BYTES = 1024 };

struct text {
    char **chunks;
    unsigned chunk_count, chunk_room;
    size_t bytes;
    char *line; /* where text_print works */
    int error;  /* -ENOMEM, and nothing is added any more */
};

void text_init(struct text *text);
void text_free(struct text *text);
void text_add(struct text *text, const char *bytes, size_t count);
void text_add_string(struct text *text, const char *string);
/* Characters of `special` (and the backslash, if it is among them) as octal. */
void text_add_escaped(struct text *text, const char *string, const char *special);
/* At most TEXT_LINE_BYTES at a time. */
void text_print(struct text *text, const char *how, ...) printf_like(2);
/* Spaces from column `from` (an earlier text->bytes) up to `width`. */
void text_pad(struct text *text, size_t from, size_t width);
ssize_t text_give(
    const struct text *text, struct transfer *t, uint64_t *position);

#endif
