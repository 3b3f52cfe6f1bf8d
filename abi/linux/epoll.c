/* SPDX-License-Identifier: MIT */
/* epoll_create, epoll_ctl, epoll_wait and their kin.
 *
 * The event's layout is the CPU's own: 12 bytes on x86_64. */
#include <linux/eventpoll.h>
#include <linux/fcntl.h>

#include "abi/linux/arguments.h"
#include "vfs/epoll.h"

#define same(a, b) static_assert((uint32_t)(a) == (uint32_t)(b), #a " is " #b)
same(READY_READ, EPOLLIN);
same(READY_PRIORITY, EPOLLPRI);
same(READY_WRITE, EPOLLOUT);
same(READY_ERROR, EPOLLERR);
same(READY_HANGUP, EPOLLHUP);
same(READY_READ_NORMAL, EPOLLRDNORM);
same(READY_READ_BAND, EPOLLRDBAND);
same(READY_WRITE_NORMAL, EPOLLWRNORM);
same(READY_WRITE_BAND, EPOLLWRBAND);
same(READY_READ_HANGUP, EPOLLRDHUP);
same(EPOLL_EXCLUSIVE, EPOLLEXCLUSIVE);
same(EPOLL_WAKE_UP, EPOLLWAKEUP);
same(EPOLL_ONCE, EPOLLONESHOT);
same(EPOLL_EDGE, EPOLLET);

enum { EVENTS_MAX = INT32_MAX / sizeof(struct epoll_event) };

long sys_epoll_create1(int flags)
{
    struct file *file;
    if (flags & ~O_CLOEXEC)
        return -EINVAL;
    int error = epoll_open(0, current->credentials, &file);
    return error ? error : fd_give(file, fd_flags_from(flags));
}

long sys_epoll_create(int size)
{
    return size <= 0 ? -EINVAL : sys_epoll_create1(0);
}

static long control(struct file *epoll, struct file *target, int operation,
    int fd, const struct epoll_interest *wanted)
{
    switch (operation) {
    case EPOLL_CTL_ADD:
        return epoll_add(epoll, target, fd, wanted);
    case EPOLL_CTL_MOD:
        return epoll_modify(epoll, target, fd, wanted);
    case EPOLL_CTL_DEL:
        return epoll_remove(epoll, target, fd);
    }
    /* What any of them would say comes first. */
    if (!target->ops->poll)
        return -EPERM;
    return -EINVAL;
}

long sys_epoll_ctl(int epoll_fd, int operation, int fd, const void __user *from)
{
    struct epoll_event event = { 0 };
    bool epoll_has_reference, target_has_reference;
    if (operation != EPOLL_CTL_DEL && user_read(&event, from, sizeof event))
        return -EFAULT;
    struct epoll_interest wanted = { event.events, event.data };
    struct file *epoll = file_argument(epoll_fd, &epoll_has_reference);
    if (!epoll)
        return -EBADF;
    struct file *target = file_argument(fd, &target_has_reference);
    long result = -EBADF;
    if (target) {
        result = control(epoll, target, operation, fd, &wanted);
        files_return(target, target_has_reference);
    }
    files_return(epoll, epoll_has_reference);
    return result;
}

static int give_event(
    void *data, unsigned index, const struct epoll_interest *ready)
{
    struct epoll_event __user *to = (struct epoll_event __user *)data + index;
    struct epoll_event event = { .events = ready->events,
        .data = ready->data };
    return user_write(to, &event, sizeof event);
}

static long wait(int fd, void __user *to, int most, uint64_t deadline_ns)
{
    bool has_reference;
    if (most <= 0 || most > EVENTS_MAX)
        return -EINVAL;
    if (!user_range_is_ok(to, most * sizeof(struct epoll_event)))
        return -EFAULT;
    struct file *epoll = file_argument(fd, &has_reference);
    if (!epoll)
        return -EBADF;
    long result =
        epoll_wait(epoll, most, deadline_ns, give_event, (void *)to);
    files_return(epoll, has_reference);
    return result;
}

static uint64_t deadline_from_ms(int timeout_ms)
{
    if (timeout_ms < 0)
        return FOREVER;
    return timeout_ms ? deadline_after(timeout_ms * NS_PER_MS) : 0;
}

long sys_epoll_wait(int fd, void __user *to, int most, int timeout_ms)
{
    return wait(fd, to, most, deadline_from_ms(timeout_ms));
}

static long wait_masked(int fd, void __user *to, int most,
    uint64_t deadline_ns, const void __user *mask_at, size_t mask_bytes)
{
    signal_set mask;
    int error = mask_at ? mask_argument(mask_at, mask_bytes, &mask) : 0;
    if (error)
        return error;
    if (mask_at)
        signal_set_blocked_meanwhile(mask);
    long result = wait(fd, to, most, deadline_ns);
    /* A signal's frame still has to see the mask of before. */
    if (mask_at && result != -EINTR)
        signal_meanwhile_over();
    return result;
}

long sys_epoll_pwait(int fd, void __user *to, int most, int timeout_ms,
    const void __user *mask, size_t mask_bytes)
{
    return wait_masked(
        fd, to, most, deadline_from_ms(timeout_ms), mask, mask_bytes);
}

long sys_epoll_pwait2(int fd, void __user *to, int most,
    const void __user *timeout, const void __user *mask, size_t mask_bytes)
{
    uint64_t deadline_ns;
    int error = deadline_argument(timeout, &deadline_ns);
    if (error)
        return error;
    return wait_masked(fd, to, most, deadline_ns, mask, mask_bytes);
}
