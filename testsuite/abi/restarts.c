/* SPDX-License-Identifier: MIT */
/* What becomes of each call that waits when a signal's handler runs, with and
 * without SA_RESTART, and when its process is stopped and goes on: it waits again
 * (w), fails with EINTR (e), or ends otherwise. */
#include "restarts.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/un.h>

static long of_pipe(void) { return reads(pipe_end(0)); }
static long of_event(void) { return reads(eventfd(0, 0)); }
static long of_timer(void) { return reads(timerfd_create(CLOCK_MONOTONIC, 0)); }
static long of_watch(void) { return reads(inotify_init()); }
static long of_socket(void) { return reads(pair_end(SOCK_STREAM)); }
static long of_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return reads(signalfd(-1, &set, 0));
}

static long to_pipe(void) { return writes(pipe_end(1)); }
static long to_socket(void) { return writes(pair_end(SOCK_STREAM)); }

static long opens(void)
{
    mkfifo("fifo", 0600);
    ready();
    return open("fifo", O_RDONLY);
}

static long splices(void)
{
    int from = pipe_end(0), to = pipe_end(1);
    ready();
    return splice(from, NULL, to, NULL, 100, 0);
}

static int listens(void)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = "\0restarts" };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    bind(fd, (void *)&at, sizeof at);
    listen(fd, 0);
    return fd;
}

static long accepts(void)
{
    int fd = listens();
    ready();
    return accept(fd, NULL, NULL);
}

static long connects(void)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = "\0restarts" };
    int first = socket(AF_UNIX, SOCK_STREAM, 0);
    int second = socket(AF_UNIX, SOCK_STREAM, 0);
    listens();
    connect(first, (void *)&at, sizeof at);
    ready();
    return connect(second, (void *)&at, sizeof at);
}

static long receives(void)
{
    int fd = pair_end(SOCK_DGRAM);
    struct iovec to = { page, 100 };
    struct msghdr message = { .msg_iov = &to, .msg_iovlen = 1 };
    ready();
    return recvmsg(fd, &message, 0);
}

static long receives_in_time(void)
{
    int fd = pair_end(SOCK_STREAM);
    struct timeval patience = { 100, 0 };
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ready();
    return recv(fd, page, 100, 0);
}

/* Another has the lock, and never lets go of it. */
static int locked_file(bool by_record)
{
    struct flock all = { .l_type = F_WRLCK };
    int fd = open("locked", O_RDWR | O_CREAT, 0600);
    pid_t me = getpid();
    if (!fork()) {
        fd = open("locked", O_RDWR);
        by_record ? fcntl(fd, F_SETLKW, &all) : flock(fd, LOCK_EX);
        shared->word = 1;
        while (getppid() == me && !kill(me, 0))
            usleep(20000);
        _exit(0);
    }
    while (!shared->word)
        usleep(1000);
    return fd;
}

static long locks(void)
{
    int fd = locked_file(false);
    ready();
    return flock(fd, LOCK_EX);
}

static long locks_record(void)
{
    struct flock all = { .l_type = F_WRLCK };
    int fd = locked_file(true);
    ready();
    return fcntl(fd, F_SETLKW, &all);
}

static long waits_for_child(void)
{
    pid_t me = getpid();
    if (!fork()) {
        while (getppid() == me && !kill(me, 0))
            usleep(20000);
        _exit(0);
    }
    ready();
    return waitpid(-1, NULL, 0);
}

static long waits_on_word(void)
{
    ready();
    return futex(&shared->word, FUTEX_WAIT, 0, NULL, NULL, 0);
}

static long waits_on_word_in_time(void)
{
    ready();
    return futex(&shared->word, FUTEX_WAIT, 0, &long_time, NULL, 0);
}

static long waits_on_word_until(void)
{
    struct timespec until = time_after(CLOCK_MONOTONIC, 100000);
    ready();
    return futex(&shared->word, FUTEX_WAIT_BITSET, 0, &until, NULL, 1);
}

static long waits_for_lock(void)
{
    shared->lock = getppid();
    ready();
    return futex(&shared->lock, FUTEX_LOCK_PI, 0, NULL, NULL, 0);
}

static long waits_for_lock_until(void)
{
    struct timespec until = time_after(CLOCK_REALTIME, 100000);
    shared->lock = getppid();
    ready();
    return futex(&shared->lock, FUTEX_LOCK_PI, 0, &until, NULL, 0);
}

