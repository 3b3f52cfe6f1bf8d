/* SPDX-License-Identifier: MIT */
/* epoll: creation, errors of epoll_ctl and epoll_wait, level and edge, once,
 * time-outs and signals. */
#include "cpu.h"
#include "epoll_tools.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

static void creation(void)
{
#ifdef SYS_epoll_create
    fails_with(EINVAL, syscall(SYS_epoll_create, 0));
    fails_with(EINVAL, syscall(SYS_epoll_create, -1));
#endif
    fails_with(EINVAL, epoll_create1(O_NONBLOCK));
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    ok(epoll >= 0);
    is(fcntl(epoll, F_GETFD), FD_CLOEXEC);
    is(fcntl(epoll, F_GETFL), O_RDWR);
    close(epoll);
    epoll = epoll_create(1);
    is(fcntl(epoll, F_GETFD), 0);
    char byte;
    fails_with(EINVAL, read(epoll, &byte, 1));
    fails_with(EINVAL, write(epoll, &byte, 1));
    struct stat status;
    is(fstat(epoll, &status), 0);
    is(status.st_mode, 0600);
    char path[64], text[64] = "";
    snprintf(path, sizeof path, "/proc/self/fd/%d", epoll);
    ok(readlink(path, text, sizeof text - 1) > 0);
    is_text(text, "anon_inode:[eventpoll]");
    close(epoll);
    is(sizeof(struct epoll_event), EPOLL_EVENT_BYTES);
}

static void errors(void)
{
    int epoll = epoll_create1(0), fd = eventfd(0, 0), ends[2];
    pipe(ends);
    struct epoll_event event = { .events = EPOLLIN };
    fails_with(EBADF, add(-1, fd, EPOLLIN, 0));
    fails_with(EBADF, add(epoll, -1, EPOLLIN, 0));
    fails_with(EBADF, add(epoll, 999, EPOLLIN, 0));
    fails_with(EINVAL, add(fd, fd, EPOLLIN, 0));
    fails_with(EINVAL, add(fd, ends[0], EPOLLIN, 0));
    fails_with(EINVAL, add(epoll, epoll, EPOLLIN, 0));
    fails_with(EFAULT, epoll_ctl(epoll, EPOLL_CTL_ADD, fd, NULL));
    fails_with(EFAULT, epoll_ctl(epoll, EPOLL_CTL_MOD, fd, NULL));
    fails_with(ENOENT, change(epoll, fd, EPOLLIN, 0));
    fails_with(ENOENT, del(epoll, fd));
    fails_with(EINVAL, epoll_ctl(epoll, 0, fd, &event));
    fails_with(EINVAL, epoll_ctl(epoll, 4, fd, &event));
    is(add(epoll, fd, EPOLLIN, 0), 0);
    fails_with(EEXIST, add(epoll, fd, EPOLLOUT, 1));
    int other = dup(fd);
    is(add(epoll, other, EPOLLIN, 0), 0);
    is(del(epoll, other), 0);
    is(del(epoll, fd), 0);
    fails_with(ENOENT, del(epoll, fd));
    close(other);
    close(ends[0]);
    close(ends[1]);
    close(fd);
    close(epoll);
}

/* What can be waited for is what can be polled. */
static void errors_of_files(void)
{
    int epoll = epoll_create1(0), fd = eventfd(0, 0);
    int regular = open("regular", O_CREAT | O_RDWR, 0600);
    fails_with(EPERM, add(epoll, regular, EPOLLIN, 0));
    fails_with(EPERM, add(regular, regular, EPOLLIN, 0));
    fails_with(EINVAL, add(regular, fd, EPOLLIN, 0));
    int directory = open(".", O_RDONLY | O_DIRECTORY);
    fails_with(EPERM, add(epoll, directory, EPOLLIN, 0));
    int null = open("/dev/null", O_RDWR), zero = open("/dev/zero", O_RDWR);
    fails_with(EPERM, add(epoll, null, EPOLLIN, 0));
    fails_with(EPERM, add(epoll, zero, EPOLLIN, 0));
    int path = open(".", O_PATH);
    fails_with(EBADF, add(epoll, path, EPOLLIN, 0));
    close(path);
    close(null);
    close(zero);
    close(directory);
    close(regular);
    unlink("regular");
    close(fd);
    close(epoll);
}

