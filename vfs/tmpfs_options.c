/* SPDX-License-Identifier: MIT */
/* tmpfs' mount options: size=, nr_blocks=, nr_inodes=, mode=, uid=, gid=. */
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"
#include "mm/pages.h"
#include "vfs/tmpfs_tree.h"

static uint64_t total_pages(void)
{
    struct page_totals totals;
    page_totals(&totals);
    return totals.total;
}

uint64_t tmpfs_default_limit(void)
{
    return total_pages() / 2;
}

/* Digits in the base; what follows them in *rest. */
static bool take_number(
    const char *text, unsigned base, uint64_t *number, const char **rest)
{
    const char *at = text;
    for (*number = 0; *at >= '0' && *at < (char)('0' + base); at++)
        if (__builtin_mul_overflow(*number, base, number)
            || __builtin_add_overflow(*number, *at - '0', number))
            return false;
    *rest = at;
    return at != text;
}

/* With k, m or g behind. */
static bool take_scaled(
    const char *text, uint64_t *number, const char **rest)
{
    static const char units[] = "kmgt";
    if (!take_number(text, 10, number, rest))
        return false;
    const char *unit = **rest ? strchr(units, **rest | 0x20) : NULL;
    if (!unit)
        return true;
    unsigned shift = 10 * (unit - units + 1);
    if (*number > UINT64_MAX >> shift)
        return false;
    *number <<= shift;
    ++*rest;
    return true;
}

static bool set_size(struct tmpfs_options *options, const char *value)
{
    uint64_t bytes;
    const char *rest;
    if (!take_scaled(value, &bytes, &rest))
        return false;
    if (*rest == '%') {
        options->max_pages = bytes * total_pages() / 100;
        rest++;
    } else {
        options->max_pages = bytes / PAGE_BYTES + (bytes % PAGE_BYTES != 0);
    }
    options->has_pages = true;
    return !*rest;
}

static bool set_blocks(struct tmpfs_options *options, const char *value)
{
    const char *rest;
    options->has_pages = true;
    return take_scaled(value, &options->max_pages, &rest) && !*rest;
}

static bool set_inodes(struct tmpfs_options *options, const char *value)
{
    const char *rest;
    options->has_inodes = true;
    return take_scaled(value, &options->max_inodes, &rest) && !*rest;
}

static bool set_mode(struct tmpfs_options *options, const char *value)
{
    uint64_t mode;
    const char *rest;
    if (!take_number(value, 8, &mode, &rest) || *rest)
        return false;
    options->mode = mode & 07777;
    return true;
}

static bool set_id(uint32_t *id, const char *value)
{
    uint64_t number;
    const char *rest;
    if (!take_number(value, 10, &number, &rest) || *rest
        || number >= UINT32_MAX)
        return false;
    *id = number;
    return true;
}

static bool set_uid(struct tmpfs_options *options, const char *value)
{
    return set_id(&options->uid, value);
}

static bool set_gid(struct tmpfs_options *options, const char *value)
{
    return set_id(&options->gid, value);
}

/* Policies of memory this kernel has only one of. */
static bool set_nothing(struct tmpfs_options *options, const char *value)
{
    return true;
}

static const struct {
    const char *name;
    bool (*set)(struct tmpfs_options *options, const char *value);
} known[] = {
    { "size=", set_size },
    { "nr_blocks=", set_blocks },
    { "nr_inodes=", set_inodes },
    { "mode=", set_mode },
    { "uid=", set_uid },
    { "gid=", set_gid },
    { "huge=", set_nothing },
    { "mpol=", set_nothing },
    { "inode64", set_nothing },
};

static int parse_one(char *option, struct tmpfs_options *parsed)
{
    for (size_t i = 0; i < array_size(known); i++) {
        size_t bytes = strlen(known[i].name);
        if (!strncmp(option, known[i].name, bytes))
            return known[i].set(parsed, option + bytes) ? 0 : -EINVAL;
    }
    return -EINVAL;
}

int tmpfs_parse(const char *options, struct tmpfs_options *parsed)
{
    enum { OPTION_MAX = 64 };
    char option[OPTION_MAX];
    while (options && *options) {
        const char *end = options;
        while (*end && *end != ',')
            end++;
        size_t bytes = end - options;
        if (bytes >= sizeof option)
            return -EINVAL;
        memcpy(option, options, bytes);
        option[bytes] = 0;
        int error = bytes ? parse_one(option, parsed) : 0;
        if (error)
            return error;
        options = *end ? end + 1 : end;
    }
    return 0;
}

void tmpfs_show_options(
    struct filesystem *filesystem, char *buffer, size_t capacity)
{
    const struct tmpfs_options *options = filesystem->private;
    size_t used = 0;
    *buffer = 0;
    if (filesystem->max_pages != tmpfs_default_limit())
        used += format(buffer, capacity, ",size=%luk",
            (unsigned long)(filesystem->max_pages * (PAGE_BYTES / 1024)));
    if (used < capacity && filesystem->max_inodes != tmpfs_default_limit())
        used += format(buffer + used, capacity - used, ",nr_inodes=%lu",
            (unsigned long)filesystem->max_inodes);
    if (used < capacity && options->mode != 01777)
        used += format(
            buffer + used, capacity - used, ",mode=%03o", options->mode);
    if (used < capacity && options->uid)
        used += format(buffer + used, capacity - used, ",uid=%u", options->uid);
    if (used < capacity && options->gid)
        used += format(buffer + used, capacity - used, ",gid=%u", options->gid);
    if (used < capacity)
        format(buffer + used, capacity - used, ",inode64");
}
