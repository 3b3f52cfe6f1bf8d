/* SPDX-License-Identifier: MIT */
/* mlock and its kin; memfd_create.  Nothing is ever paged out, so locking is
 * making pages present and counting them against the limit. */
#include <linux/memfd.h>
#include <linux/mman.h>

#include "abi/linux/arguments.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "mm/space.h"
#include "vfs/tmpfs.h"

static long lock_range(unsigned long address, size_t bytes, bool lock_it)
{
    size_t rest = address & (PAGE_BYTES - 1);
    size_t rounded = align_up(bytes + rest, (size_t)PAGE_BYTES);
    if (rounded < bytes)
        return -EINVAL;
    address -= rest;
    if (address + rounded < address)
        return -EINVAL;
    if (lock_it && !i_can(CAPABLE_IPC_LOCK) &&
        !process_limit(current->process, LIMIT_LOCKED))
        return -EPERM;
    if (!rounded)
        return 0;
    return space_lock_range(current->space, address, rounded, lock_it);
}

long sys_mlock(unsigned long address, size_t bytes)
{
    return lock_range(address, bytes, true);
}

long sys_mlock2(unsigned long address, size_t bytes, int flags)
{
    return flags & ~MLOCK_ONFAULT ? -EINVAL : lock_range(address, bytes, true);
}

long sys_munlock(unsigned long address, size_t bytes)
{
    return lock_range(address, bytes, false);
}

enum { MEMFD_NAME_MAX = 249 };

static int make_memfd(const char *name, struct file **made)
{
    struct inode *inode = tmpfs_unnamed(current->credentials);
    if (!inode)
        return -ENOMEM;
    return file_open_unnamed(name, inode, &store_file_ops, NULL,
        OPEN_READ | OPEN_WRITE | OPEN_LARGE, current->credentials, made);
}

long sys_memfd_create(const char __user *name, unsigned flags)
{
    static const char before[] = "/memfd:", after[] = " (deleted)";
    if (flags & ~MFD_CLOEXEC) /* sealing and huge pages */
        return -EINVAL;
    enum { CAPACITY = MEMFD_NAME_MAX + 1 + sizeof before + sizeof after };
    char *text = heap_alloc(CAPACITY);
    if (!text)
        return -ENOMEM;
    memcpy(text, before, sizeof before);
    char *own = text + sizeof before - 1;
    struct file *file;
    ssize_t length = user_string(own, name, MEMFD_NAME_MAX + 1);
    long result = length == -ENAMETOOLONG ? -EINVAL : min(length, 0l);
    if (!result) {
        memcpy(own + length, after, sizeof after);
        result = make_memfd(text, &file);
    }
    heap_free(text);
    if (result)
        return result;
    result = fd_give(file, flags & MFD_CLOEXEC ? FD_CLOSE_ON_EXEC : 0);
    return result;
}
