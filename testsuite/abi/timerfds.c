/* SPDX-License-Identifier: MIT */
/* timerfd: clocks, settings, expiries, cancelling. */
#include "tap.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <time.h>

enum { MS = 1000000 };

static int set(int fd, int flags, long first_ns, long every_ns)
{
    struct itimerspec wanted = {
        { every_ns / 1000000000, every_ns % 1000000000 },
        { first_ns / 1000000000, first_ns % 1000000000 },
    };
    return timerfd_settime(fd, flags, &wanted, NULL);
}

static long take(int fd)
{
    uint64_t ticks;
    return read(fd, &ticks, 8) == 8 ? (long)ticks : -errno;
}

static int ready(int fd, int ms)
{
    struct pollfd item = { .fd = fd, .events = POLLIN | POLLOUT };
    poll(&item, 1, ms);
    return item.revents;
}

static long now_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * 1000000000 + now.tv_nsec;
}

static void creation(void)
{
    fails_with(EINVAL, timerfd_create(CLOCK_MONOTONIC, O_APPEND));
    fails_with(EINVAL, timerfd_create(CLOCK_PROCESS_CPUTIME_ID, 0));
    fails_with(EINVAL, timerfd_create(CLOCK_MONOTONIC_RAW, 0));
    fails_with(EINVAL, timerfd_create(99, 0));
    fails_with(EINVAL, timerfd_create(-1, 0));
    static const int clocks[] = { CLOCK_REALTIME, CLOCK_MONOTONIC,
        CLOCK_BOOTTIME, CLOCK_REALTIME_ALARM, CLOCK_BOOTTIME_ALARM };
    for (unsigned i = 0; i < sizeof clocks / sizeof *clocks; i++) {
        int fd = timerfd_create(clocks[i], 0);
        ok(fd >= 0);
        is(set(fd, 0, MS, 0), 0);
        is(take(fd), 1);
        close(fd);
    }
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    is(fcntl(fd, F_GETFD), FD_CLOEXEC);
    is(fcntl(fd, F_GETFL), O_RDWR | O_NONBLOCK);
    char path[64], text[256] = "";
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    readlink(path, text, sizeof text);
    is_text(text, "anon_inode:[timerfd]");
    fails_with(EAGAIN, read(fd, text, 8));
    fails_with(EINVAL, read(fd, text, 7));
    fails_with(EINVAL, write(fd, text, 8));
    close(fd);
}

static void errors(void)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    struct itimerspec bad = { .it_value.tv_nsec = 1000000000 }, now;
    fails_with(EINVAL, timerfd_settime(fd, 0, &bad, NULL));
    bad.it_value.tv_nsec = -1;
    fails_with(EINVAL, timerfd_settime(fd, 0, &bad, NULL));
    bad.it_value.tv_nsec = 0;
    bad.it_interval.tv_sec = -1;
    fails_with(EINVAL, timerfd_settime(fd, 0, &bad, NULL));
    fails_with(EINVAL, set(fd, 4, MS, 0));
    fails_with(EFAULT, timerfd_settime(fd, 0, (void *)8, NULL));
    bad.it_interval.tv_sec = 0;
    fails_with(EFAULT, timerfd_settime(fd, 0, &bad, (void *)8));
    fails_with(EBADF, set(99, 0, MS, 0));
    fails_with(EINVAL, set(0, 0, MS, 0));
    fails_with(EINVAL, timerfd_gettime(0, &now));
    fails_with(EBADF, timerfd_gettime(99, &now));
    fails_with(EFAULT, timerfd_gettime(fd, (void *)8));
    close(fd);
}

static void expiries(void)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    struct itimerspec now, wanted = { .it_value.tv_sec = 100,
        .it_interval.tv_sec = 7 };
    is(timerfd_settime(fd, 0, &wanted, &now), 0);
    is(now.it_value.tv_sec + now.it_value.tv_nsec, 0);
    is(timerfd_gettime(fd, &now), 0);
    ok(now.it_value.tv_sec > 40 && now.it_value.tv_sec < 100);
    is(now.it_interval.tv_sec, 7);
    is(ready(fd, 0), 0);
    is(set(fd, 0, MS, 0), 0);
    is(ready(fd, 5000), POLLIN);
    is(timerfd_gettime(fd, &now), 0);
    is(now.it_value.tv_sec + now.it_value.tv_nsec, 0);
    is(take(fd), 1);
    is(take(fd), -EAGAIN);
    is(ready(fd, 0), 0);
    is(set(fd, 0, MS, 2 * MS), 0);
    usleep(20000);
    ok(take(fd) >= 8);
    is(set(fd, 0, 1, 1), 0); /* very often */
    usleep(1000);
    ok(take(fd) >= 100000);
    is(ready(fd, 5000), POLLIN);
    is(set(fd, 0, 0, 5 * MS), 0); /* off, and what came is forgotten */
    is(ready(fd, 0), 0);
    is(take(fd), -EAGAIN);
    is(timerfd_gettime(fd, &now), 0);
    is(now.it_value.tv_nsec, 0);
    is(now.it_interval.tv_nsec, 5 * MS);
    close(fd);
}

