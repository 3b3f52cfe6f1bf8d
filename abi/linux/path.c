/* SPDX-License-Identifier: MIT */
/* Names: made, linked, removed, renamed, read. */
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/stat.h>

#include "abi/linux/arguments.h"
#include "abi/linux/device_numbers.h"
#include "mm/heap.h"

static long make(int at, const char __user *path, enum inode_type type,
    unsigned mode, uint64_t special, const char *target)
{
    struct path_argument from;
    int error = path_argument(&from, at, path, 0);
    if (error)
        return error;
    error = path_make(&from.walk, from.text, type, mode, special, target);
    path_argument_done(&from);
    return error;
}

static unsigned without_umask(unsigned mode)
{
    return mode & ~paths_umask(current->paths);
}

long sys_mkdirat(int at, const char __user *path, unsigned mode)
{
    return make(
        at, path, INODE_DIRECTORY, without_umask(mode & 01777), 0, NULL);
}

long sys_mkdir(const char __user *path, unsigned mode)
{
    return sys_mkdirat(AT_FDCWD, path, mode);
}

static const struct {
    unsigned mode;
    enum inode_type type;
} node_types[] = {
    { 0, INODE_REGULAR },
    { S_IFREG, INODE_REGULAR },
    { S_IFCHR, INODE_CHARACTER },
    { S_IFBLK, INODE_BLOCK },
    { S_IFIFO, INODE_FIFO },
    { S_IFSOCK, INODE_SOCKET },
};

long sys_mknodat(
    int at, const char __user *path, unsigned mode, unsigned device)
{
    if ((mode & S_IFMT) == S_IFDIR)
        return -EPERM;
    for (size_t i = 0; i < array_size(node_types); i++) {
        if (node_types[i].mode != (mode & S_IFMT))
            continue;
        enum inode_type type = node_types[i].type;
        bool is_device = type == INODE_CHARACTER || type == INODE_BLOCK;
        return make(at, path, type, without_umask(mode & 07777),
            is_device ? device_from_linux(device) : 0, NULL);
    }
    return -EINVAL;
}

long sys_mknod(const char __user *path, unsigned mode, unsigned device)
{
    return sys_mknodat(AT_FDCWD, path, mode, device);
}

long sys_symlinkat(
    const char __user *target, int at, const char __user *path)
{
    char *text;
    int error = user_string_new(&text, target, PATH_BYTES_MAX);
    if (error)
        return error;
    long result =
        *text ? make(at, path, INODE_SYMLINK, 0777, 0, text) : -ENOENT;
    heap_free(text);
    return result;
}

long sys_symlink(const char __user *target, const char __user *path)
{
    return sys_symlinkat(target, AT_FDCWD, path);
}

/* The second path is bad; but what is wrong with the first is told first. */
static int error_of_link(const struct path_argument *first, int error)
{
    struct place place;
    int worse = path_find(&first->walk, first->text, &place);
    if (worse)
        return worse;
    place_put(place);
    return error;
}

static int error_of_rename(const struct path_argument *first, int error)
{
    struct place directory;
    struct last last;
    int worse =
        path_find_parent(&first->walk, first->text, &directory, &last);
    if (worse)
        return worse;
    place_put(directory);
    return error;
}

long sys_linkat(int from_at, const char __user *from, int to_at,
    const char __user *to, int flags)
{
    if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    if (flags & AT_EMPTY_PATH && !i_can(CAPABLE_DAC_READ_SEARCH))
        return -ENOENT;
    unsigned walk_flags = flags & AT_SYMLINK_FOLLOW ? WALK_FOLLOW : 0;
    if (flags & AT_EMPTY_PATH)
        walk_flags |= WALK_EMPTY;
    struct path_argument old, new;
    int error = path_argument(&old, from_at, from, walk_flags);
    if (error)
        return error;
    error = path_argument(&new, to_at, to, 0);
    if (!error) {
        error = path_link(&old.walk, old.text, &new.walk, new.text);
        path_argument_done(&new);
    } else {
        error = error_of_link(&old, error);
    }
    path_argument_done(&old);
    return error;
}

long sys_link(const char __user *from, const char __user *to)
{
    return sys_linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

long sys_unlinkat(int at, const char __user *path, int flags)
{
    struct path_argument from;
    if (flags & ~AT_REMOVEDIR)
        return -EINVAL;
    int error = path_argument(&from, at, path, 0);
    if (error)
        return error;
    error = flags & AT_REMOVEDIR ? path_rmdir(&from.walk, from.text)
                                 : path_unlink(&from.walk, from.text);
    path_argument_done(&from);
    return error;
}

long sys_unlink(const char __user *path)
{
    return sys_unlinkat(AT_FDCWD, path, 0);
}

long sys_rmdir(const char __user *path)
{
    return sys_unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

long sys_renameat2(int from_at, const char __user *from, int to_at,
    const char __user *to, unsigned flags)
{
    unsigned how = (flags & RENAME_NOREPLACE ? RENAME_KEEP : 0) |
        (flags & RENAME_EXCHANGE ? RENAME_SWAP : 0) |
        (flags & RENAME_WHITEOUT ? RENAME_LEAVE : 0);
    if (flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT) ||
        (how & RENAME_SWAP && how != RENAME_SWAP))
        return -EINVAL;
    struct path_argument old, new;
    int error = path_argument(&old, from_at, from, 0);
    if (error)
        return error;
    error = path_argument(&new, to_at, to, 0);
    if (!error) {
        error = path_rename(&old.walk, old.text, &new.walk, new.text, how);
        path_argument_done(&new);
    } else {
        error = error_of_rename(&old, error);
    }
    path_argument_done(&old);
    return error;
}

long sys_renameat(
    int from_at, const char __user *from, int to_at, const char __user *to)
{
    return sys_renameat2(from_at, from, to_at, to, 0);
}

long sys_rename(const char __user *from, const char __user *to)
{
    return sys_renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}

long sys_readlinkat(
    int at, const char __user *path, void __user *to, int bytes)
{
    struct path_argument from;
    if (bytes <= 0)
        return -EINVAL;
    int error = path_argument(&from, at, path, WALK_EMPTY);
    if (error)
        return error;
    size_t capacity = min(bytes, (int)PATH_BYTES_MAX);
    char *buffer = heap_alloc(capacity);
    long result = -ENOMEM;
    if (buffer)
        result = path_read_link(&from.walk, from.text, buffer, capacity);
    if (result >= 0 && user_write(to, buffer, result))
        result = -EFAULT;
    if (result == -EINVAL && !*from.text)
        result = -ENOENT;
    heap_free(buffer);
    path_argument_done(&from);
    return result;
}

long sys_readlink(const char __user *path, void __user *to, int bytes)
{
    return sys_readlinkat(AT_FDCWD, path, to, bytes);
}