static void errors_of_waiting(void)
{
    int epoll = epoll_create1(0), fd = eventfd(0, 0);
    fails_with(EBADF, epoll_wait(-1, got, 1, 0));
    fails_with(EINVAL, epoll_wait(fd, got, 1, 0));
    fails_with(EINVAL, epoll_wait(epoll, got, 0, 0));
    fails_with(EINVAL, epoll_wait(epoll, got, -1, 0));
    fails_with(EINVAL, epoll_wait(epoll, got, INT32_MAX / 12 + 1, 0));
    fails_with(EFAULT, epoll_wait(epoll, (void *)(-4096l), 1, 0));
    is(epoll_wait(epoll, (void *)8, 1, 0), 0);
    is(epoll_wait(epoll, got, 1, 0), 0);
    is(add(epoll, fd, EPOLLOUT | EPOLLET, 7), 0);
    fails_with(EFAULT, epoll_wait(epoll, (void *)8, 1, 0));
    is(epoll_wait(epoll, got, 1, 0), 1); /* it was not lost */
    is(got[0].data.u64, 7);
    is(epoll_wait(epoll, got, 1, 0), 0);
    fails_with(EINVAL,
        syscall(SYS_epoll_pwait, epoll, got, 1, 0, got, 4));
    fails_with(EFAULT,
        syscall(SYS_epoll_pwait, epoll, got, 1, 0, (void *)8, 8));
    struct timespec bad = { .tv_nsec = 1000000000 };
    fails_with(EINVAL,
        syscall(SYS_epoll_pwait2, epoll, got, 1, &bad, NULL, 8));
    fails_with(EFAULT,
        syscall(SYS_epoll_pwait2, epoll, got, 1, (void *)8, NULL, 8));
    close(fd);
    close(epoll);
}

static void levels(void)
{
    int epoll = epoll_create1(0), fd = eventfd(0, 0);
    is(add(epoll, fd, EPOLLIN, 0x123456789abcdef0), 0);
    is(now(epoll), 0);
    put(fd, 1);
    is(now(epoll), 1);
    is(got[0].events, EPOLLIN);
    is(got[0].data.u64, 0x123456789abcdef0);
    is(now(epoll), 1);
    is(change(epoll, fd, EPOLLIN | EPOLLOUT, 2), 0);
    is(now(epoll), 1);
    is(got[0].events, EPOLLIN | EPOLLOUT);
    is(got[0].data.u64, 2);
    is(take(fd), 1);
    is(now(epoll), 1);
    is(got[0].events, EPOLLOUT);
    is(change(epoll, fd, EPOLLIN, 3), 0);
    is(now(epoll), 0);
    is(change(epoll, fd, 0, 3), 0);
    put(fd, 1);
    is(now(epoll), 0);
    is(change(epoll, fd, EPOLLIN, 4), 0);
    is(now(epoll), 1);
    is(del(epoll, fd), 0);
    is(now(epoll), 0);
    close(fd);
    close(epoll);
}

static void edges(void)
{
    int epoll = epoll_create1(0), fd = eventfd(0, 0);
    is(add(epoll, fd, EPOLLIN | EPOLLET, 1), 0);
    is(now(epoll), 0);
    put(fd, 1);
    is(now(epoll), 1);
    is(now(epoll), 0);
    put(fd, 1); /* readable already, and yet an arrival */
    is(now(epoll), 1);
    put(fd, 1);
    put(fd, 1);
    is(now(epoll), 1);
    is(now(epoll), 0);
    put(fd, 1);
    is(take(fd), 5);
    is(now(epoll), 0); /* gone before anyone looked */
    put(fd, 1);
    is(now(epoll), 1);
    is(change(epoll, fd, EPOLLIN | EPOLLET, 2), 0);
    is(now(epoll), 1); /* armed again: what is ready is said */
    is(got[0].data.u64, 2);
    is(now(epoll), 0);
    is(change(epoll, fd, EPOLLIN | EPOLLOUT | EPOLLET, 2), 0);
    is(now(epoll), 1);
    is(got[0].events, EPOLLIN | EPOLLOUT);
    is(take(fd), 1); /* a read makes room: an edge for writers */
    is(now(epoll), 1);
    is(got[0].events, EPOLLOUT);
    close(fd);
    close(epoll);
}

