/* SPDX-License-Identifier: MIT */
/* execve, execveat. */
#include <linux/fcntl.h>

#include "abi/linux/arguments.h"
#include "kernel/exec.h"
#include "lib/format.h"
#include "lib/string.h"
#include "mm/heap.h"

/* A program found from a descriptor is named by it; NULL: no memory. */
static char *name_by_fd(int fd, const char *path)
{
    size_t bytes = sizeof "/dev/fd/2147483647/" + strlen(path);
    char *name = heap_alloc(bytes);
    if (name)
        format(name, bytes, *path ? "/dev/fd/%d/%s" : "/dev/fd/%d", fd, path);
    return name;
}

static int exec_named(int at, struct path_argument *from,
    const struct program_name *name, const struct string_list *arguments,
    const struct string_list *environment)
{
    if (*from->text || at == AT_FDCWD)
        return exec(&from->walk, from->text, name, arguments, environment);
    /* What is open, perhaps without a name that leads to it. */
    struct file *file = files_find(current->files, at);
    if (!file)
        return -EBADF;
    int error = exec_place(file->place, name, arguments, environment);
    file_put(file);
    return error;
}

static int exec_at(int at, struct path_argument *from,
    const struct string_list *arguments, const struct string_list *environment)
{
    struct program_name name = { from->text, false };
    char *made = NULL;
    if (*from->text != '/' && at != AT_FDCWD) {
        name.text = made = name_by_fd(at, from->text);
        if (!made)
            return -ENOMEM;
        name.is_lost =
            files_flags(current->files, at) & FD_CLOSE_ON_EXEC;
    }
    int error = exec_named(at, from, &name, arguments, environment);
    heap_free(made);
    return error;
}

/* What is wrong with the strings is told before what is with the file. */
static int error_of_file(const struct string_list *arguments,
    const struct string_list *environment, int error)
{
    struct strings strings;
    strings_init(
        &strings, process_limit(current->process, LIMIT_STACK), "");
    int worse = strings_gather(&strings, arguments, environment);
    strings_free(&strings);
    return worse ? worse : error;
}

long sys_execveat(int at, const char __user *path,
    const void __user *argument_pointers,
    const void __user *environment_pointers, int flags)
{
    struct string_list arguments = { (uintptr_t)argument_pointers, NULL };
    struct string_list environment = { (uintptr_t)environment_pointers, NULL };
    unsigned walk_flags = flags & AT_SYMLINK_NOFOLLOW ? 0 : WALK_FOLLOW;
    if (flags & AT_EMPTY_PATH)
        walk_flags |= WALK_EMPTY;
    struct path_argument from;
    int error = path_argument(&from, at, path, walk_flags);
    bool is_odd = flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW);
    if (error == -EBADF || error == -ENOTDIR)
        return error_of_file(
            &arguments, &environment, is_odd ? -EINVAL : error);
    if (error)
        return error;
    error = is_odd ? error_of_file(&arguments, &environment, -EINVAL)
                   : exec_at(at, &from, &arguments, &environment);
    path_argument_done(&from);
    return error;
}

long sys_execve(const char __user *path,
    const void __user *argument_pointers,
    const void __user *environment_pointers)
{
    return sys_execveat(
        AT_FDCWD, path, argument_pointers, environment_pointers, 0);
}
