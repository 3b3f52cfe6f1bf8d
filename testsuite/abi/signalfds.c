/* SPDX-License-Identifier: MIT */
/* signalfd: what is read, who is told, and that it is the reader's signals. */
#include "tap.h"

#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/time.h>

static sigset_t usual; /* SIGUSR1, SIGUSR2, SIGCHLD, SIGRTMIN, blocked */

static int make(int flags)
{
    return signalfd(-1, &usual, flags);
}

static int take(int fd, struct signalfd_siginfo *info)
{
    ssize_t got = read(fd, info, sizeof *info);
    return got == sizeof *info ? (int)info->ssi_signo : -errno;
}

static int ready(int fd)
{
    struct pollfd item = { .fd = fd, .events = POLLIN | POLLOUT };
    poll(&item, 1, 0);
    return item.revents;
}

static void creation(void)
{
    char buffer[256];
    fails_with(EINVAL, syscall(SYS_signalfd4, -1, &usual, 4, 0));
    fails_with(EFAULT, syscall(SYS_signalfd4, -1, 8, 8, 0));
    fails_with(EINVAL, make(O_APPEND));
    fails_with(EBADF, signalfd(99, &usual, 0));
    fails_with(EINVAL, signalfd(0, &usual, 0));
    int fd = make(SFD_CLOEXEC | SFD_NONBLOCK);
    is(fcntl(fd, F_GETFD), FD_CLOEXEC);
    is(fcntl(fd, F_GETFL), O_RDWR | O_NONBLOCK);
    fails_with(EINVAL, read(fd, buffer, 127));
    fails_with(EAGAIN, read(fd, buffer, 128));
    fails_with(EINVAL, write(fd, buffer, 128));
    char path[64], text[256] = "";
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    readlink(path, text, sizeof text - 1);
    is_text(text, "anon_inode:[signalfd]");
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
    int info = open(path, O_RDONLY);
    memset(text, 0, sizeof text);
    read(info, text, sizeof text - 1);
    ok(strstr(text, "sigmask:\t0000000400010a00\n") ||
        strstr(text, "sigmask:\t0000000200010a00\n"));
    close(info);
    close(fd);
}

static void reading(void)
{
    int fd = make(SFD_NONBLOCK);
    struct signalfd_siginfo info, several[4];
    is(ready(fd), 0);
    raise(SIGUSR1);
    is(ready(fd), POLLIN);
    is(take(fd, &info), SIGUSR1);
    is(info.ssi_code, SI_TKILL);
    ok((pid_t)info.ssi_pid == getpid() && info.ssi_uid == 0);
    is(take(fd, &info), -EAGAIN);
    kill(getpid(), SIGUSR2);
    is(take(fd, &info), SIGUSR2);
    is(info.ssi_code, SI_USER);
    union sigval value = { .sival_int = 4711 };
    sigqueue(getpid(), SIGRTMIN, value);
    sigqueue(getpid(), SIGRTMIN, value);
    kill(getpid(), SIGUSR1);
    is(read(fd, several, sizeof several), 3 * sizeof info);
    is(several[0].ssi_signo, SIGUSR1);
    is(several[1].ssi_signo, SIGRTMIN);
    is(several[1].ssi_code, SI_QUEUE);
    is(several[1].ssi_int, 4711);
    is((int)several[2].ssi_ptr, 4711);
    pid_t child = fork();
    if (!child)
        _exit(7);
    struct pollfd item = { .fd = fd, .events = POLLIN };
    is(poll(&item, 1, 10000), 1);
    is(take(fd, &info), SIGCHLD);
    is(info.ssi_code, CLD_EXITED);
    is(info.ssi_status, 7);
    ok((pid_t)info.ssi_pid == child);
    waitpid(child, NULL, 0);
    kill(getpid(), SIGUSR1);
    fails_with(EFAULT, read(fd, (void *)8, 128));
    is(take(fd, &info), -EAGAIN); /* it was taken all the same */
    close(fd);
}

