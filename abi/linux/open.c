/* SPDX-License-Identifier: MIT */
/* open, openat, openat2, creat, and the translation of their flags. */
#include <linux/fcntl.h>
#include <linux/openat2.h>

#include "abi/linux/arguments.h"
#include "abi/linux/open_flags.h"
#include "arch/atomic.h"
#include "mm/heap.h"
#include "vfs/async.h"
#include "vfs/file_count.h"

static const struct {
    unsigned linux_flag, flag;
} flag_table[] = {
    { O_CREAT, OPEN_CREATE },
    { O_EXCL, OPEN_EXCLUSIVE },
    { O_NOCTTY, OPEN_NO_TTY },
    { O_TRUNC, OPEN_TRUNCATE },
    { O_APPEND, OPEN_APPEND },
    { O_NONBLOCK, OPEN_NONBLOCK },
    { O_DSYNC, OPEN_DATA_SYNC },
    { __O_SYNC, OPEN_SYNC },
    { FASYNC, OPEN_ASYNC },
    { O_DIRECT, OPEN_DIRECT },
    { O_LARGEFILE, OPEN_LARGE },
    { O_DIRECTORY, OPEN_DIRECTORY },
    { O_NOFOLLOW, OPEN_NO_FOLLOW },
    { O_NOATIME, OPEN_NO_ATIME },
    { O_PATH, OPEN_PATH },
    { __O_TMPFILE, OPEN_UNNAMED },
};

/* Of the call, not of the file. */
enum {
    OPEN_PASSING = OPEN_CREATE | OPEN_EXCLUSIVE | OPEN_NO_TTY | OPEN_TRUNCATE |
        OPEN_EXECUTE,
    OPEN_SETTABLE = OPEN_APPEND | OPEN_NONBLOCK | OPEN_DIRECT | OPEN_NO_ATIME,
};

unsigned open_flags_from_linux(unsigned long linux_flags)
{
    unsigned flags = 0;
    for (size_t i = 0; i < array_size(flag_table); i++)
        if (linux_flags & flag_table[i].linux_flag)
            flags |= flag_table[i].flag;
    unsigned access = linux_flags & O_ACCMODE;
    if (access == O_RDONLY || access == O_RDWR)
        flags |= OPEN_READ;
    if (access == O_WRONLY || access == O_RDWR)
        flags |= OPEN_WRITE;
    return flags;
}

long open_flags_to_linux(unsigned flags)
{
    long linux_flags = 0;
    flags &= ~OPEN_PASSING;
    for (size_t i = 0; i < array_size(flag_table); i++)
        if (flags & flag_table[i].flag)
            linux_flags |= flag_table[i].linux_flag;
    if (flags & OPEN_PATH)
        return linux_flags;
    if (!(flags & OPEN_WRITE))
        return linux_flags | (flags & OPEN_READ ? O_RDONLY : O_ACCMODE);
    return linux_flags | (flags & OPEN_READ ? O_RDWR : O_WRONLY);
}

unsigned long open_flags_shown(unsigned flags, bool closes_on_exec)
{
    return open_flags_to_linux(flags) | (closes_on_exec ? O_CLOEXEC : 0);
}

/* Where there is no such thing the flag is passed over, either way. */
static int set_async(struct file *file, int fd, unsigned long linux_flags)
{
    if (!file->ops->async)
        return 0;
    if (linux_flags & FASYNC)
        return async_begin(file, fd);
    async_end(file);
    return 0;
}

long file_set_flags(struct file *file, int fd, unsigned long linux_flags)
{
    unsigned wanted = open_flags_from_linux(linux_flags) & OPEN_SETTABLE;
    unsigned old = atomic_load(&file->flags);
    if (wanted & OPEN_NO_ATIME && !(old & OPEN_NO_ATIME) &&
        !inode_is_owned(file->inode, current->credentials))
        return -EPERM;
    /* Pipes mean packets by it. */
    if (wanted & OPEN_DIRECT && file->inode->type != INODE_FIFO &&
        !file->ops->takes_direct)
        return -EINVAL;
    int error = set_async(file, fd, linux_flags);
    if (error)
        return error;
    /* Another thread may set another flag at the same time. */
    while (!atomic_replace(&file->flags, old, (old & ~OPEN_SETTABLE) | wanted))
        old = atomic_load(&file->flags);
    return 0;
}

static int check_flags(unsigned flags)
{
    if (flags & OPEN_CREATE && flags & OPEN_DIRECTORY)
        return -EINVAL;
    if (!(flags & OPEN_UNNAMED))
        return 0;
    /* The fourth way of access, for neither, is not one for reading. */
    bool is_right = flags & OPEN_DIRECTORY && !(flags & OPEN_CREATE) &&
        (flags & (OPEN_READ | OPEN_WRITE)) != OPEN_READ;
    return is_right ? 0 : -EINVAL;
}

