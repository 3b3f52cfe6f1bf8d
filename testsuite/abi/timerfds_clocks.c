/* SPDX-License-Identifier: MIT */
/* timerfd: the clock is set under timers that repeat, that have expired, that
 * are to be cancelled; what /proc shows of them; alarms. */
#include "proc.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <time.h>

#define SECOND 1000000000l
#define HOUR   (3600 * SECOND)

enum {
    ABSOLUTE = TFD_TIMER_ABSTIME,
    CANCEL = TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET,
};

static int change(int fd, int flags, long first, long every, struct itimerspec *old)
{
    struct itimerspec wanted = {
        { every / SECOND, every % SECOND },
        { first / SECOND, first % SECOND },
    };
    return timerfd_settime(fd, flags, &wanted, old);
}

static int set(int fd, int flags, long first, long every)
{
    return change(fd, flags, first, every, NULL);
}

static long take(int fd)
{
    uint64_t ticks;
    ssize_t got = read(fd, &ticks, 8);
    return got == 8 ? (long)ticks : got ? -errno : 0;
}

static int ready(int fd, int ms)
{
    struct pollfd item = { .fd = fd, .events = POLLIN };
    return poll(&item, 1, ms);
}

static long now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * SECOND + now.tv_nsec;
}

static void move_clock(long by)
{
    long then = now() + by;
    struct timespec wanted = { then / SECOND, then % SECOND };
    if (clock_settime(CLOCK_REALTIME, &wanted))
        note("the clock cannot be set: %s", strerror(errno));
}

static long left(int fd)
{
    struct itimerspec now;
    timerfd_gettime(fd, &now);
    return now.it_value.tv_sec * SECOND + now.it_value.tv_nsec;
}

/* Between `least` and a minute less: what is left of a timer. */
static bool is_about(long got, long most)
{
    return got <= most && got > most - 60 * SECOND;
}

static const char *told(int fd)
{
    return fdinfo_from(fd, "ticks:");
}

/* Repeats count in the real-time clock, from where they were meant to be. */
static void repeats(void)
{
    int fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK);
    is(set(fd, ABSOLUTE, now() - SECOND, HOUR), 0);
    is(ready(fd, 5000), 1);
    is(take(fd), 1);
    ok(is_about(left(fd), HOUR));
    move_clock(HOUR / 2); /* not yet */
    ok(is_about(left(fd), HOUR / 2));
    is(ready(fd, 0), 0);
    is(take(fd), -EAGAIN);
    move_clock(HOUR / 2);
    is(ready(fd, 5000), 1);
    move_clock(5 * HOUR); /* expired, and nobody has looked */
    is(take(fd), 6);
    ok(is_about(left(fd), HOUR));
    move_clock(-6 * HOUR);
    ok(is_about(left(fd), 7 * HOUR));
    close(fd);
}

/* Set back behind an expiry that nobody has read of: nothing, yet no error. */
static void back(void)
{
    int fd = timerfd_create(CLOCK_REALTIME, 0);
    is(set(fd, ABSOLUTE, now() - SECOND, HOUR), 0);
    is(ready(fd, 5000), 1);
    move_clock(-HOUR);
    is(ready(fd, 0), 1);
    is(take(fd), 0);
    is(ready(fd, 0), 0);
    ok(is_about(left(fd), HOUR + 30 * SECOND));
    move_clock(HOUR);
    is(take(fd), 1);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    is(set(fd, ABSOLUTE, now() - SECOND, HOUR), 0);
    is(ready(fd, 5000), 1);
    move_clock(-HOUR);
    is(take(fd), -EAGAIN);
    move_clock(HOUR);
    is(set(fd, ABSOLUTE, now() - SECOND, 0), 0); /* one without repeats stays */
    is(ready(fd, 5000), 1);
    move_clock(-HOUR);
    is(take(fd), 1);
    move_clock(HOUR);
    close(fd);
}

