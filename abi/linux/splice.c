/* SPDX-License-Identifier: MIT */
/* splice, tee, vmsplice. */
#include "abi/linux/arguments.h"
#include "abi/linux/io.h"
#include "vfs/pipe.h"
#include "vfs/splice.h"

enum { /* splice(2) */
    SPLICE_F_MOVE = 1, SPLICE_F_NONBLOCK = 2, SPLICE_F_MORE = 4,
    SPLICE_F_GIFT = 8, SPLICE_F_ALL = 15,
};

static enum splice_wait wait_from(unsigned flags)
{
    return flags & SPLICE_F_NONBLOCK ? SPLICE_DOES_NOT_WAIT : SPLICE_WAITS;
}

struct offset {
    int64_t __user *at;
    uint64_t value;
};

static int offset_argument(struct offset *offset, void __user *at)
{
    *offset = (struct offset){ .at = at };
    return at ? user_read(&offset->value, at, sizeof offset->value) : 0;
}

/* A pipe has no places, and what cannot be read is told before anything that
 * the files themselves are not fit for. */
static int offset_arguments(struct offset *in, const struct file *from,
    void __user *from_at, struct offset *out, const struct file *to,
    void __user *to_at)
{
    if ((from_at && file_is_pipe(from)) || (to_at && file_is_pipe(to)))
        return -ESPIPE;
    int error = offset_argument(out, to_at);
    return error ? error : offset_argument(in, from_at);
}

static int check_offset(const struct offset *offset, const struct file *file)
{
    if (!offset->at)
        return 0;
    return file->ops->cannot_seek || (int64_t)offset->value < 0 ? -EINVAL : 0;
}

static int check(const struct file *from, const struct file *to)
{
    bool is_pipe = file_is_pipe(from), is_to_pipe = file_is_pipe(to);
    if (!(from->flags & OPEN_READ) || !(to->flags & OPEN_WRITE))
        return -EBADF;
    if (is_pipe && is_to_pipe)
        return from->private == to->private ? -EINVAL : 0;
    return 0;
}

static int check_other(const struct file *from, const struct file *to)
{
    bool is_from_pipe = file_is_pipe(from), is_to_pipe = file_is_pipe(to);
    if (!is_from_pipe && !is_to_pipe)
        return -EINVAL;
    if (!is_from_pipe && !io_can_be_sent(from))
        return -EINVAL;
    if (is_to_pipe)
        return 0;
    bool is_of_numbers = to->ops->cannot_seek && to->ops->cannot_copy;
    if (to->flags & OPEN_APPEND || !to->ops->write || is_of_numbers ||
        to->ops->cannot_be_copied_to)
        return -EINVAL;
    return 0;
}

static ssize_t splice(struct file *from, void __user *from_at, struct file *to,
    void __user *to_at, size_t bytes, unsigned flags)
{
    struct offset in, out;
    int error = offset_arguments(&in, from, from_at, &out, to, to_at);
    if (!error)
        error = check(from, to);
    if (!error)
        error = check_offset(&in, from);
    if (!error)
        error = check_offset(&out, to);
    if (!error)
        error = check_other(from, to);
    if (error)
        return error;
    ssize_t result = splice_files(from, in.at ? &in.value : NULL, to,
        out.at ? &out.value : NULL, min(bytes, (size_t)IO_BYTES_MAX),
        wait_from(flags));
    result = io_written(to, result);
    if (result >= 0 &&
        ((in.at && user_write(in.at, &in.value, sizeof in.value)) ||
            (out.at && user_write(out.at, &out.value, sizeof out.value))))
        return -EFAULT;
    return result;
}

long sys_splice(int from, void __user *from_at, int to, void __user *to_at,
    size_t bytes, unsigned flags)
{
    bool from_has_reference, to_has_reference;
    if (!bytes)
        return 0;
    if (flags & ~SPLICE_F_ALL)
        return -EINVAL;
    struct file *in = file_argument(from, &from_has_reference);
    if (!in)
        return -EBADF;
    ssize_t result = -EBADF;
    struct file *out = file_argument(to, &to_has_reference);
    if (out) {
        result = splice(in, from_at, out, to_at, bytes, flags);
        files_return(out, to_has_reference);
    }
    files_return(in, from_has_reference);
    return result;
}

static ssize_t tee(
    struct file *from, struct file *to, size_t bytes, unsigned flags)
{
    int error = check(from, to);
    if (!error && !(file_is_pipe(from) && file_is_pipe(to)))
        error = -EINVAL;
    if (error)
        return error;
    return io_written(to, splice_copy(from, to, bytes, wait_from(flags)));
}

long sys_tee(int from, int to, size_t bytes, unsigned flags)
{
    bool from_has_reference, to_has_reference;
    if (flags & ~SPLICE_F_ALL)
        return -EINVAL;
    if (!bytes)
        return 0;
    struct file *in = file_argument(from, &from_has_reference);
    if (!in)
        return -EBADF;
    ssize_t result = -EBADF;
    struct file *out = file_argument(to, &to_has_reference);
    if (out) {
        result = tee(in, out, bytes, flags);
        files_return(out, to_has_reference);
    }
    files_return(in, from_has_reference);
    return result;
}

static ssize_t splice_vector(struct file *file, const void __user *from,
    unsigned count, unsigned flags)
{
    struct vector vector;
    struct transfer t;
    if (!(file->flags & (OPEN_READ | OPEN_WRITE)))
        return -EBADF;
    int error = vector_argument(&vector, from, count);
    if (error)
        return error;
    transfer_segments(&t, vector.segments, vector.count, vector.total);
    ssize_t result = t.left
        ? io_written(file, splice_memory(file, &t, wait_from(flags)))
        : 0;
    vector_done(&vector);
    return result;
}

long sys_vmsplice(
    int fd, const void __user *from, unsigned long count, unsigned flags)
{
    bool has_reference;
    if (flags & ~SPLICE_F_ALL)
        return -EINVAL;
    struct file *file = file_argument(fd, &has_reference);
    if (!file)
        return -EBADF;
    /* Only 32 bits of the count are looked at. */
    ssize_t result = splice_vector(file, from, (unsigned)count, flags);
    files_return(file, has_reference);
    return result;
}
