/* SPDX-License-Identifier: MIT */
/* Extended attributes: no file has any.  What Linux's tmpfs says of a name that
 * is not there, and of kinds of names it does not keep. */
#include <linux/fcntl.h>
#include <linux/limits.h>
#include <linux/xattr.h>

#include "abi/linux/arguments.h"
#include "lib/string.h"

static const char *const kept_kinds[] = {
    XATTR_SECURITY_PREFIX,
    XATTR_TRUSTED_PREFIX,
    XATTR_NAME_POSIX_ACL_ACCESS,
    XATTR_NAME_POSIX_ACL_DEFAULT,
};

/* -ENODATA for a name that could be there, -EOPNOTSUPP for the others. */
static int name_argument(const char __user *from)
{
    char name[XATTR_NAME_MAX + 1];
    ssize_t length = user_string(name, from, sizeof name);
    if (length == -ENAMETOOLONG || !length)
        return -ERANGE;
    if (length < 0)
        return length;
    for (size_t i = 0; i < array_size(kept_kinds); i++)
        if (!strncmp(name, kept_kinds[i], strlen(kept_kinds[i])))
            return -ENODATA;
    return -EOPNOTSUPP;
}

static int check_path(const char __user *path, unsigned walk_flags)
{
    struct place place;
    int error = place_argument(AT_FDCWD, path, walk_flags, &place);
    if (!error)
        place_put(place);
    return error;
}

static int check_fd(int fd)
{
    bool has_reference;
    struct file *file = file_argument(fd, &has_reference);
    if (!file)
        return -EBADF;
    files_return(file, has_reference);
    return 0;
}

static long set(int error, const char __user *name, size_t bytes, int flags)
{
    if (error)
        return error;
    if (flags & ~(XATTR_CREATE | XATTR_REPLACE))
        return -EINVAL;
    int kind = name_argument(name);
    if (kind != -ENODATA && kind != -EOPNOTSUPP)
        return kind;
    return bytes > XATTR_SIZE_MAX ? -E2BIG : -EOPNOTSUPP;
}

static long get(int error, const char __user *name)
{
    return error ? error : name_argument(name);
}

long sys_setxattr(const char __user *path, const char __user *name,
    const void __user *value, size_t bytes, int flags)
{
    return set(check_path(path, WALK_FOLLOW), name, bytes, flags);
}

long sys_lsetxattr(const char __user *path, const char __user *name,
    const void __user *value, size_t bytes, int flags)
{
    return set(check_path(path, 0), name, bytes, flags);
}

long sys_fsetxattr(int fd, const char __user *name, const void __user *value,
    size_t bytes, int flags)
{
    return set(check_fd(fd), name, bytes, flags);
}

long sys_getxattr(const char __user *path, const char __user *name,
    void __user *value, size_t bytes)
{
    return get(check_path(path, WALK_FOLLOW), name);
}

long sys_lgetxattr(const char __user *path, const char __user *name,
    void __user *value, size_t bytes)
{
    return get(check_path(path, 0), name);
}

long sys_fgetxattr(
    int fd, const char __user *name, void __user *value, size_t bytes)
{
    return get(check_fd(fd), name);
}

long sys_removexattr(const char __user *path, const char __user *name)
{
    return get(check_path(path, WALK_FOLLOW), name);
}

long sys_lremovexattr(const char __user *path, const char __user *name)
{
    return get(check_path(path, 0), name);
}

long sys_fremovexattr(int fd, const char __user *name)
{
    return get(check_fd(fd), name);
}

long sys_listxattr(const char __user *path, void __user *list, size_t bytes)
{
    return check_path(path, WALK_FOLLOW);
}

long sys_llistxattr(const char __user *path, void __user *list, size_t bytes)
{
    return check_path(path, 0);
}

long sys_flistxattr(int fd, void __user *list, size_t bytes)
{
    return check_fd(fd);
}
