/* SPDX-License-Identifier: MIT */
/* read, write and their kin with vectors and positions; lseek.
 *
 * vfs/ only says EPIPE and EFBIG: the signals that go with them are raised
 * here, where it is known that the program itself wrote. */
#include <linux/fs.h>

#include "abi/linux/arguments.h"
#include "abi/linux/io.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "net/socket.h"

static void raise(int number)
{
    struct signal_info info;
    signal_info_from_current(&info, number, SI_USER);
    signal_send_thread(current, &info);
}

void io_broken_pipe(void)
{
    raise(SIGPIPE);
}

ssize_t io_written(const struct file *file, ssize_t result)
{
    if (likely(result >= 0))
        return result;
    if (result == -EPIPE && !(file && file->ops->breaks_silently))
        raise(SIGPIPE);
    /* A file may also be as large as files can be: no signal for that. */
    if (result == -EFBIG && file_size_limit() != LIMIT_NONE)
        raise(SIGXFSZ);
    return result;
}

static int check_buffer(const void __user *buffer, size_t bytes)
{
    return user_range_is_ok(buffer, bytes) ? 0 : -EFAULT;
}

enum direction { READING, WRITING };

/* Whether the file can do that at all; which comes before the buffer's EFAULT. */
static int check_file(const struct file *file, enum direction direction)
{
    unsigned needed = direction == READING ? OPEN_READ : OPEN_WRITE;
    if (unlikely(!(file->flags & needed)))
        return -EBADF;
    if (direction == WRITING)
        return file->ops->write ? 0 : -EINVAL;
    return file->ops->read || file->inode->type == INODE_DIRECTORY ? 0
                                                                   : -EINVAL;
}

static ssize_t write_file(
    struct file *file, struct transfer *t, uint64_t *position)
{
    ssize_t result = io_written(file, file_write(file, t, position));
    if (unlikely(t->is_broken))
        raise(SIGPIPE);
    return result;
}

static ssize_t move(struct file *file, enum direction direction,
    const void __user *buffer, size_t bytes, uint64_t *position)
{
    int error = check_file(file, direction);
    if (likely(!error))
        error = check_buffer(buffer, bytes);
    if (unlikely(error))
        return error;
    struct transfer t;
    transfer_user(&t, (uintptr_t)buffer, min(bytes, (size_t)IO_BYTES_MAX));
    if (direction == READING)
        return file_read(file, &t, position);
    return write_file(file, &t, position);
}

static int check_position(const struct file *file, enum direction direction)
{
    if (file->flags & OPEN_PATH)
        return -EBADF;
    bool cannot = file->ops->cannot_seek ||
        (direction == WRITING && file->ops->cannot_write_at);
    return cannot ? -ESPIPE : 0;
}

static ssize_t move_fd(int fd, enum direction direction,
    const void __user *buffer, size_t bytes, uint64_t *position)
{
    bool has_reference;
    struct file *file = files_borrow(current->files, fd, &has_reference);
    if (unlikely(!file))
        return -EBADF;
    ssize_t result = position ? check_position(file, direction) : 0;
    if (likely(!result))
        result = move(file, direction, buffer, bytes, position);
    files_return(file, has_reference);
    return result;
}

long sys_read(int from, void __user *buffer, size_t bytes)
{
    return move_fd(from, READING, buffer, bytes, NULL);
}

long sys_write(int to, const void __user *buffer, size_t bytes)
{
    return move_fd(to, WRITING, buffer, bytes, NULL);
}

long sys_pread64(int from, void __user *buffer, size_t bytes, int64_t offset)
{
    uint64_t position = offset;
    if (offset < 0)
        return -EINVAL;
    return move_fd(from, READING, buffer, bytes, &position);
}

long sys_pwrite64(
    int to, const void __user *buffer, size_t bytes, int64_t offset)
{
    uint64_t position = offset;
    if (offset < 0)
        return -EINVAL;
    return move_fd(to, WRITING, buffer, bytes, &position);
}

/* All lengths are looked at before any address. */
static int check_segments(struct vector *vector)
{
    for (unsigned i = 0; i < vector->count; i++)
        if ((ssize_t)vector->segments[i].bytes < 0)
            return -EINVAL;
    for (unsigned i = 0; i < vector->count; i++) {
        struct io_segment *segment = &vector->segments[i];
        int error =
            check_buffer((const void __user *)segment->start, segment->bytes);
        if (error)
            return error;
        segment->bytes = min(segment->bytes, IO_BYTES_MAX - vector->total);
        vector->total += segment->bytes;
    }
    return 0;
}

