/* SPDX-License-Identifier: MIT */
/* Bytes of an archive one after another, plain or inflated as they are asked
 * for, so that no second copy of the whole is ever in memory. */
#ifndef INITRAMFS_STREAM_H
#define INITRAMFS_STREAM_H

#include "lib/types.h"

struct stream {
    const unsigned char *ready; /* bytes to be taken next */
    size_t ready_bytes;
    uint64_t offset;            /* of `ready` from the start of the archive */
    struct inflater *inflater;  /* NULL: plain */
    const char *problem;        /* why it ended early, or NULL */
    int error;                  /* -EINVAL or -ENOMEM with problem */
};

void stream_open_plain(struct stream *s, const unsigned char *in, size_t bytes);
/* -ENOMEM */
int stream_open_gzip(struct stream *s, const unsigned char *in, size_t bytes);
void stream_close(struct stream *s);

/* Makes sure that s->ready has bytes; false at the end, or with s->problem. */
bool stream_fill(struct stream *s);
/* At most s->ready_bytes were used. */
void stream_advance(struct stream *s, size_t bytes);
/* All or false. */
bool stream_take(struct stream *s, void *to, size_t bytes);
bool stream_skip(struct stream *s, uint64_t bytes);
/* How much of `in` was used. */
size_t stream_consumed(const struct stream *s, const unsigned char *in);

#endif
