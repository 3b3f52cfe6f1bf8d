/* SPDX-License-Identifier: MIT */
/* Flags of messages that local sockets heed, or not; and less than was asked
 * for. */
#include "tap.h"

#include <sys/socket.h>
#include <sys/uio.h>

/* Libraries may do these themselves, one message at a time. */
#define raw(name, ...) syscall(SYS_##name, __VA_ARGS__)

static int ends[2];
static char got[4096];

static void pair(int kind)
{
    close(ends[0]), close(ends[1]);
    socketpair(AF_UNIX, kind, 0, ends);
}

static long receive(size_t bytes, int flags, int *said)
{
    struct iovec part = { got, bytes };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1,
        .msg_flags = -1 };
    memset(got, 0, sizeof got);
    long result = recvmsg(ends[1], &message, flags);
    *said = message.msg_flags;
    return result;
}

static long take(size_t bytes, int flags)
{
    memset(got, 0, sizeof got);
    return recv(ends[1], got, bytes, flags);
}

static void sent(int kind)
{
    static const int flags[] = { MSG_DONTROUTE, MSG_CONFIRM, MSG_MORE,
        MSG_FASTOPEN, MSG_SYN, MSG_RST, MSG_FIN, MSG_PEEK, MSG_TRUNC,
        MSG_CTRUNC, MSG_WAITALL, MSG_ZEROCOPY, MSG_CMSG_CLOEXEC, MSG_PROXY,
        MSG_EOR, 1 << 24 };
    int said;
    pair(kind);
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        bool is_sent = send(ends[0], "hello", 5, flags[i]) == 5;
        long result = receive(9, MSG_DONTWAIT, &said);
        if (!ok(is_sent && result == 5 && !said))
            note("%#x: %ld, %#x", flags[i], result, said);
    }
}

static void ignored(int kind)
{
    static const int flags[] = { MSG_DONTROUTE, MSG_CONFIRM, MSG_MORE,
        MSG_FASTOPEN, MSG_EOR, MSG_NOSIGNAL, MSG_ERRQUEUE, MSG_CTRUNC,
        1 << 24 };
    int said;
    pair(kind);
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        send(ends[0], "hello", 5, 0);
        long result = receive(9, MSG_DONTWAIT | flags[i], &said);
        if (!ok(result == 5 && !said))
            note("%#x: %ld, %#x", flags[i], result, said);
    }
}

/* Whole messages, and what is cut of them. */
static void cut(int kind)
{
    int said;
    pair(kind);
    send(ends[0], "hello", 5, 0), send(ends[0], "you", 3, 0);
    is(receive(2, MSG_PEEK, &said), 2);
    is(said, MSG_TRUNC);
    is(receive(2, MSG_PEEK | MSG_TRUNC, &said), 5);
    is(said, MSG_TRUNC);
    is_text(got, "he");
    is(receive(5, MSG_PEEK | MSG_TRUNC, &said), 5);
    is(said, 0);
    is(receive(9, MSG_TRUNC, &said), 5);
    is(said, 0);
    is(take(1, MSG_TRUNC), 3);
    is_text(got, "y");
    fails_with(EAGAIN, take(1, MSG_TRUNC | MSG_DONTWAIT));
    send(ends[0], "hello", 5, 0);
    is(take(9, MSG_WAITALL), 5);
    send(ends[0], "hello", 5, 0);
    is(take(0, 0), 0);
    send(ends[0], "hello", 5, 0);
    is(take(0, MSG_TRUNC), 5);
    send(ends[0], "", 0, 0);
    is(take(9, MSG_DONTWAIT), 0);
    fails_with(EAGAIN, take(0, MSG_DONTWAIT));
    is(read(ends[1], got, 0), 0);
}

static void streams(void)
{
    int said;
    pair(SOCK_STREAM);
    send(ends[0], "hello", 5, 0), send(ends[0], "you", 3, 0);
    is(receive(2, MSG_TRUNC, &said), 2);
    is(said, 0);
    is_text(got, "he");
    is(take(9, MSG_PEEK), 6);
    is_text(got, "lloyou");
    is(take(6, MSG_PEEK | MSG_WAITALL), 6);
    is(take(4, MSG_WAITALL), 4);
    is_text(got, "lloy");
    is(take(0, 0), 0);
    is(take(9, 0), 2);
    fails_with(EAGAIN, take(0, MSG_DONTWAIT));
    fails_with(EAGAIN, take(3, MSG_DONTWAIT | MSG_WAITALL));
    is(read(ends[1], got, 0), 0);
    is(send(ends[0], "", 0, 0), 0);
    fails_with(EAGAIN, take(3, MSG_DONTWAIT));
    send(ends[0], "hello", 5, 0);
    is(take(9, MSG_DONTWAIT | MSG_WAITALL), 5);
    send(ends[0], "hello", 5, 0);
    shutdown(ends[0], SHUT_WR);
    is(take(9, MSG_WAITALL), 5);
    is(take(9, MSG_WAITALL), 0);
    is(take(0, 0), 0);
}

