/* SPDX-License-Identifier: MIT */
/* execve, execveat. */
#include <linux/fcntl.h>

#include "abi/linux/arguments.h"
#include "kernel/exec.h"
#include "lib/format.h"

/* execveat(fd, "", AT_EMPTY_PATH): the program is named by its descriptor. */
static long exec_fd(int fd, const struct string_list *arguments,
    const struct string_list *environment)
{
    char name[sizeof "/dev/fd/2147483647"];
    struct file *file = files_find(current->files, fd);
    if (!file)
        return -EBADF;
    format(name, sizeof name, "/dev/fd/%d", fd);
    long result = exec_place(file->place, name, arguments, environment);
    file_put(file);
    return result;
}

long sys_execveat(int at, const char __user *path,
    const void __user *argument_pointers,
    const void __user *environment_pointers, int flags)
{
    struct string_list arguments = { (uintptr_t)argument_pointers, NULL };
    struct string_list environment = { (uintptr_t)environment_pointers, NULL };
    if (flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW))
        return -EINVAL;
    unsigned walk_flags = flags & AT_SYMLINK_NOFOLLOW ? 0 : WALK_FOLLOW;
    if (flags & AT_EMPTY_PATH)
        walk_flags |= WALK_EMPTY;
    struct path_argument from;
    int error = path_argument(&from, at, path, walk_flags);
    if (error)
        return error;
    long result = !*from.text && at != AT_FDCWD
        ? exec_fd(at, &arguments, &environment)
        : exec(&from.walk, from.text, &arguments, &environment);
    path_argument_done(&from);
    return result;
}

long sys_execve(const char __user *path,
    const void __user *argument_pointers,
    const void __user *environment_pointers)
{
    return sys_execveat(
        AT_FDCWD, path, argument_pointers, environment_pointers, 0);
}
