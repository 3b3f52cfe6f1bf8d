/* SPDX-License-Identifier: MIT */
/* MSG_OOB on local streams: one byte that is urgent, beside or in the stream. */
#include "sockets.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>

static char got[64];

static void pair_of(int fds[2])
{
    socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
}

static void close_pair(int fds[2])
{
    close(fds[0]);
    close(fds[1]);
}

static int bytes_ready(int fd)
{
    int bytes = -1;
    return ioctl(fd, FIONREAD, &bytes) ? -errno : bytes;
}

static int at_mark(int fd)
{
    int is_there = -1;
    return ioctl(fd, SIOCATMARK, &is_there) ? -errno : is_there;
}

static const char *text_from(int fd, size_t bytes, int flags)
{
    memset(got, 0, sizeof got);
    if (recv(fd, got, bytes, flags | MSG_DONTWAIT) < 0)
        return strerror(errno);
    return got;
}

static void errors(void)
{
    int fds[2], type, types[2] = { SOCK_DGRAM, SOCK_SEQPACKET };
    for (type = 0; type < 2; type++) {
        socketpair(AF_UNIX, types[type], 0, fds);
        fails_with(EOPNOTSUPP, send(fds[0], "a", 1, MSG_OOB));
        fails_with(EOPNOTSUPP, recv(fds[0], got, 1, MSG_OOB));
        close_pair(fds);
    }
    int alone = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    fails_with(ENOTCONN, send(alone, "a", 1, MSG_OOB));
    fails_with(ENOTCONN, recv(alone, got, 1, MSG_OOB));
    close(alone);
    alone = socket(AF_UNIX, SOCK_STREAM, 0);
    fails_with(ENOTCONN, send(alone, "a", 1, MSG_OOB));
    fails_with(EOPNOTSUPP, send(alone, "", 0, MSG_OOB));
    fails_with(EOPNOTSUPP, send_to(alone, "a", 1, MSG_OOB, "name"));
    fails_with(EOPNOTSUPP, send_to(alone, "", 0, MSG_OOB, "name"));
    fails_with(EINVAL, recv(alone, got, 1, MSG_OOB));
    is(at_mark(alone), 0);
    close(alone);
    pair_of(fds);
    fails_with(EOPNOTSUPP, send(fds[0], "", 0, MSG_OOB));
    fails_with(EISCONN, send_to(fds[0], "a", 1, MSG_OOB, "name"));
    fails_with(EOPNOTSUPP, send_to(fds[0], "", 0, MSG_OOB, "name"));
    fails_with(EINVAL, recv(fds[1], got, 1, MSG_OOB));
    fails_with(EFAULT, send(fds[0], (void *)8, 1, MSG_OOB));
    fails_with(EFAULT, ioctl(fds[0], SIOCATMARK, (void *)8));
    shutdown(fds[0], SHUT_WR);
    fails_with(EPIPE, send(fds[0], "a", 1, MSG_OOB | MSG_NOSIGNAL));
    close_pair(fds);
    pair_of(fds);
    close(fds[1]);
    fails_with(EPIPE, send(fds[0], "a", 1, MSG_OOB | MSG_NOSIGNAL));
    close(fds[0]);
}

/* Beside the stream. */
static void apart(void)
{
    int fds[2];
    pair_of(fds);
    is(ready(fds[1], POLLIN | POLLPRI), 0);
    is(send(fds[0], "hello", 5, MSG_OOB), 5);
    is(ready(fds[1], POLLIN | POLLPRI), POLLIN | POLLPRI);
    is(bytes_ready(fds[1]), 5);
    is(at_mark(fds[1]), 0);
    is_text(text_from(fds[1], 1, MSG_OOB | MSG_PEEK), "o");
    is(ready(fds[1], POLLPRI), POLLPRI);
    is_text(text_from(fds[1], 10, MSG_OOB), "o");
    is(ready(fds[1], POLLPRI), 0);
    fails_with(EINVAL, recv(fds[1], got, 1, MSG_OOB));
    is(bytes_ready(fds[1]), 4);
    is_text(text_from(fds[1], 10, 0), "hell");
    fails_with(EAGAIN, recv(fds[1], got, 1, MSG_DONTWAIT));
    is(bytes_ready(fds[1]), 0);
    close_pair(fds);
}

