/* SPDX-License-Identifier: MIT */
/* memfd_create, and fcntl's seals. */
#include <linux/fcntl.h>
#include <linux/memfd.h>

#include "abi/linux/arguments.h"
#include "abi/linux/open_flags.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "vfs/seals.h"
#include "vfs/tmpfs.h"

enum { NAME_MAX = 249 };

static_assert(SEAL_SEAL == F_SEAL_SEAL && SEAL_SHRINK == F_SEAL_SHRINK &&
        SEAL_GROW == F_SEAL_GROW && SEAL_WRITE == F_SEAL_WRITE &&
        SEAL_FUTURE_WRITE == F_SEAL_FUTURE_WRITE,
    "seals have Linux' values");

long seals_control(struct file *file, int command, unsigned long argument)
{
    if (command == F_GET_SEALS)
        return file_seals(file);
    return argument > UINT32_MAX ? -EINVAL : file_add_seals(file, argument);
}

static int make(const char *name, unsigned flags, struct file **made)
{
    struct inode *inode = tmpfs_unnamed(current->credentials);
    if (!inode)
        return -ENOMEM;
    if (flags & MFD_ALLOW_SEALING)
        inode->seals = 0;
    return file_open_unnamed(name, inode, &store_file_ops, NULL,
        OPEN_READ | OPEN_WRITE | OPEN_LARGE, current->credentials, made);
}

long sys_memfd_create(const char __user *name, unsigned flags)
{
    static const char before[] = "/memfd:", after[] = " (deleted)";
    if (flags & ~(MFD_CLOEXEC | MFD_ALLOW_SEALING)) /* huge pages */
        return -EINVAL;
    enum { CAPACITY = NAME_MAX + 1 + sizeof before + sizeof after };
    char *text = heap_alloc(CAPACITY);
    if (!text)
        return -ENOMEM;
    memcpy(text, before, sizeof before);
    char *own = text + sizeof before - 1;
    struct file *file;
    ssize_t length = user_string(own, name, NAME_MAX + 1);
    long result = length == -ENAMETOOLONG ? -EINVAL : min(length, 0l);
    if (!result) {
        memcpy(own + length, after, sizeof after);
        result = make(text, flags, &file);
    }
    heap_free(text);
    return result
        ? result
        : fd_give(file, flags & MFD_CLOEXEC ? FD_CLOSE_ON_EXEC : 0);
}
