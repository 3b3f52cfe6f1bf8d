/* SPDX-License-Identifier: MIT */
/* getdents64, getdents.  Entries are gathered in the kernel and copied when the
 * directory is no longer locked. */
#include "abi/linux/arguments.h"
#include "lib/string.h"
#include "mm/heap.h"

enum { GATHERED_BYTES = 8192 };

struct dirent64 { /* no UAPI header has it */
    uint64_t inode;
    int64_t next;
    uint16_t record_bytes;
    uint8_t type;
    char name[];
} packed_struct;

struct dirent_old { /* the type is in the record's last byte */
    unsigned long inode;
    unsigned long next;
    uint16_t record_bytes;
    char name[];
} packed_struct;

static_assert(offsetof(struct dirent64, name) == 19, "as getdents64(2) says");
static_assert(offsetof(struct dirent_old, name) == 18, "as getdents(2) says");

struct gatherer {
    char *buffer;
    size_t used, capacity;
    bool is_old, was_too_small;
};

static void fill(struct gatherer *g, size_t record_bytes, const char *name,
    size_t length, uint64_t inode, enum inode_type type, uint64_t next)
{
    char *record = g->buffer + g->used;
    memset(record, 0, record_bytes);
    if (g->is_old) {
        struct dirent_old *entry = (void *)record;
        entry->inode = inode;
        entry->next = next;
        entry->record_bytes = record_bytes;
        memcpy(entry->name, name, length);
        record[record_bytes - 1] = type;
        return;
    }
    struct dirent64 *entry = (void *)record;
    entry->inode = inode;
    entry->next = next;
    entry->record_bytes = record_bytes;
    entry->type = type;
    memcpy(entry->name, name, length);
}

static bool gather(void *data, const char *name, size_t length, uint64_t inode,
    enum inode_type type, uint64_t next)
{
    struct gatherer *g = data;
    /* With a NUL after the name, and for the old form the type after that. */
    size_t bytes = g->is_old ? offsetof(struct dirent_old, name) + length + 2
                             : offsetof(struct dirent64, name) + length + 1;
    bytes = align_up(bytes, 8ul);
    if (bytes > g->capacity - g->used) {
        g->was_too_small = !g->used;
        return false;
    }
    fill(g, bytes, name, length, inode, type, next);
    g->used += bytes;
    return true;
}

static long list(struct file *file, void __user *to, struct gatherer *g)
{
    g->buffer = heap_alloc(g->capacity ? g->capacity : 1);
    if (!g->buffer)
        return -ENOMEM;
    long result = file_list(file, gather, g);
    if (g->used)
        result = user_write(to, g->buffer, g->used) ? -EFAULT : (long)g->used;
    else if (result >= 0)
        result = g->was_too_small ? -EINVAL : 0;
    heap_free(g->buffer);
    return result;
}

static long list_fd(int fd, void __user *to, unsigned bytes, bool is_old)
{
    struct gatherer gatherer = {
        .capacity = min(bytes, (unsigned)GATHERED_BYTES),
        .is_old = is_old,
    };
    bool has_reference;
    struct file *file = file_argument(fd, &has_reference);
    if (!file)
        return -EBADF;
    long result = -ENOTDIR;
    if (file->ops->list)
        result = list(file, to, &gatherer);
    files_return(file, has_reference);
    return result;
}

long sys_getdents64(int fd, void __user *to, unsigned bytes)
{
    return list_fd(fd, to, bytes, false);
}

long sys_getdents(int fd, void __user *to, unsigned bytes)
{
    return list_fd(fd, to, bytes, true);
}
