/* SPDX-License-Identifier: MIT */
/* What one can do with an open file: the checks and the position, around the
 * file's own operations.
 *
 * The hard part is the position: threads that share an open file must not read
 * the same bytes twice, so it is locked during the operation, but only where a
 * position means something; a reader asleep on a terminal blocks no writer. */
#include "vfs/file.h"

#include "arch/atomic.h"
#include "lib/errno.h"
#include "sched/timer.h"
#include "vfs/notify.h"

static uint64_t (*size_limit)(void);

void file_set_size_limit(uint64_t (*limit)(void))
{
    size_limit = limit;
}

uint64_t file_size_limit(void)
{
    return size_limit ? size_limit() : UINT64_MAX;
}

static bool position_counts(const struct file *file)
{
    if (file->ops->is_stream || file->ops->cannot_seek || !file->inode)
        return false;
    return file->inode->type == INODE_REGULAR
        || file->inode->type == INODE_DIRECTORY;
}

typedef ssize_t (*move_fn)(struct file *, struct transfer *, uint64_t *);

/* No byte has a number that does not fit in what lseek returns. */
static ssize_t move_at(struct file *file, struct transfer *t,
    uint64_t *position, move_fn operation)
{
    if (*position > (uint64_t)INT64_MAX - t->left)
        return -EINVAL;
    return operation(file, t, position);
}

static ssize_t move_unnoticed(struct file *file, struct transfer *t,
    uint64_t *position, move_fn operation)
{
    if (position)
        return file->ops->cannot_seek ? -ESPIPE
                                      : move_at(file, t, position, operation);
    if (!position_counts(file))
        return operation(file, t, &file->position);
    mutex_lock(&file->position_lock);
    ssize_t result = move_at(file, t, &file->position, operation);
    mutex_unlock(&file->position_lock);
    return result;
}

static ssize_t move(struct file *file, struct transfer *t, uint64_t *position,
    move_fn operation, enum notify_event event)
{
    ssize_t result = move_unnoticed(file, t, position, operation);
    if (result > 0)
        notify_file(file, event);
    return result;
}

static bool is_directory(const struct file *file)
{
    return file->inode && file->inode->type == INODE_DIRECTORY;
}

static ssize_t read_anyhow(
    struct file *file, struct transfer *t, uint64_t *position)
{
    if (file->ops->read)
        return move(file, t, position, file->ops->read, NOTIFY_ACCESS);
    return is_directory(file) ? -EISDIR : -EINVAL;
}

/* Until one fails or is not filled. */
static ssize_t read_segments(
    struct file *file, struct transfer *t, uint64_t *position)
{
    ssize_t result = 0;
    for (unsigned i = 0; i < t->segment_count; i++) {
        const struct io_segment *segment = &t->segments[i];
        struct transfer part;
        transfer_user(&part, segment->start, segment->bytes);
        part.is_kernel = t->is_kernel;
        result = read_anyhow(file, &part, position);
        if (result < 0)
            break;
        t->moved += result;
        if ((size_t)result < segment->bytes)
            break;
    }
    return t->moved ? (ssize_t)t->moved : result;
}

ssize_t file_read(struct file *file, struct transfer *t, uint64_t *position)
{
    if (!(atomic_load(&file->flags) & OPEN_READ))
        return -EBADF;
    if (file->ops->reads_by_segment && t->segment_count > 1)
        return read_segments(file, t, position);
    return read_anyhow(file, t, position);
}

ssize_t file_write(struct file *file, struct transfer *t, uint64_t *position)
{
    if (!(atomic_load(&file->flags) & OPEN_WRITE))
        return -EBADF;
    if (!file->ops->write)
        return -EINVAL;
    return move(file, t, position, file->ops->write, NOTIFY_MODIFY);
}

/* For the kernel's own sake: what exec may run it may read. */
ssize_t file_read_kernel(
    struct file *file, void *to, size_t bytes, uint64_t *position)
{
    struct transfer t;
    transfer_kernel(&t, to, bytes);
    return read_anyhow(file, &t, position);
}

ssize_t file_write_kernel(
    struct file *file, const void *from, size_t bytes, uint64_t *position)
{
    struct transfer t;
    transfer_kernel(&t, (void *)from, bytes);
    return file_write(file, &t, position);
}

/* Without the file's own seek: the end is where the inode says, and all before
 * it is data. */