static void edges_of_pipes(void)
{
    int epoll = epoll_create1(0), ends[2];
    pipe2(ends, O_NONBLOCK);
    is(add(epoll, ends[0], EPOLLIN | EPOLLET, 3), 0);
    is(add(epoll, ends[1], EPOLLOUT | EPOLLET, 4), 0);
    is(now(epoll), 1);
    is(got[0].data.u64, 4);
    is(write(ends[1], "a", 1), 1);
    is(now(epoll), 1);
    is(got[0].data.u64, 3);
    is(write(ends[1], "b", 1), 1);
    is(now(epoll), 1);
    is(got[0].data.u64, 3);
    char text[2];
    is(read(ends[0], text, 1), 1);
    is(now(epoll), 0); /* it was not full */
    is(read(ends[0], text, 1), 1);
    is(now(epoll), 0);
    static char page[4096];
    for (int i = 0; i < 16; i++)
        if (write(ends[1], page, 4096) != 4096)
            note("pipe is full after %d pages", i);
    is(now(epoll), 1);
    is(got[0].data.u64, 3);
    is(now(epoll), 0);
    is(read(ends[0], page, 4096), 4096);
    is(now(epoll), 1); /* it was full */
    is(got[0].data.u64, 4);
    close(ends[1]);
    is(now(epoll), 1);
    is(got[0].data.u64, 3);
    is(got[0].events, EPOLLIN | EPOLLHUP);
    is(now(epoll), 0);
    close(ends[0]);
    close(epoll);
}

static void once(void)
{
    int epoll = epoll_create1(0), fd = eventfd(1, 0);
    is(add(epoll, fd, EPOLLIN | EPOLLONESHOT, 1), 0);
    is(now(epoll), 1);
    is(now(epoll), 0);
    put(fd, 1);
    is(now(epoll), 0);
    fails_with(EEXIST, add(epoll, fd, EPOLLIN, 1));
    is(change(epoll, fd, EPOLLIN | EPOLLONESHOT, 2), 0);
    is(now(epoll), 1);
    is(got[0].data.u64, 2);
    is(now(epoll), 0);
    close(fd);

    int ends[2];
    pipe(ends);
    is(add(epoll, ends[0], EPOLLIN | EPOLLONESHOT | EPOLLET, 1), 0);
    put(ends[1], 1);
    is(now(epoll), 1);
    close(ends[1]);
    is(now(epoll), 0); /* not even that it hung up */
    is(change(epoll, ends[0], 0, 3), 0);
    is(now(epoll), 1);
    is(got[0].events, EPOLLHUP);
    close(ends[0]);
    close(epoll);
}

