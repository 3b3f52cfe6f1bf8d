/* SPDX-License-Identifier: MIT */
/* epoll and the open files it watches: through dup, fork and close, in turn,
 * and what they are. */
#include "epoll_tools.h"

static void open_files(void)
{
    int epoll = epoll_create1(0), fd = eventfd(1, 0);
    is(add(epoll, fd, EPOLLIN, 1), 0);
    int other = dup(fd);
    close(fd);
    is(now(epoll), 1); /* the open file is still there */
    fails_with(EBADF, del(epoll, fd));
    fails_with(ENOENT, del(epoll, other));
    is(dup2(other, fd), fd);
    is(del(epoll, fd), 0); /* same file, same number */
    is(now(epoll), 0);
    is(add(epoll, fd, EPOLLIN, 2), 0);
    is(add(epoll, other, EPOLLIN, 3), 0);
    is(now(epoll), 2);
    close(fd);
    is(now(epoll), 2);
    close(other);
    is(now(epoll), 0);

    /* The number again, by another file. */
    int again = eventfd(1, 0);
    is(again, fd);
    is(now(epoll), 0);
    is(add(epoll, again, EPOLLIN, 4), 0);
    is(now(epoll), 1);
    int copy = dup(epoll);
    close(epoll);
    is(now(copy), 1);
    close(again);
    is(now(copy), 0);
    close(copy);
}

static void in_fork(void *data)
{
    int *fds = data;
    uint64_t value = 1;
    if (now(fds[0]) != 1 || got[0].data.u64 != 77)
        _exit(1);
    close(fds[1]);
    if (now(fds[0]) != 1) /* the parent has it open */
        _exit(2);
    if (write(fds[2], &value, 8) != 8)
        _exit(3);
    int mine = eventfd(1, 0);
    if (add(fds[0], mine, EPOLLIN, 78))
        _exit(4);
    if (now(fds[0]) != 2)
        _exit(5);
}

static void forks(void)
{
    int epoll = epoll_create1(0), fd = eventfd(1, 0);
    is(add(epoll, fd, EPOLLIN, 77), 0);
    int fds[3] = { epoll, fd, eventfd(0, 0) };
    is(in_child(in_fork, fds), 0);
    is(now(epoll), 1); /* the child's own went with it */
    is(got[0].data.u64, 77);
    close(fds[2]);
    close(fd);
    is(now(epoll), 0);
    close(epoll);
}

static void fairness(void)
{
    enum { MANY = 8 };
    int epoll = epoll_create1(0), fds[MANY], seen[MANY] = { 0 };
    for (int i = 0; i < MANY; i++) {
        fds[i] = eventfd(1, 0);
        if (add(epoll, fds[i], EPOLLIN, i))
            note("add %d: %d", i, errno);
    }
    for (int i = 0; i < 2 * MANY / 2; i++) {
        if (epoll_wait(epoll, got, 2, 0) != 2)
            note("not two");
        seen[got[0].data.u64]++;
        seen[got[1].data.u64]++;
    }
    int fair = 0;
    for (int i = 0; i < MANY; i++)
        fair += seen[i] == 2;
    is(fair, MANY);
    is(now(epoll), MANY);
    for (int i = 0; i < MANY; i++)
        close(fds[i]);
    close(epoll);
}