/* A read ends before the byte, and the next one goes by it. */
static void mark(void)
{
    int fds[2];
    pair_of(fds);
    send(fds[0], "ab!", 3, MSG_OOB);
    send(fds[0], "cd", 2, 0);
    is(bytes_ready(fds[1]), 5);
    is_text(text_from(fds[1], 10, 0), "ab");
    is(at_mark(fds[1]), 1);
    is(ready(fds[1], POLLIN | POLLPRI), POLLIN | POLLPRI);
    is_text(text_from(fds[1], 10, 0), "cd");
    is(ready(fds[1], POLLIN | POLLPRI), 0);
    is(at_mark(fds[1]), 0);
    fails_with(EINVAL, recv(fds[1], got, 1, MSG_OOB));
    /* The byte is taken, but its place still ends a read. */
    send(fds[0], "ab!", 3, MSG_OOB);
    send(fds[0], "cd", 2, 0);
    is_text(text_from(fds[1], 1, MSG_OOB), "!");
    is_text(text_from(fds[1], 10, 0), "ab");
    is_text(text_from(fds[1], 10, 0), "cd");
    /* A look ends before the byte as well, and goes by it. */
    send(fds[0], "ab!", 3, MSG_OOB);
    send(fds[0], "cd", 2, 0);
    is_text(text_from(fds[1], 10, MSG_PEEK), "ab");
    is_text(text_from(fds[1], 2, 0), "ab");
    is_text(text_from(fds[1], 10, MSG_PEEK), "cd");
    is(at_mark(fds[1]), 1);
    is_text(text_from(fds[1], 10, 0), "cd");
    send(fds[0], "!", 1, MSG_OOB);
    fails_with(EAGAIN, recv(fds[1], got, 9, MSG_PEEK | MSG_DONTWAIT));
    is(at_mark(fds[1]), 1);
    is(text_from(fds[1], 1, MSG_OOB)[0], '!');
    close_pair(fds);
}

static void taken_at_mark(void)
{
    int fds[2];
    pair_of(fds);
    /* A read that waits goes on. */
    send(fds[0], "!", 1, MSG_OOB);
    send(fds[0], "cd", 2, 0);
    is_text(text_from(fds[1], 1, MSG_OOB), "!");
    is(at_mark(fds[1]), 0);
    is_text(text_from(fds[1], 10, MSG_PEEK), "cd");
    is(recv(fds[1], got, 10, 0), 2);
    /* One that does not wait finds nothing there, once. */
    send(fds[0], "!", 1, MSG_OOB);
    send(fds[0], "cd", 2, 0);
    is_text(text_from(fds[1], 1, MSG_OOB), "!");
    fails_with(EAGAIN, recv(fds[1], got, 10, MSG_DONTWAIT));
    is_text(text_from(fds[1], 10, 0), "cd");
    send(fds[0], "!", 1, MSG_OOB);
    is_text(text_from(fds[1], 1, MSG_OOB), "!");
    shutdown(fds[0], SHUT_WR);
    is(recv(fds[1], got, 10, 0), 0);
    close_pair(fds);
}

/* Only the last one is urgent. */
static void several(void)
{
    int fds[2];
    pair_of(fds);
    send(fds[0], "a1", 2, MSG_OOB);
    send(fds[0], "b2", 2, MSG_OOB);
    is(bytes_ready(fds[1]), 4);
    is_text(text_from(fds[1], 1, MSG_OOB), "2");
    is_text(text_from(fds[1], 10, 0), "a1b");
    send(fds[0], "1", 1, MSG_OOB);
    is(ready(fds[1], POLLIN | POLLPRI), POLLIN | POLLPRI);
    is_text(text_from(fds[1], 1, MSG_OOB), "1");
    is(bytes_ready(fds[1]), 0);
    send(fds[0], "2", 1, MSG_OOB);
    is(bytes_ready(fds[1]), 1);
    is_text(text_from(fds[1], 1, MSG_OOB), "2");
    send(fds[0], "x", 1, 0);
    is(recv(fds[1], got, 10, 0), 1);
    is(got[0], 'x');
    send(fds[0], "1", 1, MSG_OOB);
    fails_with(EAGAIN, recv(fds[1], got, 10, MSG_DONTWAIT));
    is(ready(fds[1], POLLIN | POLLPRI), 0);
    close_pair(fds);
}

static void in_line(void)
{
    int fds[2];
    pair_of(fds);
    set_option(fds[1], SO_OOBINLINE, 1);
    send(fds[0], "ab!", 3, MSG_OOB);
    send(fds[0], "cd", 2, 0);
    is(ready(fds[1], POLLIN | POLLPRI), POLLIN | POLLPRI);
    fails_with(EINVAL, recv(fds[1], got, 1, MSG_OOB));
    is_text(text_from(fds[1], 10, 0), "ab");
    is(at_mark(fds[1]), 1);
    is_text(text_from(fds[1], 10, MSG_PEEK), "!cd");
    is(ready(fds[1], POLLPRI), POLLPRI);
    is_text(text_from(fds[1], 10, 0), "!cd");
    is(ready(fds[1], POLLPRI), 0);
    fails_with(EAGAIN, recv(fds[1], got, 1, MSG_DONTWAIT));
    close_pair(fds);
}

