/* SPDX-License-Identifier: MIT */
/* The archive's bytes in order.  Inflation goes through a small window, whose
 * content is used up before more is inflated. */
#include "initramfs/stream.h"

#include <zlib.h>

#include "lib/errno.h"
#include "lib/string.h"
#include "mm/heap.h"

enum { WINDOW_BYTES = 32768, ANY_GZIP = 31 /* 15 window bits, gzip header */ };

struct inflater {
    z_stream z;
    bool is_over;
    unsigned char window[WINDOW_BYTES];
};

void stream_open_plain(struct stream *s, const unsigned char *in, size_t bytes)
{
    *s = (struct stream){ .ready = in, .ready_bytes = bytes };
}

static voidpf allocate(voidpf opaque, uInt items, uInt size)
{
    return heap_alloc_zeroed((size_t)items * size);
}

static void release(voidpf opaque, voidpf block)
{
    heap_free(block);
}

/* zlib counts input in 32 bits; an initramfs of 4 GiB is refused before. */
int stream_open_gzip(struct stream *s, const unsigned char *in, size_t bytes)
{
    *s = (struct stream){ 0 };
    s->inflater = heap_alloc(sizeof *s->inflater);
    if (!s->inflater)
        return -ENOMEM;
    s->inflater->is_over = false;
    s->inflater->z = (z_stream){
        .next_in = (unsigned char *)in,
        .avail_in = bytes > UINT32_MAX ? UINT32_MAX : bytes,
        .zalloc = allocate,
        .zfree = release,
    };
    if (inflateInit2(&s->inflater->z, ANY_GZIP) != Z_OK) {
        heap_free(s->inflater);
        s->inflater = NULL;
        return -ENOMEM;
    }
    return 0;
}

void stream_close(struct stream *s)
{
    if (!s->inflater)
        return;
    inflateEnd(&s->inflater->z);
    heap_free(s->inflater);
    s->inflater = NULL;
}

static void fail(struct stream *s, int result)
{
    s->error = result == Z_MEM_ERROR ? -ENOMEM : -EINVAL;
    if (result == Z_MEM_ERROR)
        s->problem = "there is not enough memory to decompress it";
    else if (result == Z_BUF_ERROR || result == Z_OK)
        s->problem = "the compressed data ends too early";
    else
        s->problem = "the compressed data is corrupt";
}

bool stream_fill(struct stream *s)
{
    struct inflater *inflater = s->inflater;
    if (s->ready_bytes)
        return true;
    if (!inflater || inflater->is_over || s->problem)
        return false;
    inflater->z.next_out = inflater->window;
    inflater->z.avail_out = WINDOW_BYTES;
    int result = Z_OK;
    while (result == Z_OK && inflater->z.avail_out)
        result = inflate(&inflater->z, Z_NO_FLUSH);
    s->ready = inflater->window;
    s->ready_bytes = WINDOW_BYTES - inflater->z.avail_out;
    inflater->is_over = result != Z_OK;
    if (result != Z_OK && result != Z_STREAM_END)
        fail(s, result);
    return s->ready_bytes;
}

void stream_advance(struct stream *s, size_t bytes)
{
    s->ready += bytes;
    s->ready_bytes -= bytes;
    s->offset += bytes;
}

bool stream_take(struct stream *s, void *to, size_t bytes)
{
    while (bytes) {
        if (!stream_fill(s))
            return false;
        size_t chunk = min(bytes, s->ready_bytes);
        memcpy(to, s->ready, chunk);
        stream_advance(s, chunk);
        to = (char *)to + chunk;
        bytes -= chunk;
    }
    return true;
}

bool stream_skip(struct stream *s, uint64_t bytes)
{
    while (bytes) {
        if (!stream_fill(s))
            return false;
        size_t chunk = min(bytes, (uint64_t)s->ready_bytes);
        stream_advance(s, chunk);
        bytes -= chunk;
    }
    return true;
}

size_t stream_consumed(const struct stream *s, const unsigned char *in)
{
    return (s->inflater ? s->inflater->z.next_in : s->ready) - in;
}
