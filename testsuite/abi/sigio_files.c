/* SPDX-License-Identifier: MIT */
/* O_ASYNC: which files keep it, and what else says whom they tell. */
#include "sigio.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

#ifndef F_GETOWNER_UIDS
#define F_GETOWNER_UIDS 17
#endif

/* 0: it has none; 1: it keeps the flag, and so by ioctl. */
static int keeps(int fd)
{
    int on = 1, off = 0;
    if (fd < 0 || fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_ASYNC))
        return -1;
    if (!is_async(fd)) {
        bool is_refused = ioctl(fd, FIOASYNC, &on) == -1 && errno == ENOTTY;
        bool is_off = !ioctl(fd, FIOASYNC, &off);
        close(fd);
        return is_refused && is_off ? 0 : -2;
    }
    if (ioctl(fd, FIOASYNC, &on) || !is_async(fd) ||
        ioctl(fd, FIOASYNC, &off) || is_async(fd) ||
        ioctl(fd, FIOASYNC, &off) || ioctl(fd, FIOASYNC, &on) ||
        !is_async(fd) || fcntl(fd, F_SETFL, 0) || is_async(fd))
        return -3;
    close(fd);
    return 1;
}

static int end_of_pipe(int which)
{
    int ends[2];
    pipe(ends);
    close(ends[!which]);
    return ends[which];
}

static void who_keeps_it(void)
{
    sigset_t none;
    sigemptyset(&none);
    mkfifo("fifo", 0600);
    is(keeps(end_of_pipe(0)), 1);
    is(keeps(end_of_pipe(1)), 1);
    is(keeps(open("fifo", O_RDWR)), 1);
    is(keeps(socket(AF_UNIX, SOCK_STREAM, 0)), 1);
    is(keeps(socket(AF_UNIX, SOCK_DGRAM, 0)), 1);
    is(keeps(socket(AF_UNIX, SOCK_SEQPACKET, 0)), 1);
    is(keeps(open("/dev/ptmx", O_RDWR | O_NOCTTY)), 1);
    is(keeps(open("/dev/console", O_RDWR | O_NOCTTY)), 1);
    is(keeps(inotify_init()), 1);
    is(keeps(open("/dev/random", O_RDONLY)), 1);
    is(keeps(open("/dev/urandom", O_RDONLY)), 1);
    is(keeps(open("f", O_RDWR | O_CREAT, 0600)), 0);
    is(keeps(open(".", O_RDONLY)), 0);
    is(keeps(open("/dev/null", O_RDWR)), 0);
    is(keeps(open("/dev/zero", O_RDWR)), 0);
    is(keeps(open("/dev/full", O_RDWR)), 0);
    is(keeps(open("/dev/kmsg", O_RDONLY)), 0);
    is(keeps(open("/proc/self/stat", O_RDONLY)), 0);
    is(keeps(open("/proc/self/mounts", O_RDONLY)), 0);
    is(keeps(open("/proc/kmsg", O_RDONLY)), 0);
    is(keeps(eventfd(0, 0)), 0);
    is(keeps(timerfd_create(CLOCK_MONOTONIC, 0)), 0);
    is(keeps(signalfd(-1, &none, 0)), 0);
    is(keeps(epoll_create1(0)), 0);
    is(keeps(syscall(SYS_pidfd_open, getpid(), 0)), 0);
    is(keeps(memfd_create("m", 0)), 0);
    int on = 1;
    fails_with(EBADF, ioctl(-1, FIOASYNC, &on));
    fails_with(EFAULT, ioctl(0, FIOASYNC, (void *)8));
    unlink("fifo");
}

/* open(2) leaves the flag, but nothing is told; and nobody is rid of it. */
static void open_with_it(void)
{
    mkfifo("fifo", 0600);
    int fifo = open("fifo", O_RDWR | O_NONBLOCK | O_ASYNC);
    int file = open("f", O_RDWR | O_ASYNC);
    ok(is_async(fifo));
    ok(is_async(file));
    tell_us(fifo, NEWS);
    write(fifo, "1", 1);
    is_text(news(), "");
    is(fcntl(fifo, F_SETFL, 0), 0);
    ok(is_async(fifo));
    int off = 0, on = 1;
    is(ioctl(fifo, FIOASYNC, &off), 0);
    is(ioctl(fifo, FIOASYNC, &on), 0);
    ok(is_async(fifo));
    write(fifo, "1", 1);
    is_text(news(), "");
    is(fcntl(file, F_SETFL, 0), 0);
    ok(is_async(file));
    is(fcntl(file, F_SETFL, O_ASYNC | O_APPEND), 0);
    ok(is_async(file));
    fails_with(ENOTTY, ioctl(file, FIOASYNC, &off));
    is(ioctl(file, FIOASYNC, &on), 0);
    close(fifo), close(file);
    file = open("f", O_PATH);
    fails_with(EBADF, fcntl(file, F_SETFL, O_ASYNC));
    close(file);
    unlink("fifo"), unlink("f");
}

