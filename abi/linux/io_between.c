/* SPDX-License-Identifier: MIT */
/* From file to file without the program's memory: sendfile, copy_file_range;
 * and what brings files to their device: fsync and friends, fallocate. */
#include <linux/falloc.h>
#include <linux/fadvise.h>

#include "abi/linux/arguments.h"
#include "abi/linux/io.h"
#include "vfs/pipe.h"
#include "vfs/splice.h"

/* An offset in user memory, or NULL: the file's own. */
struct offset {
    int64_t __user *at;
    uint64_t value;
};

static int offset_argument(struct offset *offset, void __user *at)
{
    offset->at = at;
    offset->value = 0;
    if (at && user_read(&offset->value, at, sizeof offset->value))
        return -EFAULT;
    return 0;
}

static bool is_negative(const struct offset *offset)
{
    return (int64_t)offset->value < 0;
}

static bool wraps(const struct offset *offset, size_t bytes)
{
    return offset->value + bytes < offset->value;
}

static uint64_t *offset_pointer(struct offset *offset)
{
    return offset->at ? &offset->value : NULL;
}

static ssize_t offset_give(struct offset *offset, ssize_t result)
{
    if (offset->at && result >= 0 &&
        user_write(offset->at, &offset->value, sizeof offset->value))
        return -EFAULT;
    return result;
}

/* Two open files at once. */
struct pair {
    struct file *from, *to;
    bool has_from_reference, has_to_reference;
};

static void pair_done(struct pair *pair)
{
    if (pair->from)
        files_return(pair->from, pair->has_from_reference);
    if (pair->to)
        files_return(pair->to, pair->has_to_reference);
}

static int pair_argument(struct pair *pair, int from, int to)
{
    pair->from = file_argument(from, &pair->has_from_reference);
    pair->to = file_argument(to, &pair->has_to_reference);
    if (pair->from && pair->to)
        return 0;
    pair_done(pair);
    return -EBADF;
}

static bool is_without_places(const struct file *file)
{
    return file->ops->cannot_seek && !file->ops->seek;
}

/* All that can be wrong with the source comes before what is with the target. */
static int check_sendfile(
    const struct pair *pair, const struct offset *offset, size_t bytes)
{
    const struct file *from = pair->from, *to = pair->to;
    if (!from || !(from->flags & OPEN_READ))
        return -EBADF;
    if (offset->at && from->ops->cannot_seek)
        return -ESPIPE;
    if (is_negative(offset) || (ssize_t)bytes < 0)
        return -EINVAL;
    if (!to || !(to->flags & OPEN_WRITE))
        return -EBADF;
    if ((is_without_places(from) && !(file_is_pipe(to) && !file_is_pipe(from)))
        || to->flags & OPEN_APPEND)
        return -EINVAL;
    bool is_for_nothing = !bytes && to->inode->type != INODE_FIFO;
    if (from->inode->type == INODE_DIRECTORY)
        return -EINVAL;
    bool can = io_can_be_sent(from) && !to->ops->cannot_be_copied_to;
    return is_for_nothing || can ? 0 : -EINVAL;
}

static uint64_t last_position(const struct file *file)
{
    return file->inode->filesystem->type->has_near_ends ? INT32_MAX : INT64_MAX;
}

/* As far as files of both sides may reach. */
static int cut_to_positions(
    const struct pair *pair, const struct offset *offset, size_t *bytes)
{
    uint64_t start = offset->at ? offset->value : pair->from->position;
    uint64_t last = min(last_position(pair->from), last_position(pair->to));
    if (start + *bytes > last && start >= last)
        return -EOVERFLOW;
    *bytes = min(*bytes, last - start);
    return 0;
}

static ssize_t send(
    const struct pair *pair, struct offset *offset, size_t bytes)
{
    bool may_wait = !(pair->to->flags & OPEN_NONBLOCK);
    int error = cut_to_positions(pair, offset, &bytes);
    if (error || !bytes)
        return error;
    if (file_is_pipe(pair->to))
        return splice_files(pair->from, offset_pointer(offset), pair->to, NULL,
            bytes, may_wait ? SPLICE_WAITS : SPLICE_DOES_NOT_WAIT);
    return file_copy(
        pair->from, offset_pointer(offset), pair->to, NULL, bytes);
}

long sys_sendfile(int to, int from, void __user *at, size_t bytes)
{
    struct offset offset;
    struct pair pair;
    int error = offset_argument(&offset, at);
    if (error)
        return error;
    pair.from = file_argument(from, &pair.has_from_reference);
    pair.to = file_argument(to, &pair.has_to_reference);
    ssize_t result = check_sendfile(&pair, &offset, bytes);
    if (!result)
        result = io_written(pair.to,
            send(&pair, &offset, min(bytes, (size_t)IO_BYTES_MAX)));
    pair_done(&pair);
    /* Even when nothing was sent. */
    return offset_give(&offset, 0) ? -EFAULT : result;
}

static bool overlaps(const struct pair *pair, const struct offset *from,
    const struct offset *to, size_t bytes)
{
    if (pair->from->inode != pair->to->inode)
        return false;
    uint64_t a = from->at ? from->value : pair->from->position;
    uint64_t b = to->at ? to->value : pair->to->position;
    return a < b + bytes && b < a + bytes;
}