static void header_tells(void)
{
    int fds[2];
    struct parcel parcel;
    pair_of(fds);
    send(fds[0], "ab!", 3, MSG_OOB);
    struct msghdr *header = parcel_for(&parcel, NULL, 0);
    is(recvmsg(fds[1], header, MSG_OOB), 1);
    is(header->msg_flags, MSG_OOB);
    is(parcel.data[0], '!');
    header = parcel_for(&parcel, NULL, 0);
    is(recvmsg(fds[1], header, 0), 2);
    is(header->msg_flags, 0);
    send(fds[0], "!", 1, MSG_OOB);
    fails_with(EFAULT, recv(fds[1], (void *)8, 1, MSG_OOB));
    fails_with(EINVAL, recv(fds[1], got, 1, MSG_OOB));
    send(fds[0], "!", 1, MSG_OOB);
    is(recv(fds[1], got, 0, MSG_OOB), 1);
    fails_with(EINVAL, recv(fds[1], got, 1, MSG_OOB));
    close_pair(fds);
}

static volatile int urgent_count;

static void on_urgent(int signal)
{
    urgent_count += signal == SIGURG;
}

static void signals(void)
{
    int fds[2];
    struct sigaction action = { .sa_handler = on_urgent };
    sigaction(SIGURG, &action, NULL);
    pair_of(fds);
    send(fds[0], "1", 1, MSG_OOB);
    is(urgent_count, 0);
    is(fcntl(fds[1], F_SETOWN, getpid()), 0);
    send(fds[0], "2", 1, MSG_OOB);
    is(urgent_count, 1);
    send(fds[0], "3", 1, 0);
    is(urgent_count, 1);
    close_pair(fds);
}

static void edges(void)
{
    int fds[2], epoll = epoll_create1(0);
    struct epoll_event event = { .events = EPOLLPRI | EPOLLET };
    pair_of(fds);
    epoll_ctl(epoll, EPOLL_CTL_ADD, fds[1], &event);
    is(epoll_wait(epoll, &event, 1, 0), 0);
    send(fds[0], "a", 1, 0);
    is(epoll_wait(epoll, &event, 1, 0), 0);
    send(fds[0], "!", 1, MSG_OOB);
    is(epoll_wait(epoll, &event, 1, 0), 1);
    is(event.events, EPOLLPRI);
    is(epoll_wait(epoll, &event, 1, 0), 0);
    send(fds[0], "!", 1, MSG_OOB);
    is(epoll_wait(epoll, &event, 1, 0), 1);
    close(epoll);
    close_pair(fds);
}

static volatile int is_told;

static void tell(int signal)
{
    is_told = signal;
}

/* A group's owner tells all, a thread's that one; nobody: none. */
static void owners(void)
{
    int fds[2];
    pair_of(fds);
    signal(SIGURG, tell);
    struct f_owner_ex owner = { F_OWNER_TID, syscall(SYS_gettid) };
    is(fcntl(fds[1], F_SETOWN_EX, &owner), 0);
    send(fds[0], "1", 1, MSG_OOB);
    is(is_told, SIGURG);
    is_told = 0;
    setpgid(0, 0);
    is(fcntl(fds[1], F_SETOWN, -getpgrp()), 0);
    send(fds[0], "2", 1, MSG_OOB);
    is(is_told, SIGURG);
    is_told = 0;
    is(fcntl(fds[1], F_SETOWN, 0), 0);
    send(fds[0], "3", 1, MSG_OOB);
    is(is_told, 0);
    close_pair(fds);
}

static void rights(void)
{
    int fds[2];
    struct parcel parcel;
    pair_of(fds);
    size_t bytes = sizeof(int);
    struct msghdr *header = parcel_for(&parcel, "!", CMSG_SPACE(bytes));
    struct cmsghdr *first = CMSG_FIRSTHDR(header);
    first->cmsg_level = SOL_SOCKET;
    first->cmsg_type = SCM_RIGHTS;
    first->cmsg_len = CMSG_LEN(bytes);
    memcpy(CMSG_DATA(first), &fds[0], bytes);
    is(sendmsg(fds[0], header, MSG_OOB), 1);
    int told, fd = receive_fd(fds[1], MSG_OOB, &told);
    is(told, MSG_OOB);
    is(fd, -1); /* the byte comes alone */
    close_pair(fds);
}

static void run(void)
{
    errors();
    apart();
    mark();
    taken_at_mark();
    several();
    in_line();
    header_tells();
    signals();
    owners();
    edges();
    rights();
}
TEST_MAIN