/* A child that has ended; and not been waited for, if it is still wanted. */
static pid_t dead_child(bool is_reaped)
{
    fflush(stdout);
    pid_t child = fork();
    if (!child)
        _exit(0);
    siginfo_t info;
    waitid(P_PID, child, &info, WEXITED | WNOWAIT);
    if (is_reaped)
        waitpid(child, NULL, 0);
    return child;
}

static void owner_that_died(void)
{
    int fd = open("/dev/null", O_RDWR);
    struct f_owner_ex who = { -1, -1 };
    pid_t child = dead_child(false);
    is(fcntl(fd, F_SETOWN, child), 0);
    ok(fcntl(fd, F_GETOWN) == child);
    waitpid(child, NULL, 0);
    is(fcntl(fd, F_GETOWN), 0);
    is(syscall(SYS_fcntl, fd, F_GETOWN_EX, &who), 0);
    is(who.type, F_OWNER_PID);
    is(who.pid, 0);
    fails_with(ESRCH, fcntl(fd, F_SETOWN, child));
    fails_with(ESRCH, fcntl(fd, F_SETOWN, -child));
    is(fcntl(fd, F_SETOWN, 0), 0);
    is(syscall(SYS_fcntl, fd, F_GETOWN_EX, &who), 0);
    is(who.type, F_OWNER_PID);
    /* A number that is somebody's, but no group's. */
    pid_t alive = fork();
    if (!alive)
        for (;;)
            pause();
    is(fcntl(fd, F_SETOWN, -alive), 0);
    is(fcntl(fd, F_GETOWN), 0);
    is(syscall(SYS_fcntl, fd, F_GETOWN_EX, &who), 0);
    is(who.type, F_OWNER_PGRP);
    is(who.pid, 0);
    setpgid(alive, alive);
    ok(syscall(SYS_fcntl, fd, F_GETOWN_EX, &who) == 0 && who.pid == alive);
    kill(alive, SIGKILL);
    waitpid(alive, NULL, 0);
    close(fd);
}

static void uids(void)
{
    int fd = open("/dev/null", O_RDWR);
    uid_t ids[2] = { 77, 77 };
    is(fcntl(fd, F_GETOWNER_UIDS, ids), 0);
    is(ids[0], 0);
    is(ids[1], 0);
    become(USER, GROUP);
    fcntl(fd, F_SETOWN, getpid());
    become_root();
    is(fcntl(fd, F_GETOWNER_UIDS, ids), 0);
    is(ids[0], 0);
    is(ids[1], USER);
    /* Nobody leaves who said so. */
    is(fcntl(fd, F_SETOWN, 0), 0);
    is(fcntl(fd, F_GETOWNER_UIDS, ids), 0);
    is(ids[1], USER);
    fails_with(EFAULT, fcntl(fd, F_GETOWNER_UIDS, (void *)8));
    close(fd);
}

/* The older words for it, of sockets alone. */
static void socket_words(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0), file = open("/dev/null", O_RDWR);
    int me = getpid(), group = -getpgrp(), who = -1, nobody = 4000000;
    is(ioctl(fd, SIOCSPGRP, &me), 0);
    is(fcntl(fd, F_GETOWN), me);
    ok(!ioctl(fd, SIOCGPGRP, &who) && who == me);
    is(ioctl(fd, FIOSETOWN, &group), 0);
    ok(!ioctl(fd, FIOGETOWN, &who) && who == group);
    fails_with(ESRCH, ioctl(fd, FIOSETOWN, &nobody));
    fails_with(EFAULT, ioctl(fd, FIOSETOWN, (void *)8));
    fails_with(EFAULT, ioctl(fd, FIOGETOWN, (void *)8));
    who = INT32_MIN;
    fails_with(EINVAL, ioctl(fd, FIOSETOWN, &who));
    fails_with(ENOTTY, ioctl(file, SIOCSPGRP, &me));
    fails_with(ENOTTY, ioctl(file, FIOGETOWN, &who));
    close(fd), close(file);
}

static void run(void)
{
    block_news();
    who_keeps_it();
    open_with_it();
    owner_that_died();
    uids();
    socket_words();
}
TEST_MAIN