static void masks(void)
{
    int fd = make(SFD_NONBLOCK);
    struct signalfd_siginfo info;
    sigset_t other;
    sigemptyset(&other);
    sigaddset(&other, SIGUSR2);
    sigaddset(&other, SIGKILL);
    is(signalfd(fd, &other, 0), fd);
    kill(getpid(), SIGUSR1);
    is(ready(fd), 0);
    is(take(fd, &info), -EAGAIN);
    is(signalfd(fd, &usual, 0), fd);
    is(ready(fd), POLLIN);
    is(take(fd, &info), SIGUSR1);
    close(fd);
}

static _Atomic bool first_is_read;

static void *send_later(void *data)
{
    usleep(30000);
    kill(getpid(), SIGUSR1);
    while (!first_is_read)
        usleep(1000);
    usleep(30000);
    pthread_kill(*(pthread_t *)data, SIGUSR2);
    return NULL;
}

static void blocking(void)
{
    int fd = make(0), epoll = epoll_create1(0);
    struct signalfd_siginfo info;
    pthread_t thread, self = pthread_self();
    pthread_create(&thread, NULL, send_later, &self);
    is(take(fd, &info), SIGUSR1);
    first_is_read = true;
    struct epoll_event event = { .events = EPOLLIN };
    is(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), 0);
    is(epoll_wait(epoll, &event, 1, 10000), 1);
    is(take(fd, &info), SIGUSR2);
    is(epoll_wait(epoll, &event, 1, 0), 0);
    pthread_join(thread, NULL);
    close(fd);
    close(epoll);
}

/* The child reads its own; what it was waiting at goes with it. */
static void in_fork(void *data)
{
    int fd = *(int *)data;
    struct signalfd_siginfo info;
    if (take(fd, &info) != -EAGAIN)
        _exit(1);
    kill(getpid(), SIGUSR2);
    if (take(fd, &info) != SIGUSR2 || (pid_t)info.ssi_pid != getpid())
        _exit(2);
    int epoll = epoll_create1(0);
    struct epoll_event event = { .events = EPOLLIN };
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event))
        _exit(3);
}

static void forks(void)
{
    int fd = make(SFD_NONBLOCK);
    struct signalfd_siginfo info;
    kill(getpid(), SIGUSR1);
    is(in_child(in_fork, &fd), 0);
    is(take(fd, &info), SIGUSR1);
    close(fd);
}

/* An epoll that outlives whose signals it waits for. */
static void left_behind(void)
{
    int fd = make(SFD_NONBLOCK), epoll = epoll_create1(0), status;
    struct epoll_event event = { .events = EPOLLIN };
    pid_t child = fork();
    if (!child)
        _exit(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
    waitpid(child, &status, 0);
    is(status, 0);
    struct signalfd_siginfo info;
    while (take(fd, &info) > 0)
        ;
    kill(getpid(), SIGUSR1);
    is(epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL), 0);
    is(take(fd, &info), SIGUSR1);
    close(epoll);
    close(fd);
}

static void timers(void)
{
    int fd = make(0);
    struct signalfd_siginfo info;
    struct sigevent event = { .sigev_notify = SIGEV_SIGNAL,
        .sigev_signo = SIGUSR1, .sigev_value.sival_int = 12 };
    timer_t timer;
    timer_create(CLOCK_MONOTONIC, &event, &timer);
    struct itimerspec soon = { .it_value.tv_nsec = 1000000 };
    timer_settime(timer, 0, &soon, NULL);
    is(take(fd, &info), SIGUSR1);
    is(info.ssi_code, SI_TIMER);
    is(info.ssi_int, 12);
    is(info.ssi_overrun, 0);
    timer_delete(timer);
    close(fd);
}

static void run(void)
{
    sigemptyset(&usual);
    sigaddset(&usual, SIGUSR1);
    sigaddset(&usual, SIGUSR2);
    sigaddset(&usual, SIGCHLD);
    sigaddset(&usual, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &usual, NULL);
    creation();
    reading();
    masks();
    blocking();
    forks();
    left_behind();
    timers();
}
TEST_MAIN
