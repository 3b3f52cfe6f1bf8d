/* SPDX-License-Identifier: MIT */
/* Descriptors: dup, fcntl, close, close_range, flock. */
#include <linux/close_range.h>
#include <linux/fcntl.h>
#include <linux/fs.h>

#include "abi/linux/arguments.h"
#include "abi/linux/open_flags.h"
#include "abi/linux/owner.h"
#include "arch/atomic.h"
#include "kernel/thread.h"
#include "vfs/pipe.h"

/* The words of a mandatory flock that no system has any more. */
#undef LOCK_READ
#undef LOCK_WRITE
#include "vfs/locks.h"

long sys_dup(int from)
{
    struct file *file = files_find(current->files, from);
    return file ? fd_give(file, 0) : -EBADF;
}

static long duplicate(int from, int to, unsigned fd_flags)
{
    return files_duplicate(
        current->files, from, to, fd_flags, files_limit());
}

long sys_dup2(int from, int to)
{
    if (from == to) {
        int flags = files_flags(current->files, from);
        return flags < 0 ? flags : to;
    }
    return duplicate(from, to, 0);
}

/* dup3(2): make `to` another name for `from`. */
long sys_dup3(int from, int to, int flags)
{
    if (from == to || flags & ~O_CLOEXEC)
        return -EINVAL;
    return duplicate(from, to, fd_flags_from(flags));
}

long sys_close(int fd)
{
    return files_close(current->files, fd);
}

static int unshare_without(unsigned first, unsigned last)
{
    struct files *old = current->files;
    if (!files_are_shared(old))
        return 0;
    struct files *copy;
    int error = files_copy_except(old, first, last, &copy);
    if (error)
        return error;
    thread_enter_files(copy);
    return 0;
}

long sys_close_range(unsigned first, unsigned last, unsigned flags)
{
    if (flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC) || first > last)
        return -EINVAL;
    bool only_mark = flags & CLOSE_RANGE_CLOEXEC;
    if (flags & CLOSE_RANGE_UNSHARE) {
        /* Nothing is left out of a copy that will only be marked. */
        int error = only_mark ? unshare_without(UINT32_MAX, UINT32_MAX)
                              : unshare_without(first, last);
        if (error)
            return error;
    }
    if (only_mark)
        return files_mark_range(current->files, first, last);
    return files_close_range(current->files, first, last);
}

long sys_flock(int fd, int operation)
{
    static const enum lock_type types[] = {
        [LOCK_SH] = LOCK_READ,
        [LOCK_EX] = LOCK_WRITE,
        [LOCK_UN] = LOCK_NONE,
    };
    int what = operation & ~LOCK_NB;
    if (operation & LOCK_MAND) /* given up, and taken without looking */
        return 0;
    if (what != LOCK_SH && what != LOCK_EX && what != LOCK_UN)
        return -EINVAL;
    bool has_reference;
    struct file *file = file_argument(fd, &has_reference);
    if (!file)
        return -EBADF;
    struct record record = {
        .type = types[what],
        .end = INT64_MAX,
        .pid = process_number(current->process),
    };
    long result = lock_set(
        file, LOCK_FLOCK, file, &record, !(operation & LOCK_NB));
    files_return(file, has_reference);
    return result;
}

/* struct flock's start, relative to whence, and length as a range. */
static int record_from_flock(
    struct file *file, const struct flock *from, struct record *record)
{
    int64_t start = 0;
    if (from->l_whence == SEEK_CUR) {
        start = file->position;
    } else if (from->l_whence == SEEK_END) {
        struct attributes attributes;
        inode_attributes(file->inode, &attributes);
        start = attributes.bytes;
    } else if (from->l_whence != SEEK_SET) {
        return -EINVAL;
    }
    if (__builtin_add_overflow(start, from->l_start, &start))
        return -EOVERFLOW;
    int64_t end = INT64_MAX, length = from->l_len;
    if (length > 0) {
        if (__builtin_add_overflow(start, length - 1, &end))
            return -EOVERFLOW;
    } else if (length < 0) {
        end = start - 1;
        if (__builtin_add_overflow(start, length, &start))
            return -EINVAL;
    }
    if (start < 0)
        return -EINVAL;
    record->start = start;
    record->end = end;
    return 0;
}

static int lock_type_from(struct file *file, int type, bool is_query)
{
    if (type == F_UNLCK)
        return is_query ? -EINVAL : LOCK_NONE;
    if (type != F_RDLCK && type != F_WRLCK)
        return -EINVAL;
    unsigned needed = type == F_RDLCK ? OPEN_READ : OPEN_WRITE;
    if (!is_query && !(file->flags & needed))
        return -EBADF;
    return type == F_RDLCK ? LOCK_READ : LOCK_WRITE;
}

