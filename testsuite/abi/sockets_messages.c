/* SPDX-License-Identifier: MIT */
/* sendmsg, recvmsg and those for many messages. */
#include "sockets.h"

static void vectors(void)
{
    int fds[2];
    char a[4] = "", b[8] = "";
    socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
    struct iovec out[2] = { { "abc", 3 }, { "defg", 4 } };
    struct iovec in[2] = { { a, 2 }, { b, 8 } };
    struct msghdr header = { .msg_iov = out, .msg_iovlen = 2 };
    is(sendmsg(fds[0], &header, 0), 7);
    header.msg_iov = in;
    header.msg_flags = -1;
    is(recvmsg(fds[1], &header, 0), 7);
    is(header.msg_flags, 0);
    is_text(a, "ab");
    is_text(b, "cdefg");
    is(writev(fds[0], out, 2), 7);
    is(readv(fds[1], in, 2), 7);
    header.msg_iovlen = 1025;
    fails_with(EMSGSIZE, syscall(SYS_sendmsg, fds[0], &header, 0));
    fails_with(EMSGSIZE, syscall(SYS_recvmsg, fds[1], &header, 0));
    header.msg_iovlen = 1;
    header.msg_iov = (void *)8;
    fails_with(EFAULT, syscall(SYS_sendmsg, fds[0], &header, 0));
    fails_with(EFAULT, syscall(SYS_sendmsg, fds[0], 8, 0));
    fails_with(EFAULT, syscall(SYS_recvmsg, fds[0], 8, 0));
    header.msg_iov = in;
    header.msg_name = a;
    header.msg_namelen = -1;
    fails_with(EINVAL, syscall(SYS_sendmsg, fds[0], &header, 0));
    header.msg_name = NULL;
    header.msg_namelen = 0;
    header.msg_control = b;
    header.msg_controllen = 1u << 31;
    fails_with(ENOBUFS, syscall(SYS_sendmsg, fds[0], &header, 0));
    header.msg_controllen = 3; /* less than a header: nothing */
    is(syscall(SYS_sendmsg, fds[0], &header, 0), 2);
    close(fds[0]);
    close(fds[1]);
}

static void names(void)
{
    int a = socket(AF_UNIX, SOCK_DGRAM, 0), b = socket(AF_UNIX, SOCK_DGRAM, 0);
    char text[8];
    struct sockaddr_un from;
    bind_to(a, "@messages-a");
    bind_to(b, "@messages-b");
    struct iovec vector = { text, 8 };
    struct msghdr header = { .msg_name = &from, .msg_namelen = sizeof from,
        .msg_iov = &vector, .msg_iovlen = 1 };
    send_to(a, "x", 1, 0, "@messages-b");
    is(recvmsg(b, &header, 0), 1);
    is(header.msg_namelen, NAME_HEAD + 11);
    is_text(name_text(&from, header.msg_namelen), "@messages-a");
    header.msg_namelen = 4;
    send_to(a, "x", 1, 0, "@messages-b");
    is(recvmsg(b, &header, 0), 1);
    is(header.msg_namelen, NAME_HEAD + 11); /* cut, and its true length */
    header.msg_name = NULL;
    header.msg_namelen = 77;
    send_to(a, "x", 1, 0, "@messages-b");
    is(recvmsg(b, &header, 0), 1);
    is(header.msg_namelen, 77);
    fails_with(EINVAL, sendto(a, "x", 1, 0, (void *)&from, 200));
    fails_with(EFAULT, sendto(a, "x", 1, 0, (void *)8, 20));
    fails_with(ENOTCONN, sendto(a, "x", 1, 0, NULL, 20));
    close(a);
    close(b);
}

static void many(void)
{
    int fds[2];
    char texts[8][8];
    struct iovec vectors[8];
    struct mmsghdr messages[8];
    memset(messages, 0, sizeof messages);
    socketpair(AF_UNIX, SOCK_DGRAM, 0, fds);
    for (int i = 0; i < 8; i++) {
        memset(texts[i], 'a' + i, 8);
        vectors[i] = (struct iovec){ texts[i], i + 1 };
        messages[i].msg_hdr.msg_iov = &vectors[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    is(sendmmsg(fds[0], messages, 8, 0), 8);
    is(messages[7].msg_len, 8);
    for (int i = 0; i < 8; i++)
        vectors[i].iov_len = 8;
    is(recvmmsg(fds[1], messages, 3, 0, NULL), 3);
    is(messages[2].msg_len, 3);
    is(recvmmsg(fds[1], messages, 8, MSG_WAITFORONE, NULL), 5);
    is(messages[4].msg_len, 8);
    fails_with(EAGAIN, recvmmsg(fds[1], messages, 8, MSG_DONTWAIT, NULL));
    struct timespec bad = { .tv_nsec = -1 }, soon = { .tv_sec = 20 };
    fails_with(EINVAL, recvmmsg(fds[1], messages, 8, 0, &bad));
    send(fds[0], "x", 1, 0);
    is(recvmmsg(fds[1], messages, 1, 0, &soon), 1);
    ok(soon.tv_sec < 20 && soon.tv_sec >= 10);
    vectors[3].iov_base = (void *)8;
    is(sendmmsg(fds[0], messages, 8, 0), 3);
    fails_with(EFAULT, sendmmsg(fds[0], messages + 3, 1, 0));
    is(sendmmsg(fds[0], messages, 0, 0), 0);
    /* What went wrong behind the first is told by the next call. */
    vectors[3].iov_base = texts[3];
    vectors[1].iov_base = (void *)8;
    is(recvmmsg(fds[1], messages, 2, 0, NULL), 1);
    fails_with(EFAULT, recvmmsg(fds[1], messages, 2, 0, NULL));
    fails_with(ENOTSOCK, recvmmsg(0, messages, 2, 0, NULL));
    fails_with(EBADF, sendmmsg(99, messages, 2, 0));
    close(fds[0]);
    close(fds[1]);
}

static void run(void)
{
    vectors();
    names();
    many();
}
TEST_MAIN
