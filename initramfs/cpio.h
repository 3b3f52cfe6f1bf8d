/* SPDX-License-Identifier: MIT */
/* cpio archives of the "newc" kind: one entry's header and name at a time. */
#ifndef INITRAMFS_CPIO_H
#define INITRAMFS_CPIO_H

#include "initramfs/stream.h"

enum { CPIO_HEADER_BYTES = 110, CPIO_NAME_MAX = 4096 };

struct cpio_entry {
    uint32_t inode, mode, uid, gid, links, modified;
    uint32_t bytes;  /* of content */
    uint32_t major, minor, special_major, special_minor;
    uint32_t name_bytes; /* with its NUL */
    uint32_t sum;
    bool has_sum;    /* 070702: content is summed */
    bool is_trailer;
    bool is_too_long; /* its name: Linux leaves such an entry out */
    char *name;      /* CPIO_NAME_MAX bytes, the caller's */
};

/* Reads up to the content. 1: an entry, 0: a clean end; -EINVAL with
 * *problem: a clause that says what is wrong. */
int cpio_next(struct stream *s, struct cpio_entry *entry, const char **problem);
/* To the next header, content being used up. */
bool cpio_align(struct stream *s);

#endif
