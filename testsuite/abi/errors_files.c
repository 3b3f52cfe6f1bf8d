/* SPDX-License-Identifier: MIT */
/* Errors, and results that are less than was asked for, of calls on open files
 * and descriptors that other tests see through another call, or not at all. */
#include "asleep.h"
#include "who.h"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/xattr.h>

#define raw(name, ...) syscall(SYS_##name, ##__VA_ARGS__)
enum { PAGE = 4096, LIMIT = 0x7fffffff };
static char bytes[16 * PAGE];

/* Descriptors. */
static volatile int opener;

static void *opens(void *none)
{
    opener = gettid();
    int fd = open("fifo", O_RDONLY);
    close(fd);
    return none;
}

/* A number that is taken while the file is still being opened. */
static void half_open(void)
{
    pthread_t thread;
    mkfifo("fifo", 0600);
    int next = dup(0);
    close(next);
    pthread_create(&thread, NULL, opens, NULL);
    while (!opener)
        usleep(1000);
    until_asleep(opener);
    fails_with(EBUSY, raw(dup3, 0, next, 0));
    fails_with(EBUSY, raw(dup3, 0, next, O_CLOEXEC));
#ifdef SYS_dup2
    fails_with(EBUSY, raw(dup2, 0, next));
#endif
    fails_with(EBADF, raw(dup, next));
    fails_with(EBADF, raw(close, next));
    fails_with(EBADF, fcntl(next, F_GETFD));
    is(raw(close_range, next, next, 0), 0);
    is(dup(0), next + 1);
    close(next + 1);
    close(open("fifo", O_WRONLY));
    pthread_join(thread, NULL);
    is(dup(0), next);
    close(next);
    unlink("fifo");
}

static void numbers(void)
{
    fails_with(EINVAL, raw(close_range, 5, 4, 0));
    fails_with(EINVAL, raw(close_range, 5, 6, 1));
    fails_with(EINVAL, raw(close_range, 5, 6, -1));
    fails_with(EINVAL, raw(dup3, 0, 0, 0));
    fails_with(EINVAL, raw(dup3, 0, 5, O_NONBLOCK));
    fails_with(EBADF, raw(dup3, -1, 5, 0));
    fails_with(EBADF, raw(dup3, 0, -1, 0));
}

/* Whose limit is below what it has. */
static void beyond(void *data)
{
    struct rlimit few = { 10, 10 };
    int high = fcntl(0, F_DUPFD, 20);
    (void)data;
    setrlimit(RLIMIT_NOFILE, &few);
    if (dup2(0, 10) != -1 || errno != EBADF)
        _exit(1);
    if (dup2(0, high) != -1 || errno != EBADF)
        _exit(2);
    if (dup2(high, high) != high)
        _exit(3);
    if (fcntl(0, F_DUPFD, 10) != -1 || errno != EINVAL)
        _exit(4);
    while (dup(0) >= 0)
        ;
    if (errno != EMFILE || dup2(0, 9) != 9)
        _exit(5);
    if (fcntl(0, F_DUPFD, 9) != -1 || errno != EMFILE)
        _exit(6);
}

/* Attributes, of a link and by a descriptor. */
static void attributes(void)
{
    make_file("file", 0666);
    symlink("file", "link");
    int fd = open("file", O_RDWR), path = open("file", O_PATH);
    is(lsetxattr("link", "trusted.x", "1", 1, XATTR_CREATE), 0);
    fails_with(EEXIST, lsetxattr("link", "trusted.x", "1", 1, XATTR_CREATE));
    fails_with(ENODATA, lsetxattr("link", "trusted.y", "1", 1, XATTR_REPLACE));
    fails_with(ERANGE, lsetxattr("link", "", "1", 1, 0));
    fails_with(EINVAL, lsetxattr("link", "trusted.x", "1", 1, 4));
    fails_with(E2BIG, lsetxattr("link", "trusted.x", bytes, 65537, 0));
    fails_with(EPERM, lsetxattr("link", "user.x", "1", 1, 0));
    fails_with(EPERM, lremovexattr("link", "user.x"));
    fails_with(ENODATA, lgetxattr("link", "user.x", bytes, 9));
    fails_with(ENODATA, lgetxattr("link", "trusted.y", bytes, 9));
    fails_with(EOPNOTSUPP, lgetxattr("link", "other.x", bytes, 9));
    lsetxattr("link", "trusted.x", "12", 2, 0);
    fails_with(ERANGE, lgetxattr("link", "trusted.x", bytes, 1));
    fails_with(ERANGE, llistxattr("link", bytes, 1));
    fails_with(ENODATA, lremovexattr("link", "trusted.y"));
    is(fsetxattr(fd, "trusted.x", "12", 2, XATTR_CREATE), 0);
    fails_with(EEXIST, fsetxattr(fd, "trusted.x", "1", 1, XATTR_CREATE));
    fails_with(ENODATA, fsetxattr(fd, "trusted.y", "1", 1, XATTR_REPLACE));
    fails_with(ERANGE, fsetxattr(fd, "", "1", 1, 0));
    fails_with(E2BIG, fsetxattr(fd, "trusted.x", bytes, 65537, 0));
    fails_with(ENODATA, fgetxattr(fd, "trusted.y", bytes, 9));
    fails_with(ERANGE, fgetxattr(fd, "trusted.x", bytes, 1));
    fails_with(ERANGE, flistxattr(fd, bytes, 1));
    fails_with(ENODATA, fremovexattr(fd, "trusted.y"));
    fails_with(EBADF, fsetxattr(path, "trusted.x", "1", 1, 0));
    fails_with(EBADF, fgetxattr(path, "trusted.x", bytes, 9));
    fails_with(EBADF, flistxattr(path, bytes, 9));
    fails_with(EBADF, fremovexattr(path, "trusted.x"));
    become(USER, GROUP);
    fails_with(EPERM, lsetxattr("link", "trusted.x", "1", 1, 0));
    fails_with(EPERM, fsetxattr(fd, "trusted.x", "1", 1, 0));
    fails_with(EPERM, fremovexattr(fd, "trusted.x"));
    become_root();
    close(fd), close(path);
    unlink("file"), unlink("link");
}

