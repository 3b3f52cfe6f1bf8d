/* SPDX-License-Identifier: MIT */
/* Archives, plain and compressed, that anything may be wrong with. */
#include "hosted.h"

#include "initramfs/cpio.c"
#include "initramfs/stream.c"

void *heap_alloc(size_t bytes)
{
    return malloc(bytes);
}

void *heap_alloc_zeroed(size_t bytes)
{
    return calloc(1, bytes);
}

void heap_free(void *block)
{
    free(block);
}

static void read_all(struct stream *s)
{
    static char name[CPIO_NAME_MAX];
    struct cpio_entry entry = { .name = name };
    const char *problem = NULL;
    int got;
    while ((got = cpio_next(s, &entry, &problem)) > 0) {
        must_hold_for_all(memchr(name, 0, sizeof name));
        if (!entry.is_trailer && !stream_skip(s, entry.bytes))
            return;
        if (!cpio_align(s))
            return;
    }
    must_hold_for_all(!got || problem);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct stream s;
    if (!bytes)
        return 0;
    if (*data & 1)
        stream_open_plain(&s, data + 1, bytes - 1);
    else if (stream_open_gzip(&s, data + 1, bytes - 1))
        return 0;
    read_all(&s);
    must_hold_for_all(stream_consumed(&s, data + 1) <= bytes - 1);
    stream_close(&s);
    return 0;
}