int64_t file_seek_plainly(
    struct file *file, int64_t offset, enum seek_from from)
{
    struct attributes attributes;
    inode_attributes(file->inode, &attributes);
    int64_t base = 0;
    switch (from) {
    case SEEK_START:
        break;
    case SEEK_CURRENT:
        base = file->position;
        break;
    case SEEK_END_OF:
        base = attributes.bytes;
        break;
    case SEEK_TO_DATA:
    case SEEK_TO_HOLE:
        if ((uint64_t)offset >= attributes.bytes)
            return -ENXIO;
        offset = from == SEEK_TO_DATA ? offset : (int64_t)attributes.bytes;
        break;
    }
    if (__builtin_add_overflow(base, offset, &base) || base < 0)
        return -EINVAL;
    file->position = base;
    return base;
}

int64_t file_seek_nowhere(
    struct file *file, int64_t offset, enum seek_from from)
{
    file->position = 0;
    return 0;
}

int64_t file_seek(struct file *file, int64_t offset, enum seek_from from)
{
    if (file->flags & OPEN_PATH)
        return -EBADF;
    if (file->ops->cannot_seek && !file->ops->seek)
        return -ESPIPE;
    mutex_lock(&file->position_lock);
    int64_t result = file->ops->seek ? file->ops->seek(file, offset, from)
                                     : file_seek_plainly(file, offset, from);
    mutex_unlock(&file->position_lock);
    return result;
}

int file_truncate(struct file *file, uint64_t bytes)
{
    if (file->flags & OPEN_PATH)
        return -EBADF;
    if (file->inode->type != INODE_REGULAR || !(file->flags & OPEN_WRITE)
        || bytes > INT64_MAX)
        return -EINVAL;
    if (bytes > file_size_limit())
        return -EFBIG;
    struct attributes wanted = { .bytes = bytes };
    int error = inode_change(file->inode, SET_BYTES, &wanted, file->opener);
    if (!error)
        notify_entry(file->place.entry, NOTIFY_MODIFY);
    return error;
}

int file_list(struct file *file, list_fn give, void *data)
{
    if (file->flags & OPEN_PATH)
        return -EBADF;
    if (!file->ops->list)
        return -ENOTDIR;
    mutex_lock(&file->position_lock);
    int result = file->ops->list(file, &file->position, give, data);
    mutex_unlock(&file->position_lock);
    if (result >= 0) {
        file_touch_accessed(file);
        notify_file(file, NOTIFY_ACCESS);
    }
    return result;
}

unsigned file_poll(struct file *file, struct waiter *waiter)
{
    if (file->flags & OPEN_PATH)
        return READY_INVALID;
    return file->ops->poll ? file->ops->poll(file, waiter)
                           : READY_IN | READY_OUT;
}

long file_control(struct file *file, unsigned verb, uintptr_t argument)
{
    if (file->flags & OPEN_PATH)
        return -EBADF;
    return file->ops->control ? file->ops->control(file, verb, argument)
                              : -ENOTTY;
}

int file_sync(struct file *file)
{
    if (file->flags & OPEN_PATH)
        return -EBADF;
    return file->ops->sync ? file->ops->sync(file) : -EINVAL;
}

/* Linux's order of checks: fallocate(2)'s errors depend on it. */
/* What does not go together, whatever the file. */
static int check_allocation(unsigned how)
{
    if (how & ALLOCATE_PUNCH &&
        (how & ALLOCATE_ZERO || !(how & ALLOCATE_KEEP_SIZE)))
        return -EOPNOTSUPP;
    if (how & ALLOCATE_COLLAPSE && how & ~ALLOCATE_COLLAPSE)
        return -EINVAL;
    if (how & ALLOCATE_INSERT && how & ~ALLOCATE_INSERT)
        return -EINVAL;
    bool is_odd = how & ~(ALLOCATE_UNSHARE | ALLOCATE_KEEP_SIZE);
    return how & ALLOCATE_UNSHARE && is_odd ? -EINVAL : 0;
}

int file_allocate(
    struct file *file, unsigned how, uint64_t from, uint64_t bytes)
{
    uint64_t end;
    if (file->flags & OPEN_PATH)
        return -EBADF;
    if ((int64_t)from < 0 || (int64_t)bytes <= 0)
        return -EINVAL;
    int error = check_allocation(how);
    if (error)
        return error;
    if (!(file->flags & OPEN_WRITE))
        return -EBADF;
    if (file->inode->type == INODE_FIFO)
        return -ESPIPE;
    if (file->inode->type == INODE_DIRECTORY)
        return -EISDIR;
    if (file->inode->type != INODE_REGULAR)
        return -ENODEV;
    if (__builtin_add_overflow(from, bytes, &end) || end > INT64_MAX)
        return -EFBIG;
    if (!file->ops->allocate)
        return -EOPNOTSUPP;
    error = file->ops->allocate(file, how, from, bytes);
    if (!error)
        notify_file(file, NOTIFY_MODIFY);
    return error;
}