static void exclusive(void)
{
    int epoll = epoll_create1(0), inner = epoll_create1(0);
    int fd = eventfd(0, 0);
    fails_with(EINVAL, add(epoll, inner, EPOLLIN | EPOLLEXCLUSIVE, 0));
    fails_with(EINVAL,
        add(epoll, fd, EPOLLIN | EPOLLEXCLUSIVE | EPOLLONESHOT, 0));
    fails_with(EINVAL,
        add(epoll, fd, EPOLLIN | EPOLLEXCLUSIVE | EPOLLRDHUP, 0));
    fails_with(EINVAL,
        add(epoll, fd, EPOLLIN | EPOLLEXCLUSIVE | EPOLLRDNORM, 0));
    is(add(epoll, fd, EPOLLIN | EPOLLEXCLUSIVE | EPOLLWAKEUP | EPOLLET, 5), 0);
    fails_with(EINVAL, change(epoll, fd, EPOLLIN, 0));
    fails_with(EINVAL, change(epoll, fd, EPOLLIN | EPOLLEXCLUSIVE, 0));
    is(now(epoll), 0);
    put(fd, 1);
    is(now(epoll), 1);
    is(got[0].data.u64, 5);
    is(del(epoll, fd), 0);

    /* Nobody waits in either: both hear of it. */
    is(add(epoll, fd, EPOLLIN | EPOLLEXCLUSIVE | EPOLLET, 6), 0);
    is(add(inner, fd, EPOLLIN | EPOLLEXCLUSIVE | EPOLLET, 7), 0);
    is(now(epoll) + now(inner), 2);
    put(fd, 1);
    is(now(epoll), 1);
    is(now(inner), 1);
    close(fd);
    close(inner);
    close(epoll);
}

static long elapsed_ms(const struct timespec *since)
{
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    return (end.tv_sec - since->tv_sec) * 1000 +
        (end.tv_nsec - since->tv_nsec) / 1000000;
}

static void interrupt(int signal)
{
    (void)signal;
}

static void time_outs(void)
{
    int epoll = epoll_create1(0), fd = eventfd(0, 0);
    struct timespec start;
    is(add(epoll, fd, EPOLLIN, 1), 0);
    clock_gettime(CLOCK_MONOTONIC, &start);
    is(epoll_wait(epoll, got, 1, 30), 0);
    ok(elapsed_ms(&start) >= 30);
    struct timespec wait = { .tv_nsec = 20000000 }, none = { 0 };
    clock_gettime(CLOCK_MONOTONIC, &start);
    is(syscall(SYS_epoll_pwait2, epoll, got, 1, &wait, NULL, 0), 0);
    ok(elapsed_ms(&start) >= 20);
    is(syscall(SYS_epoll_pwait2, epoll, got, 1, &none, NULL, 0), 0);
    put(fd, 1);
    is(syscall(SYS_epoll_pwait2, epoll, got, 1, NULL, NULL, 0), 1);
    is(epoll_wait(epoll, got, 1, -1), 1);
    take(fd);

    /* A signal ends it, SA_RESTART or not. */
    tap_limit_off();
    struct sigaction action = { .sa_handler = interrupt,
        .sa_flags = SA_RESTART };
    sigaction(SIGUSR1, &action, NULL);
    pid_t self = getpid(), child = fork();
    if (!child)
        for (;;) {
            usleep(50000);
            kill(self, SIGUSR1);
        }
    fails_with(EINTR, epoll_wait(epoll, got, 1, 30000));
    fails_with(EINTR, epoll_pwait(epoll, got, 1, -1, NULL));
    sigset_t all, none_blocked;
    sigfillset(&all);
    sigemptyset(&none_blocked);
    sigprocmask(SIG_BLOCK, &all, NULL);
    fails_with(EINTR, epoll_pwait(epoll, got, 1, 30000, &none_blocked));
    sigset_t after;
    sigprocmask(SIG_UNBLOCK, &all, &after);
    ok(sigismember(&after, SIGUSR1) == 1);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    /* Pending, but blocked meanwhile. */
    sigset_t usr1;
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    put(fd, 1);
    is(epoll_pwait(epoll, got, 1, 5000, &usr1), 1);
    close(fd);
    close(epoll);
    tap_limit();
}

static void limits(void)
{
    struct rlimit few = { 64, 64 };
    setrlimit(RLIMIT_NOFILE, &few);
    int fd, last = -1;
    while ((fd = epoll_create1(0)) >= 0)
        last = fd;
    is(errno, EMFILE);
    is(last, 63);
    for (fd = 3; fd < 64; fd++)
        close(fd);
}

static void run(void)
{
    creation();
    errors();
    errors_of_files();
    errors_of_waiting();
    levels();
    edges();
    edges_of_pipes();
    once();
    exclusive();
    time_outs();
    limits();
}
TEST_MAIN