static void flock_from_record(const struct record *record, struct flock *to)
{
    if (record->type == LOCK_NONE) {
        to->l_type = F_UNLCK;
        return;
    }
    to->l_type = record->type == LOCK_READ ? F_RDLCK : F_WRLCK;
    to->l_whence = SEEK_SET;
    to->l_start = record->start;
    to->l_len = record->end >= INT64_MAX ? 0 : record->end - record->start + 1;
    to->l_pid = record->pid;
}

static long record_lock(struct file *file, int command, void __user *argument)
{
    bool is_ofd = command >= F_OFD_GETLK && command <= F_OFD_SETLKW;
    bool is_query = command == F_GETLK || command == F_OFD_GETLK;
    bool wait = command == F_SETLKW || command == F_OFD_SETLKW;
    struct flock lock;
    if (user_read(&lock, argument, sizeof lock))
        return -EFAULT;
    if (is_ofd && lock.l_pid)
        return -EINVAL;
    int type = lock_type_from(file, lock.l_type, is_query);
    if (type < 0)
        return type;
    struct record record = {
        .type = type,
        .pid = is_ofd ? -1 : process_number(current->process),
    };
    int error = record_from_flock(file, &lock, &record);
    if (error)
        return error;
    enum lock_family family = is_ofd ? LOCK_FILE : LOCK_POSIX;
    const void *owner = is_ofd ? (const void *)file : current->files;
    if (!is_query)
        return lock_set(file, family, owner, &record, wait);
    lock_query(file, family, owner, &record);
    flock_from_record(&record, &lock);
    return user_write(argument, &lock, sizeof lock);
}

static long duplicate_from(struct file *file, unsigned from, unsigned fd_flags)
{
    int fd = files_reserve(current->files, from, files_limit(), fd_flags);
    if (fd >= 0)
        files_install(current->files, fd, file_get(file));
    return fd;
}

/* What works on a file opened by O_PATH as well. */
static long control_fd(
    struct file *file, int fd, int command, unsigned long argument)
{
    switch (command) {
    case F_DUPFD:
        return duplicate_from(file, argument, 0);
    case F_DUPFD_CLOEXEC:
        return duplicate_from(file, argument, FD_CLOSE_ON_EXEC);
    case F_GETFD: {
        int flags = files_flags(current->files, fd);
        return flags < 0 ? flags : flags & FD_CLOSE_ON_EXEC ? FD_CLOEXEC : 0;
    }
    case F_SETFD:
        return files_set_flags(current->files, fd,
            argument & FD_CLOEXEC ? FD_CLOSE_ON_EXEC : 0);
    case F_GETFL:
        return open_flags_to_linux(file->flags);
    }
    return file->flags & OPEN_PATH ? -EBADF : -ENOSYS;
}

/* How long what is written will last: kept, and given back. */
static long hint(struct file *file, int command, void __user *argument)
{
    uint64_t value = atomic_load(&file->inode->lifetime_hint);
    if (command == F_GET_RW_HINT)
        return user_write(argument, &value, sizeof value);
    if (file->inode->ops && file->inode->ops->is_immutable)
        return -EPERM;
    if (user_read(&value, argument, sizeof value))
        return -EFAULT;
    if (value > RWH_WRITE_LIFE_EXTREME)
        return -EINVAL;
    atomic_store(&file->inode->lifetime_hint, value);
    return 0;
}

static long control_file(
    struct file *file, int fd, int command, unsigned long argument)
{
    void __user *pointer = (void __user *)argument;
    switch (command) {
    case F_SETFL:
        return file_set_flags(file, fd, argument);
    case F_GETLK:
    case F_SETLK:
    case F_SETLKW:
    case F_OFD_GETLK:
    case F_OFD_SETLK:
    case F_OFD_SETLKW:
        return record_lock(file, command, pointer);
    case F_GET_RW_HINT:
    case F_SET_RW_HINT:
        return hint(file, command, pointer);
    case F_GETLEASE:
        return F_UNLCK; /* nobody can take one */
    case F_ADD_SEALS:
    case F_GET_SEALS:
        return seals_control(file, command, argument);
    case F_GETPIPE_SZ:
        return file_is_pipe(file) ? pipe_bytes(file) : -EBADF;
    case F_SETPIPE_SZ:
        if (!file_is_pipe(file))
            return -EBADF;
        return pipe_set_bytes(file, argument, current->credentials);
    }
    return owner_control(file, command, argument);
}

long sys_fcntl(int fd, int command, unsigned long argument)
{
    bool has_reference;
    struct file *file = file_argument_any(fd, &has_reference);
    if (!file)
        return -EBADF;
    long result = control_fd(file, fd, command, argument);
    if (result == -ENOSYS)
        result = control_file(file, fd, command, argument);
    files_return(file, has_reference);
    return result;
}
