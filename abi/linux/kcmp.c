/* SPDX-License-Identifier: MIT */
/* kcmp. */
#include <linux/kcmp.h>

#include "abi/linux/arguments.h"
#include "kernel/compare.h"

static const uint8_t parts[] = {
    [KCMP_VM] = COMPARE_SPACE,
    [KCMP_FILES] = COMPARE_FILES,
    [KCMP_FS] = COMPARE_PATHS,
    [KCMP_SIGHAND] = COMPARE_HANDLERS,
    [KCMP_IO] = COMPARE_IO,
    [KCMP_SYSVSEM] = COMPARE_NOTHING,
};

static long compare_watched(struct thread *first, unsigned fd,
    struct thread *second, const void __user *at)
{
    struct kcmp_epoll_slot slot;
    if (user_read(&slot, at, sizeof slot))
        return -EFAULT;
    struct watched watched = { slot.efd, slot.tfd, slot.toff };
    return thread_compare_watched(first, fd, second, &watched);
}

static long compare(struct thread *first, struct thread *second, int type,
    unsigned long a, unsigned long b)
{
    if (!may_inspect(first, INSPECT_BY_REAL) ||
        !may_inspect(second, INSPECT_BY_REAL))
        return -EPERM;
    if (type == KCMP_FILE)
        return thread_compare_files(first, a, second, b);
    if (type == KCMP_EPOLL_TFD)
        return compare_watched(first, a, second, (const void __user *)b);
    if (type < 0 || (size_t)type >= array_size(parts))
        return -EINVAL;
    return thread_compare(first, second, parts[type]);
}

long sys_kcmp(
    int pid1, int pid2, int type, unsigned long a, unsigned long b)
{
    struct thread *first = pid1 > 0 ? thread_find(pid1) : NULL;
    struct thread *second = pid2 > 0 ? thread_find(pid2) : NULL;
    long result = first && second ? compare(first, second, type, a, b) : -ESRCH;
    thread_put(first);
    thread_put(second);
    return result;
}
