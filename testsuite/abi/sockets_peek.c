/* SPDX-License-Identifier: MIT */
/* SO_PEEK_OFF: a peek goes on where the last one ended. */
#include "sockets.h"

#include <fcntl.h>

#ifndef SO_PEEK_OFF
#define SO_PEEK_OFF 42
#endif

static char got[64];

static const char *text_from(int fd, size_t bytes, int flags)
{
    memset(got, 0, sizeof got);
    if (recv(fd, got, bytes, flags | MSG_DONTWAIT) < 0)
        return strerror(errno);
    return got;
}

static void settings(void)
{
    static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };
    for (int i = 0; i < 3; i++) {
        int fd = socket(AF_UNIX, types[i], 0);
        is(option(fd, SO_PEEK_OFF), -1);
        is(set_option(fd, SO_PEEK_OFF, 5), 0);
        is(option(fd, SO_PEEK_OFF), 5);
        is(set_option(fd, SO_PEEK_OFF, -7), 0);
        is(option(fd, SO_PEEK_OFF), -7);
        fails_with(EINVAL, setsockopt(fd, SOL_SOCKET, SO_PEEK_OFF, got, 3));
        close(fd);
    }
}

static void stream(void)
{
    int fds[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
    send(fds[0], "aaaabbbb", 8, 0);
    is(set_option(fds[1], SO_PEEK_OFF, 0), 0);
    is_text(text_from(fds[1], 4, MSG_PEEK), "aaaa");
    is(option(fds[1], SO_PEEK_OFF), 4);
    is_text(text_from(fds[1], 2, MSG_PEEK), "bb");
    is(option(fds[1], SO_PEEK_OFF), 6);
    is_text(text_from(fds[1], 4, 0), "aaaa");
    is(option(fds[1], SO_PEEK_OFF), 2);
    is_text(text_from(fds[1], 4, MSG_PEEK), "bb");
    fails_with(EAGAIN, recv(fds[1], got, 4, MSG_PEEK | MSG_DONTWAIT));
    is(option(fds[1], SO_PEEK_OFF), 4);
    is(ready(fds[1], POLLIN), POLLIN);
    send(fds[0], "cc", 2, 0);
    is_text(text_from(fds[1], 4, MSG_PEEK), "cc");
    is_text(text_from(fds[1], 16, 0), "bbbbcc");
    is(option(fds[1], SO_PEEK_OFF), 0);
    send(fds[0], "dd", 2, 0);
    send(fds[0], "ee", 2, 0);
    send(fds[0], "ff", 2, 0);
    set_option(fds[1], SO_PEEK_OFF, 3);
    is_text(text_from(fds[1], 2, MSG_PEEK), "ef");
    is_text(text_from(fds[1], 16, MSG_PEEK), "f");
    set_option(fds[1], SO_PEEK_OFF, 1);
    is_text(text_from(fds[1], 16, MSG_PEEK), "deeff");
    set_option(fds[1], SO_PEEK_OFF, 100);
    fails_with(EAGAIN, recv(fds[1], got, 4, MSG_PEEK | MSG_DONTWAIT));
    set_option(fds[1], SO_PEEK_OFF, -1);
    is_text(text_from(fds[1], 4, MSG_PEEK), "ddee");
    is_text(text_from(fds[1], 4, MSG_PEEK), "ddee");
    is(option(fds[1], SO_PEEK_OFF), -1);
    set_option(fds[1], SO_PEEK_OFF, 100);
    shutdown(fds[0], SHUT_WR);
    is(recv(fds[1], got, 4, MSG_PEEK), 0);
    close(fds[0]);
    close(fds[1]);
}

static void packets(int type)
{
    int fds[2];
    socketpair(AF_UNIX, type, 0, fds);
    send(fds[0], "aaaa", 4, 0);
    send(fds[0], "bbbb", 4, 0);
    set_option(fds[1], SO_PEEK_OFF, 0);
    is_text(text_from(fds[1], 3, MSG_PEEK), "aaa");
    is(option(fds[1], SO_PEEK_OFF), 3);
    is_text(text_from(fds[1], 3, MSG_PEEK), "a");
    is_text(text_from(fds[1], 3, MSG_PEEK), "bbb");
    is(option(fds[1], SO_PEEK_OFF), 7);
    is(recv(fds[1], got, 0, MSG_PEEK | MSG_TRUNC), 1);
    is_text(text_from(fds[1], 8, 0), "aaaa");
    is(option(fds[1], SO_PEEK_OFF), 3);
    is(recv(fds[1], got, 8, MSG_PEEK | MSG_TRUNC), 1);
    is(option(fds[1], SO_PEEK_OFF), 4);
    fails_with(EAGAIN, recv(fds[1], got, 4, MSG_PEEK | MSG_DONTWAIT));
    is_text(text_from(fds[1], 1, 0), "b");
    is(option(fds[1], SO_PEEK_OFF), 0);
    struct parcel parcel;
    send(fds[0], "cccc", 4, 0);
    set_option(fds[1], SO_PEEK_OFF, 1);
    struct msghdr *header = parcel_for(&parcel, NULL, 0);
    parcel.vector.iov_len = 2;
    is(recvmsg(fds[1], header, MSG_PEEK), 2);
    is(header->msg_flags, MSG_TRUNC);
    is(recvmsg(fds[1], header, MSG_PEEK), 1);
    is(header->msg_flags, 0);
    is_text(text_from(fds[1], 8, 0), "cccc");
    /* One without bytes is passed by once it was looked at. */
    set_option(fds[1], SO_PEEK_OFF, 0);
    send(fds[0], "", 0, 0);
    send(fds[0], "dd", 2, 0);
    is(recv(fds[1], got, 8, MSG_PEEK), 0);
    is_text(text_from(fds[1], 8, MSG_PEEK), "dd");
    is(recv(fds[1], got, 8, 0), 0);
    is_text(text_from(fds[1], 8, 0), "dd");
    close(fds[0]);
    close(fds[1]);
}

static void run(void)
{
    settings();
    stream();
    packets(SOCK_DGRAM);
    packets(SOCK_SEQPACKET);
}
TEST_MAIN
