/* SPDX-License-Identifier: MIT */
/* eventfd: counting, semaphores, blocking. */
#include "who.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/uio.h>

/* Files that are no streams, but have no place to go to either. */
static void seeking(void)
{
    sigset_t mask;
    char bytes[128];
    sigemptyset(&mask);
    int fds[] = { eventfd(1, 0), epoll_create1(0), inotify_init(),
        timerfd_create(CLOCK_MONOTONIC, 0), signalfd(-1, &mask, 0) };
    for (int i = 0; i < 5; i++) {
        is(lseek(fds[i], 5, SEEK_SET), 0);
        fails_with(ESPIPE, pread(fds[i], bytes, sizeof bytes, 0));
        close(fds[i]);
    }
}

static void counting(void)
{
    uint64_t value;
    int fd = eventfd(3, EFD_NONBLOCK);
    ok(fd >= 0);
    is(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDWR);
    ok(fcntl(fd, F_GETFL) & O_NONBLOCK);
    is(read(fd, &value, 8), 8);
    is(value, 3);
    fails_with(EAGAIN, read(fd, &value, 8));
    value = 5;
    is(write(fd, &value, 8), 8);
    is(write(fd, &value, 8), 8);
    is(read(fd, &value, 100), 8);
    is(value, 10);
    value = UINT64_MAX - 1;
    is(write(fd, &value, 8), 8);
    value = 1;
    fails_with(EAGAIN, write(fd, &value, 8));
    value = 0;
    is(write(fd, &value, 8), 8);
    value = UINT64_MAX;
    fails_with(EINVAL, write(fd, &value, 8));
    fails_with(EINVAL, write(fd, &value, 7));
    fails_with(EINVAL, read(fd, &value, 7));
    fails_with(EFAULT, write(fd, (void *)8, 8));
    close(fd);
    fails_with(EINVAL, eventfd(0, 2));
    fails_with(EINVAL, eventfd(0, O_APPEND));
    fd = eventfd(0, EFD_CLOEXEC);
    is(fcntl(fd, F_GETFD), FD_CLOEXEC);
    char path[64], text[64] = "";
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    readlink(path, text, sizeof text - 1);
    is_text(text, "anon_inode:[eventfd]");
    close(fd);
#ifdef SYS_eventfd
    fd = syscall(SYS_eventfd, 7);
    is(read(fd, &value, 8), 8);
    is(value, 7);
    close(fd);
#endif
}

static void semaphores(void)
{
    uint64_t value;
    int fd = eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK);
    is(read(fd, &value, 8), 8);
    is(value, 1);
    is(read(fd, &value, 8), 8);
    is(value, 1);
    fails_with(EAGAIN, read(fd, &value, 8));
    value = UINT64_MAX - 1;
    is(write(fd, &value, 8), 8);
    is(read(fd, &value, 8), 8);
    is(value, 1); /* however many there are */
    close(fd);
}

static void blocking(void)
{
    uint64_t value = 4;
    int fd = eventfd(0, 0), status;
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        usleep(30000);
        write(fd, &value, 8);
        _exit(0);
    }
    value = 0;
    is(read(fd, &value, 8), 8);
    is(value, 4);
    waitpid(child, &status, 0);
    value = UINT64_MAX - 1;
    write(fd, &value, 8);
    child = fork();
    if (!child) {
        usleep(30000);
        read(fd, &value, 8);
        _exit(value != UINT64_MAX - 1);
    }
    value = 2;
    is(write(fd, &value, 8), 8);
    waitpid(child, &status, 0);
    is(status, 0);
    is(read(fd, &value, 8), 8);
    is(value, 2);
    close(fd);
}

/* A read that does not wait, of one that otherwise does. */
static void not_waiting(void)
{
    int fd = eventfd(0, 0);
    uint64_t value = 3;
    struct iovec part = { &value, 8 };
    const int not_wait = 8 /* RWF_NOWAIT */;
    fails_with(EAGAIN, syscall(SYS_preadv2, fd, &part, 1, -1L, -1L, not_wait));
    write(fd, &value, 8);
    is(syscall(SYS_preadv2, fd, &part, 1, -1L, -1L, not_wait), 8);
    is(value, 3);
    fails_with(EOPNOTSUPP,
        syscall(SYS_pwritev2, fd, &part, 1, -1L, -1L, not_wait));
    close(fd);
}

static void run(void)
{
    not_waiting();
    counting();
    seeking();
    semaphores();
    blocking();
}
TEST_MAIN
