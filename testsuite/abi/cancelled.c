/* SPDX-License-Identifier: MIT */
/* Every wait for a file ends at once for a signal, or is made again after it, as
 * signal(7) says; and for the end of the process. */
#include "cancelled.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/uio.h>

#ifndef F_OFD_SETLKW
#define F_OFD_SETLKW 38
#endif

static void with_pipe(void)
{
    pipe(fds);
}

static void with_full_pipe(void)
{
    pipe(fds);
    write(fds[1], data, 65536);
}

static long read_first(void)
{
    return read(fds[0], data, sizeof data);
}

static long write_second(void)
{
    return write(fds[1], data, 100);
}

static void with_fifo(void)
{
    mkfifo("fifo", 0600);
}

static long open_fifo(void)
{
    return open("fifo", O_RDONLY);
}

static void with_eventfd(void)
{
    fds[0] = eventfd(0, 0);
}

static void with_full_eventfd(void)
{
    fds[0] = eventfd(0, 0);
    uint64_t most = UINT64_MAX - 1;
    write(fds[0], &most, sizeof most);
}

static long write_eventfd(void)
{
    uint64_t one = 1;
    return write(fds[0], &one, sizeof one);
}

static void with_timerfd(void)
{
    fds[0] = timerfd_create(CLOCK_MONOTONIC, 0);
}

static void with_signalfd(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    fds[0] = signalfd(-1, &set, 0);
}

static void with_inotify(void)
{
    fds[0] = inotify_init1(0);
}

static void with_epoll(void)
{
    struct epoll_event event = { .events = EPOLLIN };
    pipe(fds);
    fds[2] = epoll_create1(0);
    epoll_ctl(fds[2], EPOLL_CTL_ADD, fds[0], &event);
}

static long wait_epoll(void)
{
    struct epoll_event event;
    return epoll_wait(fds[2], &event, 1, -1);
}

static long wait_epoll_long(void)
{
    struct epoll_event event;
    return epoll_wait(fds[2], &event, 1, 1000000);
}

static long wait_poll(void)
{
    struct pollfd item = { fds[0], POLLIN, 0 };
    return poll(&item, 1, -1);
}

static long wait_select(void)
{
    fd_set set;
    FD_ZERO(&set);
    FD_SET(fds[0], &set);
    return select(fds[0] + 1, &set, NULL, NULL, NULL);
}

static void with_two_pipes(void)
{
    pipe(fds);
    pipe(fds + 2);
}

static long splice_it(void)
{
    return splice(fds[0], NULL, fds[3], NULL, 10, 0);
}

static long tee_it(void)
{
    return tee(fds[0], fds[3], 10, 0);
}

static long splice_memory(void)
{
    struct iovec vector = { data, 10 };
    return vmsplice(fds[1], &vector, 1, 0);
}

static void with_file_and_full_pipe(void)
{
    with_full_pipe();
    fds[2] = open("file", O_RDWR | O_CREAT, 0600);
    write(fds[2], data, 100);
}

static long send_file(void)
{
    off_t at = 0;
    return sendfile(fds[1], fds[2], &at, 100);
}

static void with_lock(void)
{
    fds[0] = open("file", O_RDWR | O_CREAT, 0600);
    fds[1] = open("file", O_RDWR);
    flock(fds[0], LOCK_EX);
    struct flock lock = { .l_type = F_WRLCK };
    fcntl(fds[0], F_SETLK, &lock);
}

static long lock_it(void)
{
    return flock(fds[1], LOCK_EX);
}

static long lock_record(void)
{
    struct flock lock = { .l_type = F_WRLCK };
    return fcntl(fds[1], F_SETLKW, &lock);
}

static long lock_open_file(void)
{
    struct flock lock = { .l_type = F_WRLCK };
    return fcntl(fds[1], F_OFD_SETLKW, &lock);
}

static void with_terminal(void)
{
    fds[0] = open("/dev/ptmx", O_RDWR | O_NOCTTY);
    int off = 0;
    ioctl(fds[0], TIOCSPTLCK, &off);
    int number = 0;
    char path[32];
    ioctl(fds[0], TIOCGPTN, &number);
    snprintf(path, sizeof path, "/dev/pts/%d", number);
    fds[1] = open(path, O_RDWR | O_NOCTTY);
}

static long read_slave(void)
{
    return read(fds[1], data, 10);
}

static void with_log(void)
{
    fds[0] = open("/dev/kmsg", O_RDONLY);
    lseek(fds[0], 0, SEEK_END);
}

/* Others may write there. */
static long read_log(void)
{
    ssize_t bytes;
    do
        bytes = read(fds[0], data, sizeof data);
    while (bytes > 0);
    return bytes;
}

static void with_process(void)
{
    pid_t child = fork();
    if (!child)
        for (;;)
            pause();
    fds[0] = syscall(SYS_pidfd_open, child, 0);
    fds[3] = -child;
}

static long wait_process(void)
{
    struct pollfd item = { fds[0], POLLIN, 0 };
    return poll(&item, 1, -1);
}

/* A child of the one who waits. */
static long wait_child(void)
{
    pid_t child = fork();
    siginfo_t info;
    if (!child) {
        /* Its end is its parent's. */
        signal(SIGUSR1, SIG_DFL);
        char byte;
        close(fds[1]);
        read(fds[0], &byte, 1);
        _exit(0);
    }
    int fd = syscall(SYS_pidfd_open, child, 0);
    return waitid(P_PIDFD, fd, &info, WEXITED);
}

static const struct row rows[] = {
    { "read of a pipe", with_pipe, read_first, true },
    { "write to a pipe", with_full_pipe, write_second, true },
    { "open of a FIFO", with_fifo, open_fifo, true },
    { "read of an eventfd", with_eventfd, read_first, true },
    { "write to an eventfd", with_full_eventfd, write_eventfd, true },
    { "read of a timerfd", with_timerfd, read_first, true },
    { "read of a signalfd", with_signalfd, read_first, true },
    { "read of an inotify file", with_inotify, read_first, true },
    { "epoll_wait", with_epoll, wait_epoll, false },
    { "epoll_wait with a time-out", with_epoll, wait_epoll_long, false },
    { "poll", with_pipe, wait_poll, false },
    { "select", with_pipe, wait_select, false },
    { "splice", with_two_pipes, splice_it, true },
    { "tee", with_two_pipes, tee_it, true },
    { "vmsplice", with_full_pipe, splice_memory, true },
    { "sendfile", with_file_and_full_pipe, send_file, true },
    { "flock", with_lock, lock_it, true },
    { "F_SETLKW", with_lock, lock_record, true },
    { "F_OFD_SETLKW", with_lock, lock_open_file, true },
    { "read of a master", with_terminal, read_first, true },
    { "read of a terminal", with_terminal, read_slave, true },
    { "read of /dev/kmsg", with_log, read_log, true },
    { "poll of a pidfd", with_process, wait_process, false },
    { "waitid", with_pipe, wait_child, true },
};

static void run(void)
{
    walk_rows(rows, sizeof rows / sizeof *rows);
}
TEST_MAIN
