/* SPDX-License-Identifier: MIT */
/* Calls that C libraries make in a newer form only. */
#include "tap.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>

#ifdef SYS_alarm
static void alarms(void)
{
    /* Each case has an alarm of its own, so none stands between. */
    long cases = syscall(SYS_alarm, 1000), left = syscall(SYS_alarm, 0);
    long none = syscall(SYS_alarm, 0);
    ok(cases > 0 && cases < 900);
    ok(left > 900 && left <= 1000);
    is(none, 0);
}
#endif

#ifdef SYS_getpgrp
static void group(void)
{
    is(syscall(SYS_getpgrp), getpgid(0));
}
#endif

#ifdef SYS_epoll_wait
static void waits(void)
{
    struct epoll_event event = { .events = EPOLLIN, .data.u32 = 7 };
    int epoll = epoll_create1(0), counter = eventfd(1, 0);
    epoll_ctl(epoll, EPOLL_CTL_ADD, counter, &event);
    event = (struct epoll_event){ 0 };
    is(syscall(SYS_epoll_wait, epoll, &event, 1, -1), 1);
    is(event.events, EPOLLIN);
    is(event.data.u32, 7);
    fails_with(EINVAL, syscall(SYS_epoll_wait, epoll, &event, 0, 0));
    fails_with(EINVAL, syscall(SYS_epoll_wait, epoll, &event, -1, 0));
    fails_with(EINVAL, syscall(SYS_epoll_wait, counter, &event, 1, 0));
    fails_with(EBADF, syscall(SYS_epoll_wait, -1, &event, 1, 0));
    fails_with(EFAULT, syscall(SYS_epoll_wait, epoll, 8, 1, 0));
    close(counter);
    is(syscall(SYS_epoll_wait, epoll, &event, 1, 0), 0);
    close(epoll);
}
#endif

#ifdef SYS_signalfd
static void signals(void)
{
    struct signalfd_siginfo info;
    unsigned long set = 1ul << (SIGUSR1 - 1);
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    int fd = syscall(SYS_signalfd, -1, &set, 8);
    ok(fd >= 0);
    is(fcntl(fd, F_GETFD), 0);
    is(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
    kill(getpid(), SIGUSR1);
    is(read(fd, &info, sizeof info), sizeof info);
    is(info.ssi_signo, SIGUSR1);
    is(syscall(SYS_signalfd, fd, &set, 8), fd);
    fails_with(EINVAL, syscall(SYS_signalfd, -1, &set, 4));
    fails_with(EINVAL, syscall(SYS_signalfd, 0, &set, 8));
    fails_with(EBADF, syscall(SYS_signalfd, 99, &set, 8));
    fails_with(EFAULT, syscall(SYS_signalfd, -1, 8, 8));
    close(fd);
    sigprocmask(SIG_UNBLOCK, &blocked, NULL);
}
#endif

/* With nothing to go on with. */
static void restart(void)
{
    fails_with(EINTR, syscall(SYS_restart_syscall));
}

static void run(void)
{
#ifdef SYS_alarm
    alarms();
#endif
#ifdef SYS_getpgrp
    group();
#endif
#ifdef SYS_epoll_wait
    waits();
#endif
#ifdef SYS_signalfd
    signals();
#endif
    restart();
}
TEST_MAIN
