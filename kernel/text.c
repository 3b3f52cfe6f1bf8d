/* SPDX-License-Identifier: MIT */
/* Text in chunks of a page each, so that the longest of files asks for no
 * large block. */
#include "kernel/text.h"

#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "vfs/transfer.h"

enum { CHUNK_BYTES = 4096 };

void text_init(struct text *text)
{
    memset(text, 0, sizeof *text);
}

void text_free(struct text *text)
{
    for (unsigned i = 0; i < text->chunk_count; i++)
        heap_free(text->chunks[i]);
    heap_free(text->chunks);
    heap_free(text->line);
    text_init(text);
}

static bool add_chunk(struct text *text)
{
    if (text->chunk_count == text->chunk_room) {
        unsigned room = text->chunk_room ? 2 * text->chunk_room : 8;
        char **chunks = heap_resize(text->chunks, room * sizeof *chunks);
        if (!chunks)
            return false;
        text->chunks = chunks;
        text->chunk_room = room;
    }
    char *chunk = heap_alloc(CHUNK_BYTES);
    if (!chunk)
        return false;
    text->chunks[text->chunk_count++] = chunk;
    return true;
}

void text_add(struct text *text, const char *bytes, size_t count)
{
    while (count && !text->error) {
        size_t used = text->bytes % CHUNK_BYTES;
        if (text->bytes / CHUNK_BYTES == text->chunk_count &&
            !add_chunk(text)) {
            text->error = -ENOMEM;
            return;
        }
        size_t part = min(count, CHUNK_BYTES - used);
        memcpy(text->chunks[text->bytes / CHUNK_BYTES] + used, bytes, part);
        text->bytes += part;
        bytes += part;
        count -= part;
    }
}

void text_add_string(struct text *text, const char *string)
{
    text_add(text, string, strlen(string));
}

void text_add_escaped(struct text *text, const char *string, const char *special)
{
    for (; *string; string++) {
        if (!strchr(special, *string)) {
            text_add(text, string, 1);
            continue;
        }
        unsigned byte = (unsigned char)*string;
        char octal[4] = { '\\', '0' + (byte >> 6), '0' + (byte >> 3 & 7),
            '0' + (byte & 7) };
        text_add(text, octal, sizeof octal);
    }
}

void text_print(struct text *text, const char *how, ...)
{
    if (!text->line)
        text->line = heap_alloc(TEXT_LINE_BYTES);
    if (!text->line) {
        text->error = -ENOMEM;
        return;
    }
    va_list list;
    va_start(list, how);
    int length = format_list(text->line, TEXT_LINE_BYTES, how, list);
    va_end(list);
    text_add(text, text->line, min(length, TEXT_LINE_BYTES - 1));
}

void text_pad(struct text *text, size_t from, size_t width)
{
    while (text->bytes - from < width && !text->error)
        text_add(text, " ", 1);
}

ssize_t text_give(
    const struct text *text, struct transfer *t, uint64_t *position)
{
    while (t->left && *position < text->bytes) {
        size_t offset = *position % CHUNK_BYTES;
        size_t part = min(CHUNK_BYTES - offset, text->bytes - *position);
        part = min(part, t->left);
        size_t given = transfer_give(
            t, text->chunks[*position / CHUNK_BYTES] + offset, part);
        *position += given;
        if (given < part)
            return transfer_result(t, -EFAULT);
    }
    return t->moved;
}