static void cancelled(void)
{
    int fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK);
    struct itimerspec old = { .it_interval.tv_sec = 77 };
    is(set(fd, CANCEL, now() + 10 * HOUR, 0), 0);
    move_clock(HOUR);
    fails_with(ECANCELED, change(fd, CANCEL, now() + HOUR, 0, &old));
    is(old.it_interval.tv_sec, 77); /* not written */
    is(take(fd), -EAGAIN);
    ok(is_about(left(fd), HOUR)); /* set all the same */
    move_clock(-HOUR);
    is(set(fd, 0, HOUR, 0), 0); /* no more of that kind: no error */
    is(take(fd), -EAGAIN);
    move_clock(HOUR);
    is(take(fd), -EAGAIN);
    close(fd);
    fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK);
    is(set(fd, CANCEL, 0, 0), 0); /* off, and yet it hears */
    move_clock(-HOUR);
    is(ready(fd, 0), 1);
    is(set(fd, CANCEL, 0, 0), 0); /* nor is turning it off an error */
    is(ready(fd, 0), 0);
    is(take(fd), -ECANCELED);
    is(take(fd), -EAGAIN);
    move_clock(HOUR);
    is(take(fd), -ECANCELED);
    is(set(fd, CANCEL, now() - SECOND, HOUR), 0);
    is(ready(fd, 5000), 1);
    move_clock(HOUR);
    is(take(fd), -ECANCELED);
    is(take(fd), -EAGAIN);
    is(left(fd), 0); /* it is not armed again */
    move_clock(-HOUR);
    close(fd);
}

/* /proc looks and changes nothing. */
static void shown(void)
{
    int fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK);
    is(set(fd, ABSOLUTE, now() - SECOND, HOUR), 0);
    is(ready(fd, 5000), 1);
    is_text(told(fd), "ticks: 1\nsettime flags: 01\n"
                      "it_value: (0, 0)\nit_interval: (3600, 0)\n");
    move_clock(2 * HOUR);
    is_text(told(fd), "ticks: 1\nsettime flags: 01\n"
                      "it_value: (0, 0)\nit_interval: (3600, 0)\n");
    ok(is_about(left(fd), HOUR)); /* asking arms it again */
    ok(strstr(told(fd), "ticks: 3\nsettime flags: 01\nit_value: (3"));
    is(take(fd), 3);
    is(set(fd, CANCEL, now() - SECOND, 0), 0);
    is(ready(fd, 5000), 1);
    is_text(told(fd), "ticks: 1\nsettime flags: 03\n"
                      "it_value: (0, 0)\nit_interval: (0, 0)\n");
    move_clock(-2 * HOUR);
    ok(strstr(told(fd), "ticks: 2\nsettime flags: 03\n"));
    fails_with(ECANCELED, set(fd, CANCEL, now() - SECOND, 0));
    is(set(fd, 0, 0, HOUR), 0);
    is_text(told(fd), "ticks: 0\nsettime flags: 00\n"
                      "it_value: (0, 0)\nit_interval: (3600, 0)\n");
    close(fd);
}

/* A time from now on: plain timers count it, alarms note when that will be. */
static void relative(void)
{
    int fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK);
    int alarm = timerfd_create(CLOCK_REALTIME_ALARM, TFD_NONBLOCK);
    int other = timerfd_create(CLOCK_BOOTTIME_ALARM, TFD_NONBLOCK);
    is(set(fd, 0, HOUR, 0), 0);
    is(set(alarm, 0, HOUR, 0), 0);
    is(set(other, 0, HOUR, 0), 0);
    move_clock(HOUR / 2);
    ok(is_about(left(fd), HOUR));
    ok(is_about(left(alarm), HOUR / 2));
    ok(is_about(left(other), HOUR));
    move_clock(HOUR);
    is(ready(alarm, 5000), 1);
    is(take(alarm), 1);
    is(take(fd), -EAGAIN);
    is(take(other), -EAGAIN);
    is(set(alarm, CANCEL, now() + HOUR, 0), 0);
    move_clock(-3 * (HOUR / 2));
    is(take(alarm), -ECANCELED);
    close(fd), close(alarm), close(other);
}