static void others(void)
{
    int epoll = epoll_create1(0);
    int pid_fd, child = fork();
    if (!child)
        _exit(0);
    pid_fd = syscall(SYS_pidfd_open, child, 0);
    is(add(epoll, pid_fd, EPOLLIN | EPOLLET, 1), 0);
    is(epoll_wait(epoll, got, 1, 5000), 1);
    is(got[0].events, EPOLLIN);
    waitpid(child, NULL, 0);
    close(pid_fd);

    int master = posix_openpt(O_RDWR | O_NOCTTY);
    grantpt(master);
    unlockpt(master);
    int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    is(add(epoll, slave, EPOLLIN | EPOLLET, 2), 0);
    is(add(epoll, master, EPOLLIN | EPOLLET, 3), 0);
    is(now(epoll), 0);
    is(write(master, "x\n", 2), 2);
    int slaves = 0, masters = 0;
    while (slaves < 1 || masters < 1) {
        int n = epoll_wait(epoll, got, 2, 5000);
        for (int i = 0; i < n; i++)
            got[i].data.u64 == 2 ? slaves++ : masters++;
        if (n <= 0)
            break;
    }
    ok(slaves >= 1 && masters >= 1);
    close(slave);
    is(epoll_wait(epoll, got, 2, 5000), 1);
    is(got[0].data.u64, 3);
    ok(got[0].events & EPOLLHUP);
    close(master);
    close(epoll);
}

static void fdinfo(void)
{
    int epoll = epoll_create1(0), fd = eventfd(0, 0);
    char path[64], text[512] = "", want[96];
    is(add(epoll, fd, EPOLLIN | EPOLLET, 0xabcdef), 0);
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", epoll);
    int info = open(path, O_RDONLY);
    ok(read(info, text, sizeof text - 1) > 0);
    snprintf(want, sizeof want,
        "tfd: %8d events: %8x data: %16x  pos:0 ino:", fd,
        EPOLLIN | EPOLLET | EPOLLERR | EPOLLHUP, 0xabcdef);
    ok(strstr(text, want));
    close(info);
    close(fd);
    close(epoll);
}

/* Files of the system can be watched, files of processes cannot. */
static void proc_files(void)
{
    int epoll = epoll_create1(0);
    int system = open("/proc/version", O_RDONLY);
    int setting = open("/proc/sys/kernel/ostype", O_RDONLY);
    int process = open("/proc/self/stat", O_RDONLY);
    is(add(epoll, system, EPOLLIN | EPOLLOUT | EPOLLPRI, 1), 0);
    is(epoll_wait(epoll, got, 8, 0), 1);
    is(got[0].events, EPOLLIN | EPOLLOUT);
    is(epoll_ctl(epoll, EPOLL_CTL_DEL, system, NULL), 0);
    is(add(epoll, setting, EPOLLIN, 2), 0);
    is(epoll_wait(epoll, got, 8, 0), 1);
    fails_with(EPERM, add(epoll, process, EPOLLIN, 3));
    close(system), close(setting), close(process), close(epoll);
}

/* Of all that a user watches. */
static void most(void)
{
    static const char setting[] = "/proc/sys/fs/epoll/max_user_watches";
    char before[32] = "";
    int epoll = epoll_create1(0), a = eventfd(1, 0), b = eventfd(1, 0);
    int fd = open(setting, O_RDWR);
    ssize_t bytes = read(fd, before, sizeof before - 1);
    ok(atol(before) > 1000);
    is(add(epoll, a, EPOLLIN, 1), 0);
    is(pwrite(fd, "1\n", 2, 0), 2);
    fails_with(ENOSPC, add(epoll, b, EPOLLIN, 2));
    fails_with(EEXIST, add(epoll, a, EPOLLIN, 1)); /* looked at before */
    is(epoll_wait(epoll, got, 8, 0), 1);
    is(del(epoll, a), 0);
    is(pwrite(fd, "0", 1, 0), 1);
    fails_with(ENOSPC, add(epoll, a, EPOLLIN, 1));
    fails_with(EINVAL, pwrite(fd, "-1", 2, 0));
    fails_with(EINVAL, pwrite(fd, "x", 1, 0));
    is(pwrite(fd, before, bytes, 0), bytes);
    is(add(epoll, b, EPOLLIN, 2), 0);
    close(fd), close(epoll), close(a), close(b);
}

static void run(void)
{
    open_files();
    forks();
    fairness();
    others();
    fdinfo();
    proc_files();
    most();
}
TEST_MAIN
