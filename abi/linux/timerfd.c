/* SPDX-License-Identifier: MIT */
/* timerfd_create, timerfd_settime, timerfd_gettime. */
#include <linux/time.h>
#include <linux/timerfd.h>

#include "abi/linux/arguments.h"
#include "abi/linux/clock_id.h"
#include "vfs/timerfd.h"

static bool is_known(int clock)
{
    static const int clocks[] = { CLOCK_REALTIME, CLOCK_MONOTONIC,
        CLOCK_BOOTTIME, CLOCK_REALTIME_ALARM, CLOCK_BOOTTIME_ALARM };
    for (size_t i = 0; i < array_size(clocks); i++)
        if (clocks[i] == clock)
            return true;
    return false;
}

static enum timerfd_clock clock_from(int number)
{
    return number == CLOCK_REALTIME_ALARM ? TIMERFD_REAL_ALARM
        : clock_is_real(number)           ? TIMERFD_REAL
                                          : TIMERFD_MONOTONIC;
}

long sys_timerfd_create(int number, int flags)
{
    struct file *file;
    if (flags & ~(TFD_CLOEXEC | TFD_NONBLOCK) || !is_known(number))
        return -EINVAL;
    if (clock_is_forbidden(number))
        return -EPERM;
    int error = timerfd_open(clock_from(number), number,
        flags & TFD_NONBLOCK ? OPEN_NONBLOCK : 0, current->credentials, &file);
    return error ? error : fd_give(file, fd_flags_from(flags));
}

#define INTERVAL(at) user_member(at, struct __kernel_itimerspec, it_interval)
#define VALUE(at)    user_member(at, struct __kernel_itimerspec, it_value)

static int setting_argument(
    struct timerfd_setting *setting, const void __user *at)
{
    /* All of it is read before any of it is looked at. */
    int interval_error = time_argument(INTERVAL(at), &setting->interval_ns);
    int value_error = time_argument(VALUE(at), &setting->value_ns);
    if (interval_error == -EFAULT || value_error == -EFAULT)
        return -EFAULT;
    return interval_error ? interval_error : value_error;
}

static int setting_give(
    void __user *to, const struct timerfd_setting *setting)
{
    int error = time_give(INTERVAL(to), setting->interval_ns);
    return error ? error : time_give(VALUE(to), setting->value_ns);
}

static long set(struct file *file, unsigned how,
    const struct timerfd_setting *wanted, struct timerfd_setting *old)
{
    int clock = timerfd_clock_number(file);
    if (clock < 0)
        return clock;
    return clock_is_forbidden(clock) ? -EPERM
                                     : timerfd_set(file, how, wanted, old);
}

long sys_timerfd_settime(
    int fd, int flags, const void __user *from, void __user *to)
{
    struct timerfd_setting wanted, old;
    bool has_reference;
    int error = setting_argument(&wanted, from);
    if (error)
        return error;
    if (flags & ~(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET))
        return -EINVAL;
    struct file *file = file_argument(fd, &has_reference);
    if (!file)
        return -EBADF;
    unsigned how = (flags & TFD_TIMER_ABSTIME ? TIMERFD_ABSOLUTE : 0) |
        (flags & TFD_TIMER_CANCEL_ON_SET ? TIMERFD_CANCEL_ON_SET : 0);
    error = set(file, how, &wanted, &old);
    files_return(file, has_reference);
    if (error || !to)
        return error;
    return setting_give(to, &old);
}

long sys_timerfd_gettime(int fd, void __user *to)
{
    struct timerfd_setting now;
    bool has_reference;
    struct file *file = file_argument(fd, &has_reference);
    if (!file)
        return -EBADF;
    int clock = timerfd_clock_number(file);
    if (clock >= 0)
        timerfd_get(file, &now);
    files_return(file, has_reference);
    return clock < 0 ? clock : setting_give(to, &now);
}
