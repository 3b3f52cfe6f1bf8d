/* SPDX-License-Identifier: MIT */
/* signalfd, signalfd4. */
#include <linux/signalfd.h>

#include "abi/linux/arguments.h"
#include "kernel/signalfd.h"

#define same(member, theirs)                                                   \
    static_assert(offsetof(struct signal_record, member) ==                    \
            offsetof(struct signalfd_siginfo, theirs), #member " is " #theirs)
static_assert(sizeof(struct signal_record) == sizeof(struct signalfd_siginfo),
    "a record is read as it is");
same(fd, ssi_fd);
same(overrun, ssi_overrun);
same(value_int, ssi_int);
same(value, ssi_ptr);
same(system_ticks, ssi_stime);
same(address, ssi_addr);
same(call_number, ssi_syscall);
same(call_arch, ssi_arch);

static long change(int fd, signal_set wanted)
{
    bool has_reference;
    struct file *file = file_argument(fd, &has_reference);
    if (!file)
        return -EBADF;
    int error = signalfd_change(file, wanted);
    files_return(file, has_reference);
    return error ? error : fd;
}

long sys_signalfd4(
    int fd, const void __user *mask_at, size_t mask_bytes, int flags)
{
    signal_set wanted;
    struct file *file;
    int error = mask_argument(mask_at, mask_bytes, &wanted);
    if (error)
        return error;
    if (flags & ~(SFD_CLOEXEC | SFD_NONBLOCK))
        return -EINVAL;
    if (fd != -1)
        return change(fd, wanted);
    error = signalfd_new(
        wanted, flags & SFD_NONBLOCK ? OPEN_NONBLOCK : 0, &file);
    return error ? error : fd_give(file, fd_flags_from(flags));
}

long sys_signalfd(int fd, const void __user *mask_at, size_t mask_bytes)
{
    return sys_signalfd4(fd, mask_at, mask_bytes, 0);
}