/* Into a file system that gets full on the way. */
static void no_room(void)
{
    off_t start = 0, from = 0, to = 0;
    mkdir("m", 0755);
    mount("none", "m", "tmpfs", 0, "size=32k");
    int in = open("m/in", O_RDWR | O_CREAT, 0600);
    int out = open("m/out", O_RDWR | O_CREAT, 0600);
    int big = open("big", O_RDWR | O_CREAT, 0600), ends[2];
    struct iovec parts[2] = { { bytes, 3 * PAGE }, { bytes, 9 * PAGE } };
    write(big, bytes, sizeof bytes), write(in, bytes, 5 * PAGE);
    is(copy_file_range(in, &from, out, &to, 5 * PAGE, 0), 3 * PAGE);
    is(to, 3 * PAGE);
    fails_with(ENOSPC, copy_file_range(in, &from, out, &to, PAGE, 0));
    is(from, 3 * PAGE);
    ftruncate(out, 0);
    is(sendfile(out, big, &start, sizeof bytes), 3 * PAGE);
    is(start, 3 * PAGE);
    fails_with(ENOSPC, sendfile(out, big, &start, 1));
    ftruncate(out, 0), lseek(out, 0, SEEK_SET);
    is(write(out, bytes, sizeof bytes), 3 * PAGE);
    fails_with(ENOSPC, write(out, bytes, 1));
    ftruncate(out, 0);
    is(pwritev(out, parts, 2, 0), 3 * PAGE);
    fails_with(ENOSPC, pwritev(out, parts, 2, 3 * PAGE));
    is(pwritev(out, parts, 2, PAGE), 2 * PAGE);
    ftruncate(out, 0);
    pipe(ends);
    write(ends[1], bytes, 5 * PAGE);
    to = 0;
    is(splice(ends[0], NULL, out, &to, 5 * PAGE, 0), 3 * PAGE);
    fails_with(ENOSPC, splice(ends[0], NULL, out, &to, 5 * PAGE, 0));
    is(read(ends[0], bytes, sizeof bytes), 2 * PAGE);
    ftruncate(out, 0);
    fails_with(ENOSPC, fallocate(out, 0, 0, 4 * PAGE));
    is(size_of("m/out"), 0);
    is(fallocate(out, 0, 0, 3 * PAGE), 0);
    close(ends[0]), close(ends[1]), close(in), close(out), close(big);
    umount("m"), rmdir("m"), unlink("big");
}

/* Positions that the one file system has, and the other has not. */
static void far_away(void)
{
    off_t start = LIMIT;
    int in = open("/proc/version", O_RDONLY);
    int out = open("out", O_RDWR | O_CREAT, 0600);
    fails_with(EOVERFLOW, sendfile(out, in, &start, 1));
    start = LIMIT - 1;
    is(sendfile(out, in, &start, 10), 0);
    start = -1;
    fails_with(EINVAL, sendfile(out, in, &start, 1));
    start = LIMIT;
    is(sendfile(out, in, &start, 0), 0);
    start = LIMIT + 1l;
    fails_with(EOVERFLOW, sendfile(out, in, &start, 0));
    lseek(in, LIMIT, SEEK_SET);
    fails_with(EOVERFLOW, sendfile(out, in, NULL, 1));
    close(in), close(out);
    unlink("out");
}

