/* SPDX-License-Identifier: MIT */
/* Where one is: chdir, chroot, getcwd, umask; and what one may: access. */
#include <linux/fcntl.h>

#include "abi/linux/arguments.h"
#include "mm/heap.h"

static int directory_argument(const char __user *path, struct place *place)
{
    int error =
        place_argument(AT_FDCWD, path, WALK_FOLLOW | WALK_DIRECTORY, place);
    if (error)
        return error;
    error = inode_permission(
        place->entry->inode, MAY_EXECUTE, current->credentials);
    if (error)
        place_put(*place);
    return error;
}

long sys_chdir(const char __user *path)
{
    struct place place;
    int error = directory_argument(path, &place);
    if (error)
        return error;
    paths_set_cwd(current->paths, place);
    place_put(place);
    return 0;
}

long sys_fchdir(int fd)
{
    bool has_reference;
    struct file *file = file_argument_any(fd, &has_reference);
    if (!file)
        return -EBADF;
    int error = -ENOTDIR;
    if (file->inode->type == INODE_DIRECTORY)
        error = inode_permission(
            file->inode, MAY_EXECUTE, current->credentials);
    if (!error)
        paths_set_cwd(current->paths, file->place);
    files_return(file, has_reference);
    return error;
}

long sys_chroot(const char __user *path)
{
    struct place place;
    int error = directory_argument(path, &place);
    if (error)
        return error;
    if (i_can(CAPABLE_SYS_CHROOT))
        paths_set_root(current->paths, place);
    else
        error = -EPERM;
    place_put(place);
    return error;
}

static long write_path(
    const char *path, const char *buffer, void __user *to, size_t bytes)
{
    if (!path)
        return -ENAMETOOLONG;
    size_t length = buffer + PATH_BYTES_MAX - path;
    if (length > bytes)
        return -ERANGE;
    return user_write(to, path, length) ? -EFAULT : (long)length;
}

static bool is_removed(struct place place)
{
    return !place.entry->is_hashed && place.entry->parent != place.entry;
}

long sys_getcwd(void __user *to, size_t bytes)
{
    char *buffer = heap_alloc(PATH_BYTES_MAX);
    if (!buffer)
        return -ENOMEM;
    struct place cwd = paths_cwd(current->paths);
    struct place root = paths_root(current->paths);
    long result = -ENOENT;
    if (!is_removed(cwd))
        result = write_path(place_path(cwd, root, buffer, PATH_BYTES_MAX),
            buffer, to, bytes);
    place_put(root);
    place_put(cwd);
    heap_free(buffer);
    return result;
}

long sys_umask(unsigned mask)
{
    return paths_set_umask(current->paths, mask & 0777);
}

/* Who access(2) asks for: the real user, with what exec would give him. */
static const struct credentials *real_credentials(void)
{
    struct credentials *real = credentials_copy(current->credentials);
    if (!real)
        return NULL;
    real->fsuid = real->uid;
    real->fsgid = real->gid;
    real->effective = real->uid ? 0 : real->permitted;
    return real;
}

enum { ACCESS_X = 1, ACCESS_W = 2, ACCESS_R = 4 };

static unsigned rights_from_mode(int mode)
{
    return (mode & ACCESS_X ? MAY_EXECUTE : 0) |
        (mode & ACCESS_W ? MAY_WRITE : 0) | (mode & ACCESS_R ? MAY_READ : 0);
}

static bool is_of_tree(enum inode_type type)
{
    return type == INODE_REGULAR || type == INODE_DIRECTORY ||
        type == INODE_SYMLINK;
}

static int check_access(
    struct place place, unsigned rights, const struct credentials *who)
{
    struct inode *inode = place.entry->inode;
    if (rights & MAY_EXECUTE && inode->type == INODE_REGULAR &&
        !mount_may_execute(place.mount))
        return -EACCES;
    int error = inode_permission(inode, rights, who);
    if (error || !(rights & MAY_WRITE) || !is_of_tree(inode->type))
        return error;
    return mount_is_read_only(place.mount) ? -EROFS : 0;
}

static long access_as(const struct credentials *who, int at,
    const char __user *path, int mode, unsigned walk_flags)
{
    struct path_argument from;
    int error = path_argument(&from, at, path, walk_flags);
    if (error)
        return error;
    struct place place;
    from.walk.who = who;
    error = path_find(&from.walk, from.text, &place);
    if (!error) {
        error = mode ? check_access(place, rights_from_mode(mode), who) : 0;
        place_put(place);
    }
    path_argument_done(&from);
    return error;
}

long sys_faccessat2(int at, const char __user *path, int mode, int flags)
{
    const int known = AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH;
    if (mode & ~(ACCESS_R | ACCESS_W | ACCESS_X) || flags & ~known)
        return -EINVAL;
    unsigned walk_flags = flags & AT_SYMLINK_NOFOLLOW ? 0 : WALK_FOLLOW;
    if (flags & AT_EMPTY_PATH)
        walk_flags |= WALK_EMPTY;
    const struct credentials *who = flags & AT_EACCESS
        ? credentials_get(current->credentials)
        : real_credentials();
    if (!who)
        return -ENOMEM;
    long result = access_as(who, at, path, mode, walk_flags);
    credentials_put(who);
    return result;
}

long sys_faccessat(int at, const char __user *path, int mode)
{
    return sys_faccessat2(at, path, mode, 0);
}

long sys_access(const char __user *path, int mode)
{
    return sys_faccessat2(AT_FDCWD, path, mode, 0);
}