static int check_copy(const struct pair *pair)
{
    enum inode_type from = pair->from->inode->type, to = pair->to->inode->type;
    if (from == INODE_DIRECTORY || to == INODE_DIRECTORY)
        return -EISDIR;
    if (from != INODE_REGULAR || to != INODE_REGULAR)
        return -EINVAL;
    bool is_right = pair->from->flags & OPEN_READ &&
        pair->to->flags & OPEN_WRITE && !(pair->to->flags & OPEN_APPEND);
    if (!is_right)
        return -EBADF;
    bool is_same =
        pair->from->inode->filesystem == pair->to->inode->filesystem;
    return is_same ? 0 : -EXDEV;
}

long sys_copy_file_range(int from, void __user *from_at, int to,
    void __user *to_at, size_t bytes, unsigned flags)
{
    struct offset from_offset, to_offset;
    struct pair pair;
    int error = pair_argument(&pair, from, to);
    if (error)
        return error;
    ssize_t result = offset_argument(&from_offset, from_at);
    if (!result)
        result = offset_argument(&to_offset, to_at);
    if (!result)
        result = flags ? -EINVAL : check_copy(&pair);
    if (!result && (wraps(&from_offset, bytes) || wraps(&to_offset, bytes)))
        result = -EOVERFLOW;
    bytes = min(bytes, (size_t)IO_BYTES_MAX);
    if (!result && (is_negative(&from_offset) || is_negative(&to_offset) ||
            overlaps(&pair, &from_offset, &to_offset, bytes)))
        result = -EINVAL;
    if (!result)
        result = io_written(pair.to, file_copy(pair.from, offset_pointer(&from_offset),
            pair.to, offset_pointer(&to_offset), bytes));
    pair_done(&pair);
    return offset_give(&to_offset, offset_give(&from_offset, result));
}

static long synchronise(int fd)
{
    bool has_reference;
    struct file *file = file_argument(fd, &has_reference);
    if (!file)
        return -EBADF;
    int error = file_sync(file);
    files_return(file, has_reference);
    return error;
}

long sys_fsync(int fd)
{
    return synchronise(fd);
}

long sys_fdatasync(int fd)
{
    return synchronise(fd);
}

/* What is kept in memory needs no writing back. */
long sys_sync_file_range(int fd, int64_t offset, int64_t bytes, unsigned flags)
{
    bool has_reference;
    struct file *file = file_argument(fd, &has_reference);
    if (!file)
        return -EBADF;
    enum inode_type type = file->inode->type;
    files_return(file, has_reference);
    int64_t end;
    if (offset < 0 || bytes < 0 || __builtin_add_overflow(offset, bytes, &end) ||
        flags & ~7u)
        return -EINVAL;
    bool has_places = type == INODE_REGULAR || type == INODE_DIRECTORY ||
        type == INODE_BLOCK;
    return has_places ? 0 : -ESPIPE;
}

long sys_syncfs(int fd)
{
    bool has_reference;
    struct file *file = file_argument(fd, &has_reference);
    if (!file)
        return -EBADF;
    files_return(file, has_reference);
    return 0; /* what is kept in memory needs no writing back */
}

long sys_sync(void)
{
    return 0;
}

static const struct {
    unsigned linux_mode, how;
} allocate_table[] = {
    { FALLOC_FL_KEEP_SIZE, ALLOCATE_KEEP_SIZE },
    { FALLOC_FL_PUNCH_HOLE, ALLOCATE_PUNCH },
    { FALLOC_FL_ZERO_RANGE, ALLOCATE_ZERO },
    { FALLOC_FL_COLLAPSE_RANGE, ALLOCATE_COLLAPSE },
    { FALLOC_FL_INSERT_RANGE, ALLOCATE_INSERT },
    { FALLOC_FL_UNSHARE_RANGE, ALLOCATE_UNSHARE },
};

long sys_fallocate(int fd, unsigned mode, int64_t offset, int64_t bytes)
{
    unsigned how = 0;
    for (size_t i = 0; i < array_size(allocate_table); i++)
        if (mode & allocate_table[i].linux_mode) {
            how |= allocate_table[i].how;
            mode &= ~allocate_table[i].linux_mode;
        }
    bool has_reference;
    struct file *file = file_argument(fd, &has_reference);
    if (!file)
        return -EBADF;
    long result = offset < 0 || bytes <= 0 ? -EINVAL
        : mode                             ? -EOPNOTSUPP
                                           : file_allocate(file, how, offset, bytes);
    result = io_written(file, result);
    files_return(file, has_reference);
    return result;
}

/* Advice that nothing needs: all files are in memory. */
long sys_fadvise64(int fd, int64_t offset, size_t bytes, int advice)
{
    bool has_reference;
    struct file *file = file_argument(fd, &has_reference);
    if (!file)
        return -EBADF;
    bool is_fifo = file->inode->type == INODE_FIFO;
    files_return(file, has_reference);
    if (is_fifo)
        return -ESPIPE;
    if (advice < POSIX_FADV_NORMAL || advice > POSIX_FADV_NOREUSE ||
        (ssize_t)bytes < 0)
        return -EINVAL;
    return 0;
}

long sys_readahead(int fd, int64_t offset, size_t bytes)
{
    bool has_reference;
    struct file *file = file_argument(fd, &has_reference);
    if (!file)
        return -EBADF;
    bool is_readable = file->flags & OPEN_READ;
    bool is_regular = file->inode->type == INODE_REGULAR;
    files_return(file, has_reference);
    if (!is_readable)
        return -EBADF;
    return is_regular && (ssize_t)bytes >= 0 ? 0 : -EINVAL;
}
