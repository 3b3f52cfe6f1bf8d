/* SPDX-License-Identifier: MIT */
/* Headers of cpio's "newc" format: a magic number and thirteen fields of eight
 * hexadecimal digits; name and content are padded to four bytes. */
#include "initramfs/cpio.h"

#include "lib/errno.h"
#include "lib/string.h"

enum { FIELDS = 13, DIGITS = 8, MAGIC_BYTES = 6 };

static bool hexadecimal(const char *digits, uint32_t *number)
{
    *number = 0;
    for (int i = 0; i < DIGITS; i++) {
        char c = digits[i];
        unsigned digit;
        if (c >= '0' && c <= '9')
            digit = c - '0';
        else if ((c | 32) >= 'a' && (c | 32) <= 'f')
            digit = (c | 32) - 'a' + 10;
        else
            return false;
        *number = *number << 4 | digit;
    }
    return true;
}

static const char *parse(const char *header, struct cpio_entry *entry)
{
    uint32_t *fields[FIELDS] = {
        &entry->inode, &entry->mode, &entry->uid, &entry->gid, &entry->links,
        &entry->modified, &entry->bytes, &entry->major, &entry->minor,
        &entry->special_major, &entry->special_minor, &entry->name_bytes,
        &entry->sum,
    };
    if (!memcmp(header, "070707", MAGIC_BYTES))
        return "it is in cpio's old format (make it with `cpio -H newc`)";
    entry->has_sum = !memcmp(header, "070702", MAGIC_BYTES);
    if (!entry->has_sum && memcmp(header, "070701", MAGIC_BYTES))
        return "a header has no magic number";
    for (int i = 0; i < FIELDS; i++)
        if (!hexadecimal(header + MAGIC_BYTES + i * DIGITS, fields[i]))
            return "a header has a field that is not a number";
    return NULL;
}

bool cpio_align(struct stream *s)
{
    return stream_skip(s, -s->offset & 3);
}

static const char *early_end(const struct stream *s)
{
    return s->problem ? s->problem : "it ends in the middle of an entry";
}

/* Zeros may stand between archives. False: nothing follows. */
static bool skip_zeros(struct stream *s)
{
    while (stream_fill(s)) {
        if (*s->ready)
            return true;
        stream_advance(s, 1);
    }
    return false;
}

static const char *read_name(struct stream *s, struct cpio_entry *entry)
{
    entry->is_too_long =
        !entry->name_bytes || entry->name_bytes > CPIO_NAME_MAX;
    if (entry->is_too_long) {
        entry->name[0] = '\0';
        return stream_skip(s, entry->name_bytes) ? NULL : early_end(s);
    }
    if (!stream_take(s, entry->name, entry->name_bytes))
        return early_end(s);
    if (entry->name[entry->name_bytes - 1])
        return "a name does not end";
    entry->is_trailer = !strcmp(entry->name, "TRAILER!!!");
    return NULL;
}

int cpio_next(struct stream *s, struct cpio_entry *entry, const char **problem)
{
    char header[CPIO_HEADER_BYTES];
    char *name = entry->name;
    *entry = (struct cpio_entry){ .name = name };
    *problem = NULL;
    if (!skip_zeros(s)) {
        *problem = s->problem;
        return *problem ? -EINVAL : 0;
    }
    if (s->offset & 3)
        *problem = "a header is not where it should be";
    else if (!stream_take(s, header, sizeof header))
        *problem = early_end(s);
    else
        *problem = parse(header, entry);
    if (!*problem)
        *problem = read_name(s, entry);
    /* The last padding may be missing: then nothing follows. */
    if (!*problem && !cpio_align(s) && (entry->bytes || s->problem))
        *problem = early_end(s);
    return *problem ? -EINVAL : 1;
}