/* A stream that would wait takes what there is room for. */
static void no_room(void)
{
    static char much[1 << 20];
    struct iovec parts[3] = { { much, 10 }, { (void *)8, 10 }, { much, 10 } };
    struct msghdr message = { .msg_iov = parts, .msg_iovlen = 3 };
    pair(SOCK_STREAM);
    long sent = send(ends[0], much, sizeof much, MSG_DONTWAIT);
    ok(sent > 0 && sent < (long)sizeof much);
    fails_with(EAGAIN, send(ends[0], much, sizeof much, MSG_DONTWAIT));
    pair(SOCK_STREAM);
    fails_with(EFAULT, sendmsg(ends[0], &message, 0));
    fails_with(EAGAIN, take(99, MSG_DONTWAIT));
    send(ends[0], "hello you and you", 17, 0);
    message.msg_iovlen = 2;
    fails_with(EFAULT, recvmsg(ends[1], &message, 0));
    is(take(99, MSG_DONTWAIT), 17);
    pair(SOCK_DGRAM);
    fails_with(EFAULT, sendmsg(ends[0], &message, 0));
    fails_with(EAGAIN, take(99, MSG_DONTWAIT));
    send(ends[0], "hello you and you", 17, 0);
    fails_with(EFAULT, recvmsg(ends[1], &message, MSG_PEEK));
    fails_with(EFAULT, recvmsg(ends[1], &message, 0));
    fails_with(EAGAIN, take(99, MSG_DONTWAIT)); /* it is gone */
}

static void many(void)
{
    static struct mmsghdr messages[1030];
    struct iovec part = { got, 1 };
    pair(SOCK_STREAM);
    for (int i = 0; i < 1030; i++)
        messages[i].msg_hdr = (struct msghdr){ .msg_iov = &part,
            .msg_iovlen = 1 };
    long sent = raw(sendmmsg, ends[0], messages, 1030, MSG_DONTWAIT);
    ok(sent > 0 && sent <= 1024);
    is(take(sizeof got, MSG_DONTWAIT), sent);
    while (take(sizeof got, MSG_DONTWAIT) > 0)
        ;
    send(ends[0], "hello", 5, 0);
    is(raw(recvmmsg, ends[1], messages, 9, MSG_DONTWAIT, NULL), 5);
    fails_with(EAGAIN, raw(recvmmsg, ends[1], messages, 9, MSG_DONTWAIT, NULL));
    is(raw(recvmmsg, ends[1], messages, 0, 0, NULL), 0);
    fails_with(EBADF, raw(recvmmsg, -1, messages, 0, 0, NULL));
    fails_with(EBADF, raw(sendmmsg, -1, messages, 0, 0));
    fails_with(ENOTSOCK, raw(sendmmsg, 0, messages, 1, 0));
    close(ends[1]);
    fails_with(EPIPE, raw(sendmmsg, ends[0], messages, 2, MSG_NOSIGNAL));
    ends[1] = -1;
    pair(SOCK_DGRAM);
    send(ends[0], "x", 1, 0);
    messages[1].msg_hdr.msg_iovlen = 1025;
    is(raw(recvmmsg, ends[1], messages, 2, MSG_DONTWAIT, NULL), 1);
    fails_with(EMSGSIZE, raw(sendmmsg, ends[0], messages + 1, 1, 0));
    is(raw(sendmmsg, ends[0], messages, 2, 0), 1);
}

static void run(void)
{
    ends[0] = ends[1] = -1;
    sent(SOCK_STREAM), sent(SOCK_DGRAM), sent(SOCK_SEQPACKET);
    ignored(SOCK_STREAM), ignored(SOCK_DGRAM), ignored(SOCK_SEQPACKET);
    cut(SOCK_DGRAM), cut(SOCK_SEQPACKET);
    streams();
    no_room();
    many();
    close(ends[0]), close(ends[1]);
}
TEST_MAIN
