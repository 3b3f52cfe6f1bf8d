/* SPDX-License-Identifier: MIT */
/* Errors of sockets that other tests see through another call, or not at all. */
#include "who.h"

#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#define raw(name, ...) syscall(SYS_##name, ##__VA_ARGS__)
static char bytes[64];
static struct iovec part = { bytes, sizeof bytes };
static const struct sockaddr_un name = { AF_UNIX, "socket" };

static long send_to(int fd, const struct sockaddr_un *to)
{
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1,
        .msg_name = (void *)to, .msg_namelen = to ? sizeof *to : 0 };
    return sendmsg(fd, &message, MSG_NOSIGNAL);
}

static long receive(int fd)
{
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
    return recvmsg(fd, &message, 0);
}

static int bound(int kind)
{
    int fd = socket(AF_UNIX, kind, 0);
    unlink(name.sun_path);
    bind(fd, (void *)&name, sizeof name);
    return fd;
}

static void rights(void)
{
    const void *to = &name;
    int receiver = bound(SOCK_DGRAM), sender = socket(AF_UNIX, SOCK_DGRAM, 0);
    chmod(name.sun_path, 0755);
    become(USER, GROUP);
    fails_with(EACCES, raw(sendto, sender, bytes, 1l, 0, to, sizeof name));
    fails_with(EACCES, send_to(sender, &name));
    fails_with(EACCES, connect(sender, to, sizeof name));
    become_root();
    is(connect(sender, to, sizeof name), 0);
    chmod(name.sun_path, 0);
    become(USER, GROUP);
    is(send(sender, bytes, 1, 0), 1); /* the way is found already */
    fails_with(EACCES, send_to(sender, &name));
    become_root();
    close(receiver), close(sender);
}

/* The other end is gone, and had not read everything. */
static void broken_packets(long (*use)(int))
{
    int ends[2], error;
    socklen_t bytes_of_it = sizeof error;
    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends);
    write(ends[0], "x", 1);
    close(ends[1]);
    fails_with(ECONNRESET, use(ends[0])); /* once */
    is(getsockopt(ends[0], SOL_SOCKET, SO_ERROR, &error, &bytes_of_it), 0);
    is(error, 0);
    fails_with(EPIPE, send_to(ends[0], NULL));
    is(read(ends[0], bytes, 1), 0);
    close(ends[0]);
}

static long send_message(int fd) { return send_to(fd, NULL); }

static long send_bytes(int fd)
{
    return raw(sendto, fd, bytes, 1l, MSG_NOSIGNAL, NULL, 0);
}

static long write_bytes(int fd) { return write(fd, bytes, 1); }
static long receive_bytes(int fd) { return recv(fd, bytes, 1, 0); }

/* Two that send to each other; one turns to somebody else before it has read,
 * and loses what was for it. */
static void turned_away(long (*use)(int))
{
    int ends[2], other = bound(SOCK_DGRAM);
    socketpair(AF_UNIX, SOCK_DGRAM, 0, ends);
    write(ends[0], "x", 1);
    is(connect(ends[1], (void *)&name, sizeof name), 0);
    fails_with(EAGAIN, recv(ends[1], bytes, 1, MSG_DONTWAIT));
    fails_with(ECONNRESET, use(ends[0])); /* once */
    fails_with(EPERM, send_to(ends[0], NULL));
    close(ends[0]), close(ends[1]), close(other);
}

static void broken(void)
{
    broken_packets(send_message);
    broken_packets(send_bytes);
    broken_packets(write_bytes);
    broken_packets(receive);
    broken_packets(receive_bytes);
    turned_away(send_message);
    turned_away(send_bytes);
    turned_away(write_bytes);
    turned_away(receive);
    turned_away(receive_bytes);
}

static void unconnected(void)
{
    int packets = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    fails_with(ENOTCONN, receive(packets));
    fails_with(ENOTCONN, receive_bytes(packets));
    fails_with(ENOTCONN, read(packets, bytes, 1));
    fails_with(ENOTCONN, send_to(packets, NULL));
    fails_with(ENOTCONN, send_bytes(packets));
    fails_with(ENOTCONN, getpeername(packets, (void *)bytes, &(socklen_t){ 9 }));
    close(packets);
}

static void names(void)
{
    struct sockaddr_un got;
    socklen_t room = sizeof got, negative = -1;
    int ends[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    fails_with(EFAULT, raw(getpeername, ends[0], &got, 8));
    fails_with(EFAULT, raw(getsockname, ends[0], &got, 8));
    fails_with(EFAULT, raw(getpeername, ends[0], 8, &room));
    fails_with(EFAULT, raw(getsockname, ends[0], 8, &room));
    fails_with(EINVAL, raw(getpeername, ends[0], &got, &negative));
    fails_with(EINVAL, raw(getsockname, ends[0], &got, &negative));
    is(negative, (socklen_t)-1);
    room = 0;
    is(raw(getpeername, ends[0], 8, &room), 0);
    is(room, 2);
    room = 1;
    is(raw(getsockname, ends[0], &got, &room), 0);
    is(room, 2);
    write(ends[1], "x", 1);
    fails_with(EFAULT, raw(recvfrom, ends[0], bytes, 1l, MSG_PEEK, &got, 8));
    fails_with(EINVAL,
        raw(recvfrom, ends[0], bytes, 1l, MSG_PEEK, &got, &negative));
    is(raw(recvfrom, ends[0], bytes, 1l, 0, 8, &room), 1);
    close(ends[0]), close(ends[1]);
}

/* Where the address does not go, the connection is lost. */
static void accepted(void)
{
    struct sockaddr_un got;
    socklen_t room, negative;
    const int none[] = { 0, SOCK_NONBLOCK };
    int listener = bound(SOCK_STREAM), fd;
    listen(listener, 5);
    for (int i = 0; i < 8; i++) {
        room = sizeof got, negative = -1;
        int client = socket(AF_UNIX, SOCK_STREAM, 0);
        connect(client, (void *)&name, sizeof name);
        int flags = none[i % 2];
        if (i < 2)
            fails_with(EFAULT, raw(accept4, listener, &got, 8, flags));
        else if (i < 4)
            fails_with(EINVAL, raw(accept4, listener, &got, &negative, flags));
        else if (i < 6)
            fails_with(EFAULT, raw(accept, listener, 8, &room));
        else
            fails_with(EINVAL, raw(accept, listener, &got, &negative));
        is(read(client, bytes, 1), 0);
        close(client);
    }
    fcntl(listener, F_SETFL, O_NONBLOCK);
    fails_with(EAGAIN, raw(accept4, listener, &got, &room, 0));
    fails_with(EINVAL, raw(accept4, listener, &got, &room, 1));
    fd = bound(SOCK_DGRAM);
    fails_with(EOPNOTSUPP, raw(accept4, fd, NULL, NULL, 0));
    fails_with(EOPNOTSUPP, listen(fd, 1));
    close(fd), close(listener);
}

static void run(void)
{
    rights();
    broken();
    unconnected();
    names();
    accepted();
    unlink(name.sun_path);
}
TEST_MAIN