int vector_argument(
    struct vector *vector, const void __user *from, unsigned long count)
{
    vector->segments = vector->quick;
    vector->count = count;
    vector->total = 0;
    if (count > IO_SEGMENTS_MAX)
        return -EINVAL;
    size_t bytes = count * sizeof *vector->segments;
    if (count > array_size(vector->quick))
        vector->segments = heap_alloc(bytes);
    if (!vector->segments)
        return -ENOMEM;
    int error = user_read(vector->segments, from, bytes);
    if (!error)
        error = check_segments(vector);
    if (error)
        vector_done(vector);
    return error;
}

void vector_done(struct vector *vector)
{
    if (vector->segments != vector->quick)
        heap_free(vector->segments);
}

static int check_rw_flags(
    const struct file *file, enum direction direction, int flags)
{
    int known = RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_APPEND |
        (file->ops->takes_no_wait ? RWF_NOWAIT : 0);
    bool is_plain = direction == READING ? file->ops->reads_by_segment
                                         : file->ops->writes_by_segment;
    return flags & ~(is_plain ? RWF_HIPRI : known) ? -EOPNOTSUPP : 0;
}

/* The vector's errors come before the access mode's, the flags' last of all,
 * and not at all if there is nothing to move. */
static ssize_t move_vector(struct file *file, enum direction direction,
    const void __user *from, int count, uint64_t *position, int flags)
{
    struct vector vector;
    int error = file->flags & OPEN_PATH ? -EBADF : 0;
    if (!error)
        error = vector_argument(&vector, from, (long)count);
    if (error)
        return error;
    struct transfer t;
    transfer_segments(&t, vector.segments, vector.count, vector.total);
    t.appends = flags & RWF_APPEND;
    t.waits_not = flags & RWF_NOWAIT;
    ssize_t result = check_file(file, direction);
    if (!result && vector.total)
        result = check_rw_flags(file, direction, flags);
    if (!result && vector.total)
        result = direction == READING
            ? file_read(file, &t, position)
            : write_file(file, &t, position);
    vector_done(&vector);
    return result;
}

static ssize_t move_vector_fd(int fd, enum direction direction,
    const void __user *vector, int count, uint64_t *position, int flags)
{
    bool has_reference;
    struct file *file = files_borrow(current->files, fd, &has_reference);
    if (!file)
        return -EBADF;
    ssize_t result = position ? check_position(file, direction) : 0;
    if (!result)
        result =
            move_vector(file, direction, vector, count, position, flags);
    if (result > 0 && direction == WRITING && flags & (RWF_DSYNC | RWF_SYNC)) {
        int error = file->ops->sync ? file->ops->sync(file) : 0;
        result = error ? error : result;
    }
    files_return(file, has_reference);
    return result;
}

long sys_readv(int from, const void __user *vector, int count)
{
    return move_vector_fd(from, READING, vector, count, NULL, 0);
}

long sys_writev(int to, const void __user *vector, int count)
{
    return move_vector_fd(to, WRITING, vector, count, NULL, 0);
}

static ssize_t move_vector_at(int fd, enum direction direction,
    const void __user *vector, int count, uint64_t position, int flags)
{
    if ((int64_t)position < 0)
        return -EINVAL;
    return move_vector_fd(fd, direction, vector, count, &position, flags);
}

long sys_preadv(int from, const void __user *vector, int count,
    unsigned long position, unsigned long unused)
{
    return move_vector_at(from, READING, vector, count, position, 0);
}

long sys_pwritev(int to, const void __user *vector, int count,
    unsigned long position, unsigned long unused)
{
    return move_vector_at(to, WRITING, vector, count, position, 0);
}

long sys_preadv2(int from, const void __user *vector, int count,
    unsigned long position, unsigned long unused, int flags)
{
    if (position == -1ul)
        return move_vector_fd(from, READING, vector, count, NULL, flags);
    return move_vector_at(from, READING, vector, count, position, flags);
}

long sys_pwritev2(int to, const void __user *vector, int count,
    unsigned long position, unsigned long unused, int flags)
{
    if (position == -1ul)
        return move_vector_fd(to, WRITING, vector, count, NULL, flags);
    return move_vector_at(to, WRITING, vector, count, position, flags);
}

long sys_lseek(int fd, int64_t offset, int whence)
{
    static const uint8_t from[] = {
        [SEEK_SET] = SEEK_START,
        [SEEK_CUR] = SEEK_CURRENT,
        [SEEK_END] = SEEK_END_OF,
        [SEEK_DATA] = SEEK_TO_DATA,
        [SEEK_HOLE] = SEEK_TO_HOLE,
    };
    bool has_reference;
    struct file *file = file_argument(fd, &has_reference);
    if (!file)
        return -EBADF;
    long result = (unsigned)whence < array_size(from)
        ? file_seek(file, offset, from[whence])
        : -EINVAL;
    files_return(file, has_reference);
    return result;
}

bool io_can_be_sent(const struct file *file)
{
    struct socket *socket = file_socket(file);
    if (socket && socket->ops->listens && socket->ops->listens(socket))
        return false;
    return file->ops->read && !file->ops->cannot_copy;
}
