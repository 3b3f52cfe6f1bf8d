/* SPDX-License-Identifier: MIT */
/* syslog: the kernel's log for dmesg and klogd. */
#include "abi/linux/arguments.h"
#include "kernel/klog.h"
#include "lib/log.h"

/* No UAPI header has them: syslog(2). */
enum log_action {
    ACTION_CLOSE, ACTION_OPEN, ACTION_READ, ACTION_READ_ALL, ACTION_READ_CLEAR,
    ACTION_CLEAR, ACTION_CONSOLE_OFF, ACTION_CONSOLE_ON, ACTION_CONSOLE_LEVEL,
    ACTION_SIZE_UNREAD, ACTION_SIZE_BUFFER,
};
enum { LEVEL_QUIET = 1, BUFFER_BYTES = 65536 };

static int saved_level = -1;

static long read_log(int action, void __user *to, int bytes)
{
    struct transfer t;
    if (!to || bytes < 0)
        return -EINVAL;
    if (!bytes)
        return 0;
    if (!user_range_is_ok(to, bytes))
        return -EFAULT;
    transfer_user(&t, (uintptr_t)to, bytes);
    long result = action == ACTION_READ ? klog_read(&t) : klog_read_all(&t);
    if (result >= 0 && action == ACTION_READ_CLEAR)
        log_clear();
    return result;
}

static long set_level(int level)
{
    if (level < 1 || level > 8)
        return -EINVAL;
    saved_level = -1;
    log_set_console_level(level);
    return 0;
}

static long switch_console(bool is_on)
{
    if (!is_on && saved_level < 0)
        saved_level = log_console_level();
    if (!is_on)
        log_set_console_level(LEVEL_QUIET);
    else if (saved_level >= 0)
        log_set_console_level(saved_level);
    if (is_on)
        saved_level = -1;
    return 0;
}

long sys_syslog(int action, void __user *buffer, int bytes)
{
    if (!klog_may_read())
        return -EPERM;
    switch (action) {
    case ACTION_CLOSE:
    case ACTION_OPEN:
        return 0;
    case ACTION_READ:
    case ACTION_READ_ALL:
    case ACTION_READ_CLEAR:
        return read_log(action, buffer, bytes);
    case ACTION_CLEAR:
        log_clear();
        return 0;
    case ACTION_CONSOLE_OFF:
    case ACTION_CONSOLE_ON:
        return switch_console(action == ACTION_CONSOLE_ON);
    case ACTION_CONSOLE_LEVEL:
        return set_level(bytes);
    case ACTION_SIZE_UNREAD:
        return klog_unread_bytes();
    case ACTION_SIZE_BUFFER:
        return BUFFER_BYTES;
    }
    return -EINVAL;
}