int open_flags_checked(unsigned long *linux_flags, unsigned *flags)
{
    if (*linux_flags & O_PATH)
        *linux_flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    else
        *linux_flags |= O_LARGEFILE;
    *flags = open_flags_from_linux(*linux_flags);
    if (*flags & OPEN_PATH)
        *flags &= ~(OPEN_READ | OPEN_WRITE);
    return check_flags(*flags);
}

/* The number is taken before anything is looked at; it may be an error. */
static long open_into(int fd, int at, struct path_argument *from, unsigned flags,
    unsigned mode)
{
    struct file *file;
    if (fd < 0) {
        heap_free(from->text);
        return fd;
    }
    int error = path_start(from, at);
    if (error) { /* that there are too many files is told first */
        int full = file_count_check(current->credentials);
        error = full ? full : error;
    } else {
        error = file_open(&from->walk, from->text, flags, mode, &file);
        path_argument_done(from);
    }
    if (error)
        files_release(current->files, fd);
    else
        files_install(current->files, fd, file);
    return error ? error : fd;
}

static long open_at(int at, const char __user *path, unsigned long linux_flags,
    unsigned mode, unsigned walk_flags)
{
    unsigned flags;
    struct path_argument from;
    int error = open_flags_checked(&linux_flags, &flags);
    if (!error)
        error = path_text(&from, path, walk_flags);
    return error ? error
                 : open_into(files_reserve(current->files, 0, files_limit(),
                                 fd_flags_from(linux_flags)),
                       at, &from, flags, mode & 07777);
}

long sys_openat(int at, const char __user *path, int flags, unsigned mode)
{
    return open_at(at, path, (unsigned)flags, mode, 0);
}

long sys_open(const char __user *path, int flags, unsigned mode)
{
    return open_at(AT_FDCWD, path, (unsigned)flags, mode, 0);
}

long sys_creat(const char __user *path, unsigned mode)
{
    return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode, 0);
}

static const struct {
    unsigned resolve, walk;
} resolve_table[] = {
    { RESOLVE_NO_XDEV, WALK_NO_MOUNTS },
    { RESOLVE_NO_MAGICLINKS, WALK_NO_MAGIC },
    { RESOLVE_NO_SYMLINKS, WALK_NO_LINKS },
    { RESOLVE_BENEATH, WALK_BENEATH },
    { RESOLVE_IN_ROOT, WALK_IN_ROOT },
    { RESOLVE_CACHED, WALK_CACHED },
};

/* How Linux's kernel opens for itself, which is no error and nothing else. */
enum { O_WITHOUT_NEWS = 1 << 26 };

static int check_how(const struct open_how *how)
{
    const uint64_t known = O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC |
        O_APPEND | O_NONBLOCK | O_SYNC | O_DSYNC | FASYNC | O_DIRECT |
        O_LARGEFILE | O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_CLOEXEC |
        O_PATH | __O_TMPFILE | O_WITHOUT_NEWS;
    if (how->flags & ~known)
        return -EINVAL;
    bool makes = how->flags & (O_CREAT | __O_TMPFILE);
    if (how->mode & ~07777ull || (how->mode && !makes))
        return -EINVAL;
    if (how->flags & O_PATH &&
        how->flags & ~(O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC |
                         O_WITHOUT_NEWS))
        return -EINVAL;
    if (how->resolve & RESOLVE_BENEATH && how->resolve & RESOLVE_IN_ROOT)
        return -EINVAL;
    if (how->resolve & RESOLVE_CACHED &&
        how->flags & (O_TRUNC | O_CREAT | __O_TMPFILE))
        return -EAGAIN;
    return 0;
}

long sys_openat2(
    int at, const char __user *path, const void __user *from, size_t bytes)
{
    struct open_how how;
    if (bytes < sizeof how)
        return -EINVAL;
    int error = struct_argument(&how, sizeof how, from, bytes);
    if (!error)
        error = check_how(&how);
    if (error)
        return error;
    unsigned walk_flags = 0;
    for (size_t i = 0; i < array_size(resolve_table); i++)
        if (how.resolve & resolve_table[i].resolve) {
            walk_flags |= resolve_table[i].walk;
            how.resolve &= ~(uint64_t)resolve_table[i].resolve;
        }
    if (how.resolve)
        return -EINVAL;
    return open_at(at, path, how.flags, how.mode, walk_flags);
}
