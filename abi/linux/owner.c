/* SPDX-License-Identifier: MIT */
/* Whom a file tells of its news, and by which signal: fcntl and ioctl. */
#include <linux/fcntl.h>

#include "abi/linux/arguments.h"
#include "abi/linux/owner.h"
#include "arch/atomic.h"
#include "kernel/owner.h"
#include "kernel/thread.h"
#include "vfs/async.h"

static long set_owner(struct file *file, int kind, int number)
{
    struct pid *pid = NULL;
    if (number) {
        pid = pid_find_get(number);
        if (!pid)
            return -ESRCH;
    }
    file_set_owner(file, pid, kind, current->credentials);
    return 0;
}

static long owner_ex(struct file *file, int command, void __user *argument)
{
    struct f_owner_ex ex = { 0 };
    if (command == F_GETOWN_EX) {
        enum file_owner kind;
        ex.pid = owner_number(file, &kind);
        ex.type = kind;
        return user_write(argument, &ex, sizeof ex);
    }
    if (user_read(&ex, argument, sizeof ex))
        return -EFAULT;
    if (ex.type < F_OWNER_TID || ex.type > F_OWNER_PGRP)
        return -EINVAL;
    return set_owner(file, ex.type, ex.pid);
}

/* A process, or a group as a negative number; 0 nobody. */
static long set_owner_old(struct file *file, int number)
{
    if (number == INT32_MIN)
        return -EINVAL;
    if (number < 0)
        return set_owner(file, OWNER_GROUP, -number);
    return set_owner(file, OWNER_PROCESS, number);
}

static long owner_old(struct file *file)
{
    enum file_owner kind;
    int number = owner_number(file, &kind);
    return kind == OWNER_GROUP ? -number : number;
}

long owner_set_by_ioctl(struct file *file, const void __user *from)
{
    int number;
    if (user_read(&number, from, sizeof number))
        return -EFAULT;
    return set_owner_old(file, number);
}

long owner_get_by_ioctl(struct file *file, void __user *to)
{
    int number = owner_old(file);
    return user_write(to, &number, sizeof number);
}

static long set_signal(struct file *file, unsigned long number)
{
    if (number > SIGNAL_COUNT)
        return -EINVAL;
    file->owner_signal = number;
    return 0;
}

/* Real and effective, of who named the owner. */
static long setter_of(struct file *file, void __user *to)
{
    uint32_t uids[2] = { 0, 0 };
    spin_lock(&file->lock);
    const struct credentials *setter = file->owner_setter;
    if (setter) {
        uids[0] = setter->uid;
        uids[1] = setter->euid;
    }
    spin_unlock(&file->lock);
    return user_write(to, uids, sizeof uids);
}

long owner_control(struct file *file, int command, unsigned long argument)
{
    void __user *pointer = (void __user *)argument;
    switch (command) {
    case F_SETOWN:
        return set_owner_old(file, argument);
    case F_GETOWN:
        return owner_old(file);
    case F_SETOWN_EX:
    case F_GETOWN_EX:
        return owner_ex(file, command, pointer);
    case F_GETOWNER_UIDS:
        return setter_of(file, pointer);
    case F_SETSIG:
        return set_signal(file, argument);
    case F_GETSIG:
        return file->owner_signal;
    }
    return -EINVAL;
}

long async_by_ioctl(struct file *file, int fd, const void __user *from)
{
    int wanted;
    if (user_read(&wanted, from, sizeof wanted))
        return -EFAULT;
    bool is_on = atomic_load(&file->flags) & OPEN_ASYNC;
    if (is_on == !!wanted)
        return 0;
    if (!file->ops->async)
        return -ENOTTY;
    if (wanted)
        return async_begin(file, fd);
    async_end(file);
    return 0;
}