struct many_item {
    uint64_t value, address;
    uint32_t flags, reserved;
};

static long waits_on_many(void)
{
    struct many_item item = { 0, (uintptr_t)&shared->word, FUTEX_32, 0 };
    ready();
    return syscall(449, &item, 1, 0, NULL, 0);
}

static long waits_on_many_until(void)
{
    struct timespec until = time_after(CLOCK_MONOTONIC, 100000);
    struct many_item item = { 0, (uintptr_t)&shared->word, FUTEX_32, 0 };
    ready();
    return syscall(449, &item, 1, 0, &until, CLOCK_MONOTONIC);
}

static long sleeps(void)
{
    ready();
    return nanosleep(&long_time, NULL);
}

static long sleeps_until(void)
{
    struct timespec until = time_after(CLOCK_MONOTONIC, 100000);
    ready();
    return syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &until,
        NULL);
}

static long polls(void)
{
    struct pollfd one = { pipe_end(0), POLLIN, 0 };
    ready();
    return poll(&one, 1, -1);
}

static long polls_in_time(void)
{
    struct pollfd one = { pipe_end(0), POLLIN, 0 };
    sigset_t none;
    sigemptyset(&none);
    ready();
    return ppoll(&one, 1, &long_time, &none);
}

static long selects(void)
{
    struct timeval patience = { 100, 0 };
    ready();
    return select(0, NULL, NULL, NULL, &patience);
}

static long selects_with_mask(void)
{
    sigset_t none;
    sigemptyset(&none);
    ready();
    return pselect(0, NULL, NULL, NULL, &long_time, &none);
}

static long waits_for_events(void)
{
    struct epoll_event got;
    int fd = epoll_create1(0);
    ready();
    return epoll_wait(fd, &got, 1, -1);
}

static long pauses(void)
{
    ready();
    return pause();
}

static long suspends(void)
{
    sigset_t none;
    sigemptyset(&none);
    ready();
    return sigsuspend(&none);
}

static long awaits_signal(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    ready();
    return syscall(SYS_rt_sigtimedwait, &set, NULL, &long_time, 8);
}

static const struct row rows[] = {
    { of_pipe, "eww", "read of a pipe" },
    { of_event, "eww", "read of an eventfd" },
    { of_timer, "eww", "read of a timerfd" },
    { of_watch, "eww", "read of an inotify file" },
    { of_socket, "eww", "read of a socket" },
    { of_signals, "eww", "read of a signalfd" },
    { to_pipe, "eww", "write to a full pipe" },
    { to_socket, "eww", "write to a full socket" },
    { opens, "eww", "open of a FIFO" },
    { splices, "eww", "splice" },
    { accepts, "eww", "accept" },
    { connects, "eww", "connect" },
    { receives, "eww", "recvmsg" },
    { receives_in_time, "eee", "recv with SO_RCVTIMEO" },
    { locks, "eww", "flock" },
    { locks_record, "eww", "fcntl of a lock" },
    { waits_for_child, "eww", "waitpid" },
    { waits_on_word, "eww", "FUTEX_WAIT" },
    { waits_on_word_in_time, "eew", "FUTEX_WAIT with a time" },
    { waits_on_word_until, "eew", "FUTEX_WAIT_BITSET with a time" },
    { waits_for_lock, "www", "FUTEX_LOCK_PI" },
    { waits_for_lock_until, "www", "FUTEX_LOCK_PI with a time" },
    { waits_on_many, "eww", "futex_waitv" },
    { waits_on_many_until, "eww", "futex_waitv with a time" },
    { sleeps, "eew", "nanosleep" },
    { sleeps_until, "eew", "clock_nanosleep" },
    { polls, "eew", "poll" },
    { polls_in_time, "eew", "ppoll with a time" },
    { selects, "eew", "select" },
    { selects_with_mask, "eew", "pselect" },
    { waits_for_events, "eee", "epoll_wait" },
    { pauses, "eew", "pause" },
    { suspends, "eew", "sigsuspend" },
    { awaits_signal, "eee", "sigtimedwait" },
};

static void run(void)
{
    try_all(rows, sizeof rows / sizeof *rows);
}
TEST_MAIN