static void absolute(void)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    int real = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK);
    long start = now_ns(CLOCK_MONOTONIC);
    is(set(fd, TFD_TIMER_ABSTIME, start + 20 * MS, 0), 0);
    is(take(fd), 1);
    ok(now_ns(CLOCK_MONOTONIC) >= start + 20 * MS);
    is(set(fd, TFD_TIMER_ABSTIME, 1, 0), 0); /* long past */
    is(take(fd), 1);
    start = now_ns(CLOCK_MONOTONIC);
    is(set(fd, TFD_TIMER_ABSTIME, start - 95 * MS, 10 * MS), 0);
    long ticks = take(fd);
    ok(ticks >= 10);
    is(set(real, TFD_TIMER_ABSTIME, now_ns(CLOCK_REALTIME) + 10 * MS, 0), 0);
    is(ready(real, 5000), POLLIN);
    is(take(real), 1);
    close(fd);
    close(real);
}

/* The real-time clock moves: who waits for a moment of it hears of that. */
static void clock_set(void)
{
    int cancelled = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK);
    int moved = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK);
    int relative = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK);
    long hour = 3600l * 1000000000;
    const int both = TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET;
    long now = now_ns(CLOCK_REALTIME);
    is(set(cancelled, both, now + 10 * hour, 0), 0);
    is(set(moved, TFD_TIMER_ABSTIME, now + hour, 0), 0);
    is(set(relative, 0, hour, 0), 0);
    struct timespec later = { (now + 2 * hour) / 1000000000, 0 };
    is(clock_settime(CLOCK_REALTIME, &later), 0);
    is(ready(cancelled, 5000), POLLIN);
    is(take(cancelled), -ECANCELED);
    is(take(cancelled), -EAGAIN);
    is(ready(moved, 5000), POLLIN);
    is(take(moved), 1);
    is(ready(relative, 0), 0);
    later.tv_sec -= 7200;
    clock_settime(CLOCK_REALTIME, &later);
    fails_with(ECANCELED, set(cancelled, both, now + 10 * hour, 0));
    is(set(cancelled, both, now + 10 * hour, 0), 0);
    is(take(cancelled), -EAGAIN);
    close(cancelled);
    close(moved);
    close(relative);
}

static void edges(void)
{
    int epoll = epoll_create1(0), fd = timerfd_create(CLOCK_MONOTONIC, 0);
    struct epoll_event event = { .events = EPOLLIN | EPOLLET };
    is(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), 0);
    is(epoll_wait(epoll, &event, 1, 0), 0);
    set(fd, 0, MS, 0);
    is(epoll_wait(epoll, &event, 1, 5000), 1);
    is(epoll_wait(epoll, &event, 1, 0), 0);
    set(fd, 0, MS, 0);
    is(epoll_wait(epoll, &event, 1, 5000), 1);
    is(event.events, EPOLLIN);
    close(fd);
    is(epoll_wait(epoll, &event, 1, 0), 0);
    close(epoll);
}

static void described(void)
{
    int fd = timerfd_create(CLOCK_BOOTTIME, 0);
    char path[64], text[512] = "";
    struct itimerspec wanted = { { 3, 5 }, { 0, 0 } };
    timerfd_settime(fd, TFD_TIMER_ABSTIME, &wanted, NULL);
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
    int info = open(path, O_RDONLY);
    ok(read(info, text, sizeof text - 1) > 0);
    ok(strstr(text, "clockid: 7\nticks: 0\nsettime flags: 01\n"
                    "it_value: (0, 0)\nit_interval: (3, 5)\n"));
    close(info);
    close(fd);
}

static void run(void)
{
    creation();
    errors();
    expiries();
    absolute();
    clock_set();
    edges();
    described();
}
TEST_MAIN