static void without_rights(void *data)
{
    int fd = *(int *)data;
    struct itimerspec now;
    if (setresuid(1000, 1000, 1000))
        _exit(1);
    if (timerfd_create(CLOCK_BOOTTIME_ALARM, 0) != -1 || errno != EPERM)
        _exit(2);
    if (timerfd_create(CLOCK_REALTIME_ALARM, O_APPEND) != -1 || errno != EINVAL)
        _exit(3);
    if (set(fd, 0, HOUR, 0) != -1 || errno != EPERM)
        _exit(4);
    if (set(fd, 8, HOUR, 0) != -1 || errno != EINVAL)
        _exit(5);
    if (timerfd_gettime(fd, &now))
        _exit(6);
}

static void alarms(void)
{
    int fd = timerfd_create(CLOCK_BOOTTIME_ALARM, TFD_NONBLOCK);
    is(in_child(without_rights, &fd), 0);
    is(set(fd, 0, 1, 1), 0);
    is(ready(fd, 5000), 1);
    ok(take(fd) >= 1);
    close(fd);
}

static void segments(void)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK), pipes[2];
    uint64_t ticks[2];
    struct iovec halves[2] = { { ticks, 4 }, { (char *)ticks + 4, 4 } };
    struct iovec none_first[2] = { { ticks, 0 }, { ticks, 8 } };
    struct iovec two[2] = { { ticks, 8 }, { ticks + 1, 8 } };
    struct iovec one_and_half[2] = { { ticks, 12 }, { (char *)ticks + 12, 4 } };
    pipe(pipes);
    set(fd, ABSOLUTE, 1, 0);
    is(ready(fd, 5000), 1);
    fails_with(EINVAL, read(fd, ticks, 0));
    fails_with(EINVAL, readv(fd, halves, 2)); /* each by itself */
    fails_with(EINVAL, readv(fd, none_first, 2));
    fails_with(ESPIPE, preadv(fd, two, 2, 0));
    fails_with(EOPNOTSUPP, 
        syscall(SYS_preadv2, fd, two, 2, -1l, 0l, 8)); /* RWF_NOWAIT */
    fails_with(EINVAL, splice(fd, NULL, pipes[1], NULL, 8, 0));
    is(readv(fd, two, 2), 8);
    is(ticks[0], 1);
    fails_with(EAGAIN, readv(fd, two, 2));
    set(fd, ABSOLUTE, 1, 0);
    is(ready(fd, 5000), 1);
    is(readv(fd, one_and_half, 2), 8);
    fcntl(fd, F_SETFL, 0);
    set(fd, 0, 1000000, 20000000);
    is(readv(fd, two, 2), 16); /* waits twice */
    ok(ticks[0] >= 1 && ticks[1] >= 1);
    set(fd, ABSOLUTE, 1, 0);
    is(ready(fd, 5000), 1);
    fails_with(EFAULT, read(fd, (void *)8, 8));
    is(ready(fd, 0), 0); /* and they are gone */
    close(fd), close(pipes[0]), close(pipes[1]);
}

#define SET_TICKS _IOW('T', 0, uint64_t)

static void given(void)
{
    int fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK), bytes;
    uint64_t ticks = 5;
    is(ioctl(fd, SET_TICKS, &ticks), 0);
    is(ready(fd, 0), 1);
    is(take(fd), 5);
    ticks = 0;
    fails_with(EINVAL, ioctl(fd, SET_TICKS, &ticks));
    fails_with(EFAULT, ioctl(fd, SET_TICKS, 8));
    fails_with(ENOTTY, ioctl(fd, FIONREAD, &bytes));
    fails_with(ENOTTY, ioctl(fd, _IOW('T', 1, uint64_t), &ticks));
    set(fd, CANCEL, now() + HOUR, 0);
    move_clock(HOUR / 2);
    ticks = 3;
    fails_with(ECANCELED, ioctl(fd, SET_TICKS, &ticks));
    is(take(fd), 1); /* what the clock's setting had counted */
    move_clock(-(HOUR / 2));
    close(fd);
}

static void run(void)
{
    repeats();
    back();
    cancelled();
    shown();
    relative();
    alarms();
    segments();
    given();
}
TEST_MAIN
