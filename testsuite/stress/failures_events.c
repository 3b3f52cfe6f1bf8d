/* SPDX-License-Identifier: MIT */
/* Sockets, events, signals and pipes without memory: see failures.h. */
#include "failures.h"
#include "failures_splice.h"

#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>

/* Each makes one system call that may fail, after wish(), and undoes it. */

OPEN_LIKE(try_inotify, inotify_init1(0))
OPEN_LIKE(try_timerfd, timerfd_create(CLOCK_MONOTONIC, 0))
OPEN_LIKE(try_pidfd, syscall(SYS_pidfd_open, getpid(), 0))
OPEN_LIKE(try_datagram, socket(AF_UNIX, SOCK_DGRAM, 0))

static int try_signalfd(int nth)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    wish(nth);
    return close_it(signalfd(-1, &set, 0));
}

ATTEMPT(try_notice, int fd = inotify_init1(0),
    inotify_add_watch(fd, "/tmp", IN_CREATE), close(fd))

/* The event of a watch that finds no memory may be lost, not its cause. */
ATTEMPT(try_noticed, int fd = inotify_init1(0);
    inotify_add_watch(fd, ".", IN_CREATE),
    close_it(open("seen", O_RDWR | O_CREAT, 0600)), unlink("seen"); close(fd))

static int try_vfork(int nth)
{
    wish(nth);
    pid_t child = vfork();
    if (!child)
        _exit(0);
    int error = errno;
    wait_for_child(child);
    errno = error;
    return child < 0 ? -1 : 0;
}

static int try_queue(int nth)
{
    sigset_t set, old;
    siginfo_t info;
    const struct timespec now = { 0, 0 };
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &set, &old);
    wish(nth);
    int result = sigqueue(getpid(), SIGRTMIN, (union sigval){ .sival_int = 1 });
    int error = errno;
    sigtimedwait(&set, &info, &now);
    sigprocmask(SIG_SETMASK, &old, NULL);
    errno = error;
    return result;
}

/* ------------------------------------------------------------- sockets */

static const struct sockaddr_un place = { AF_UNIX, "socket" };

ATTEMPT(try_bind, int fd = socket(AF_UNIX, SOCK_STREAM, 0),
    bind(fd, (const void *)&place, sizeof place), unlink("socket"); close(fd))

static const struct sockaddr_un abstract = { AF_UNIX, "\0failures" };
ATTEMPT(try_abstract, int fd = socket(AF_UNIX, SOCK_STREAM, 0),
    bind(fd, (const void *)&abstract, sizeof abstract), close(fd))

static int listener(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (bind(fd, (const void *)&place, sizeof place) || listen(fd, 4))
        _exit(92);
    return fd;
}

ATTEMPT(try_connect, int server = listener();
    int fd = socket(AF_UNIX, SOCK_STREAM, 0),
    connect(fd, (const void *)&place, sizeof place),
    unlink("socket"); close(fd); close(server))

static int try_accept(int nth)
{
    int server = listener(), fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(fd, (const void *)&place, sizeof place))
        _exit(93);
    unlink("socket");
    wish(nth);
    int result = close_it(accept(server, NULL, NULL));
    return close_it(fd), close_it(server), result;
}

static int send_descriptor(int to)
{
    union {
        struct cmsghdr head;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control_part = { .bytes = "" };
    control_part.head.cmsg_len = CMSG_LEN(sizeof(int));
    control_part.head.cmsg_level = SOL_SOCKET;
    control_part.head.cmsg_type = SCM_RIGHTS;
    struct iovec one = { (void *)"x", 1 };
    struct msghdr message = { .msg_iov = &one, .msg_iovlen = 1,
        .msg_control = &control_part, .msg_controllen = sizeof control_part };
    memcpy(CMSG_DATA(&control_part.head), &(int){ 0 }, sizeof(int));
    return syscall(SYS_sendmsg, to, &message, 0);
}

WITH_ENDS(try_pass, socketpair(AF_UNIX, SOCK_STREAM, 0, ends),
    send_descriptor(ends[0]))

static int try_take(int nth)
{
    char byte, room[64];
    int ends[2];
    struct iovec one = { &byte, 1 };
    struct msghdr message = { .msg_iov = &one, .msg_iovlen = 1,
        .msg_control = room, .msg_controllen = sizeof room };
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
        return -1;
    if (send_descriptor(ends[0]) != 1)
        _exit(94);
    wish(nth);
    int result = syscall(SYS_recvmsg, ends[1], &message, 0), error = errno;
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    if (result > 0 && head && head->cmsg_type == SCM_RIGHTS)
        close(*(int *)CMSG_DATA(head));
    errno = error;
    return close_it(ends[0]), close_it(ends[1]), result;
}

/* --------------------------------------------------------------- pipes */

ATTEMPT(try_tee, int from[2]; int to[2];
    if (pipe(from) || pipe(to) || write(from[1], "some bytes", 10) != 10) return -1,
    tee(from[0], to[1], 10, 0), close_both(from); close_both(to))

static struct iovec some_bytes = { (void *)"some bytes", 10 };
WITH_ENDS(try_vmsplice, pipe(ends), vmsplice(ends[1], &some_bytes, 1, 0))

WITH_ENDS(try_pipe_size, pipe(ends), fcntl(ends[1], F_SETPIPE_SZ, 1 << 18))

ATTEMPT(try_fifo, NOTHING, mkfifo("fifo", 0600), unlink("fifo"))

ATTEMPT(try_open_fifo, mkfifo("fifo", 0600), close_it(open("fifo", O_RDWR)),
    unlink("fifo"))

static int try_select(int nth)
{
    fd_set set;
    struct timeval now = { 0, 0 };
    FD_ZERO(&set);
    FD_SET(1, &set);
    wish(nth);
    return select(1000, NULL, &set, NULL, &now);
}

static const struct operation operations[] = {
    { "inotify_init1", try_inotify, EMFILE },
    { "inotify_add_watch", try_notice, ENOSPC },
    { "an event of a watch", try_noticed, ENOSPC },
    { "timerfd_create", try_timerfd, 0 },
    { "pidfd_open", try_pidfd, 0 },
    { "signalfd", try_signalfd, 0 },
    { "vfork", try_vfork, EAGAIN },
    { "sigqueue", try_queue, EAGAIN },
    { "a socket of datagrams", try_datagram, ENFILE },
    { "bind", try_bind, ENOSPC },
    { "bind to no file", try_abstract, 0 },
    { "connect", try_connect, 0 },
    { "accept", try_accept, ENFILE },
    { "sendmsg of a descriptor", try_pass, ENOBUFS },
    { "recvmsg of a descriptor", try_take, 0 },
    { "tee", try_tee, 0 },
    { "splice into a pipe", try_splice_in, 0 },
    { "splice between pipes", try_splice_through, 0 },
    { "splice out of a pipe", try_splice_out, ENOBUFS },
    { "vmsplice", try_vmsplice, 0 },
    { "F_SETPIPE_SZ", try_pipe_size, 0 },
    { "mkfifo", try_fifo, ENOSPC },
    { "open of a FIFO", try_open_fifo, 0 },
    { "select", try_select, 0 },
};

static void run(void)
{
    walk_all(operations, sizeof operations / sizeof *operations);
}
TEST_MAIN