static void sealed(void)
{
    off_t start = 0;
    int ends[2], in = memfd_create("in", 0);
    int out = memfd_create("out", MFD_ALLOW_SEALING);
    pipe(ends);
    write(in, "hello", 5), write(ends[1], "hello", 5);
    write(out, "hello", 5);
    fcntl(out, F_ADD_SEALS, F_SEAL_GROW);
    fails_with(EPERM, copy_file_range(in, &start, out, NULL, 5, 0));
    lseek(out, 3, SEEK_SET);
    fails_with(EPERM, copy_file_range(in, &start, out, NULL, 5, 0));
    fails_with(EPERM, sendfile(out, in, &start, 5));
    fails_with(EPERM, splice(ends[0], NULL, out, NULL, 5, 0));
    fcntl(out, F_ADD_SEALS, F_SEAL_WRITE);
    lseek(out, 0, SEEK_SET);
    fails_with(EPERM, copy_file_range(in, &start, out, NULL, 5, 0));
    fails_with(EPERM, sendfile(out, in, &start, 5));
    fails_with(EPERM, splice(ends[0], NULL, out, NULL, 5, 0));
    is(start, 0);
    is(read(ends[0], bytes, 9), 5);
    close(in), close(out), close(ends[0]), close(ends[1]);
}

/* Waiting. */
static void got(int number) { (void)number; }

static long wait_for(int what)
{
    struct epoll_event event;
    int epoll = epoll_create1(0);
    switch (what) {
    case 0:
        return raw(epoll_pwait, epoll, &event, 1, -1, NULL, 8l);
#ifdef SYS_epoll_wait
    case 1:
        return raw(epoll_wait, epoll, &event, 1, -1);
#endif
#ifdef SYS_epoll_pwait2
    case 2:
        return raw(epoll_pwait2, epoll, &event, 1, NULL, NULL, 8l);
#endif
    }
    errno = EINTR;
    return -1;
}

static void waiter(void *what)
{
    struct sigaction action = { .sa_handler = got, .sa_flags = SA_RESTART };
    sigaction(SIGUSR1, &action, NULL);
    pid_t self = getpid(), other = fork();
    if (!other) {
        if (what)
            until_asleep(self);
        for (;;) {
            kill(self, SIGUSR1);
            usleep(10000);
        }
    }
    long result = wait_for((intptr_t)what);
    int error = errno;
    kill(other, SIGKILL);
    _exit(result == -1 && error == EINTR ? 0 : 1);
}

static void interrupted(void)
{
    is(in_child(waiter, (void *)0), 0);
    is(in_child(waiter, (void *)1), 0);
    is(in_child(waiter, (void *)2), 0);
#ifdef SYS_epoll_pwait2
    struct epoll_event event;
    struct timespec odd = { 0, 1000000000 };
    int epoll = epoll_create1(0);
    fails_with(EBADF, raw(epoll_pwait2, -1, &event, 1, NULL, NULL, 8l));
    fails_with(EBADF, raw(epoll_pwait2, 99, &event, 1, NULL, NULL, 8l));
    fails_with(EINVAL, raw(epoll_pwait2, 0, &event, 1, NULL, NULL, 8l));
    fails_with(EINVAL, raw(epoll_pwait2, epoll, &event, 0, NULL, NULL, 8l));
    fails_with(EINVAL, raw(epoll_pwait2, epoll, &event, 1, &odd, NULL, 8l));
    fails_with(EFAULT, raw(epoll_pwait2, epoll, &event, 1, 8, NULL, 8l));
    close(epoll);
#endif
}

/* Two that would wait for each other's locks. */
static void deadlock(void)
{
    struct flock first = { .l_type = F_WRLCK, .l_len = 1 };
    struct flock second = { .l_type = F_WRLCK, .l_start = 1, .l_len = 1 };
    int fd = open("locked", O_RDWR | O_CREAT, 0600), ends[2], status;
    pipe(ends);
    fcntl(fd, F_SETLK, &first);
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        fcntl(fd, F_SETLK, &second);
        write(ends[1], "x", 1);
        _exit(fcntl(fd, F_SETLKW, &first) ? 1 : 0);
    }
    read(ends[0], bytes, 1);
    until_asleep(child);
    fails_with(EDEADLK, fcntl(fd, F_SETLKW, &second));
    fails_with(EAGAIN, fcntl(fd, F_SETLK, &second));
    first.l_type = F_UNLCK;
    fcntl(fd, F_SETLK, &first);
    waitpid(child, &status, 0);
    is(status, 0);
    close(fd), close(ends[0]), close(ends[1]);
    unlink("locked");
}

static void run(void)
{
    half_open();
    numbers();
    is(in_child(beyond, NULL), 0);
    attributes();
    no_room();
    far_away();
    sealed();
    interrupted();
    deadlock();
}
TEST_MAIN
