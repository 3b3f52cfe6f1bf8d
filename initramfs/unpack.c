/* SPDX-License-Identifier: MIT */
/* The first root's archives.
 *
 * What the boot loader hands over is any number of cpio archives one after
 * another, each plain or compressed, with zeros between.  A plain one begins
 * with '0' at a multiple of four; anything else must be a compressed one. */
#include "initramfs/unpack.h"

#include "initramfs/tree.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"
#include "mm/heap.h"

static const struct magic {
    const char *name;
    unsigned bytes;
    unsigned char magic[6];
} foreign[] = {
    { "xz", 6, { 0xfd, '7', 'z', 'X', 'Z', 0 } },
    { "zstd", 4, { 0x28, 0xb5, 0x2f, 0xfd } },
    { "lz4", 4, { 0x02, 0x21, 0x4c, 0x18 } },
    { "lz4", 4, { 0x04, 0x22, 0x4d, 0x18 } },
    { "bzip2", 3, { 'B', 'Z', 'h' } },
    { "lzma", 3, { 0x5d, 0, 0 } },
    { "lzop", 4, { 0x89, 'L', 'Z', 'O' } },
};

static void complain_of_kind(
    struct unpack_report *report, const unsigned char *at, size_t left)
{
    for (size_t i = 0; i < array_size(foreign); i++) {
        if (left < foreign[i].bytes
            || memcmp(at, foreign[i].magic, foreign[i].bytes))
            continue;
        format(report->problem, sizeof report->problem,
            "The initramfs is compressed with %s, but only gzip is known.",
            foreign[i].name);
        return;
    }
    string_copy(report->problem,
        "The initramfs is neither a cpio archive nor compressed by gzip.",
        sizeof report->problem);
}

static void complain(struct unpack_report *report, const char *clause,
    const struct cpio_entry *entry, int error)
{
    if (clause)
        format(report->problem, sizeof report->problem,
            "The initramfs is corrupt: %s (near \"%.40s\").", clause,
            entry->name);
    else
        format(report->problem, sizeof report->problem,
            "The initramfs does not fit into memory (%s).",
            error == -ENOSPC ? "no space left in the root"
                             : "out of memory");
}

/* All entries of a stream. A plain one ends with its trailer: what follows may
 * be of another kind. */
static int unpack_stream(struct tree_maker *maker, struct stream *s,
    struct cpio_entry *entry, struct unpack_report *report)
{
    const char *clause = NULL;
    int got;
    while ((got = cpio_next(s, entry, &clause)) > 0) {
        if (entry->is_trailer) {
            tree_forget_links(maker);
            if (!s->inflater)
                return 0;
            continue;
        }
        got = tree_make(maker, entry, s, &clause);
        if (got)
            break;
    }
    if (got < 0) {
        complain(report, clause, entry, got);
        return clause && s->error ? s->error : got;
    }
    return 0;
}

/* One archive at `at`; *used says how long it was. */
static int unpack_one(struct tree_maker *maker, const unsigned char *at,
    size_t left, bool is_plain, struct cpio_entry *entry,
    struct unpack_report *report, size_t *used)
{
    struct stream s;
    int error = 0;
    if (is_plain)
        stream_open_plain(&s, at, left);
    else if (left >= 2 && at[0] == 0x1f && at[1] == 0x8b)
        error = stream_open_gzip(&s, at, left);
    else {
        complain_of_kind(report, at, left);
        return -EINVAL;
    }
    if (error) {
        complain(report, NULL, entry, error);
        return error;
    }
    error = unpack_stream(maker, &s, entry, report);
    *used = stream_consumed(&s, at);
    stream_close(&s);
    return error;
}

static int unpack_all(struct tree_maker *maker, const unsigned char *archive,
    size_t bytes, struct cpio_entry *entry, struct unpack_report *report)
{
    size_t at = 0, used;
    while (at < bytes) {
        if (!archive[at]) {
            at++;
            continue;
        }
        bool is_plain = archive[at] == '0' && !(at & 3);
        int error = unpack_one(maker, archive + at, bytes - at, is_plain,
            entry, report, &used);
        if (error)
            return error;
        at += used;
    }
    return 0;
}

int initramfs_unpack(struct paths *root, const unsigned char *archive,
    size_t bytes, struct unpack_report *report)
{
    *report = (struct unpack_report){ 0 };
    if (bytes > UINT32_MAX) {
        string_copy(report->problem, "The initramfs is larger than 4 GiB.",
            sizeof report->problem);
        return -EINVAL;
    }
    struct tree_maker *maker = tree_maker_new(root);
    struct cpio_entry entry = { .name = heap_alloc_zeroed(CPIO_NAME_MAX) };
    int error = -ENOMEM;
    if (maker && entry.name)
        error = unpack_all(maker, archive, bytes, &entry, report);
    else
        complain(report, NULL, &entry, error);
    if (maker) {
        report->files = maker->files;
        report->bytes = maker->bytes;
        tree_maker_free(maker);
    }
    heap_free(entry.name);
    return error;
}
