/* SPDX-License-Identifier: MIT */
/* Every wait for a socket ends at once for a signal, or is made again after it,
 * as signal(7) says; and for the end of the process. */
#include "cancelled.h"

#include <sys/socket.h>
#include <sys/un.h>

static struct sockaddr_un name_of(const char *name)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    strcpy(address.sun_path + 1, name);
    return address;
}

static void bind_it(int type)
{
    struct sockaddr_un address = name_of("cancelled");
    fds[0] = socket(AF_UNIX, type, 0);
    bind(fds[0], (struct sockaddr *)&address, sizeof address);
}

static void with_listener(void)
{
    bind_it(SOCK_STREAM);
    listen(fds[0], 0);
}

static long accept_it(void)
{
    return accept(fds[0], NULL, NULL);
}

static int connect_it(void)
{
    struct sockaddr_un address = name_of("cancelled");
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    return connect(fd, (struct sockaddr *)&address, sizeof address) ? -1 : fd;
}

static void with_full_listener(void)
{
    with_listener();
    fds[1] = connect_it();
}

static long connect_more(void)
{
    return connect_it();
}

static void with_stream(void)
{
    socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
}

static void with_packets(void)
{
    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds);
}

static void with_datagrams(void)
{
    socketpair(AF_UNIX, SOCK_DGRAM, 0, fds);
}

static long receive(void)
{
    return recv(fds[0], data, sizeof data, 0);
}

static long receive_whole(void)
{
    return recv(fds[0], data, sizeof data, MSG_WAITALL);
}

static long peek(void)
{
    return recv(fds[0], data, sizeof data, MSG_PEEK);
}

static long receive_many(void)
{
    struct iovec vector = { data, 10 };
    struct mmsghdr message = { .msg_hdr = { .msg_iov = &vector,
        .msg_iovlen = 1 } };
    return recvmmsg(fds[0], &message, 1, 0, NULL);
}

static void with_time_out(void)
{
    struct timeval time = { 1000, 0 };
    with_stream();
    setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
}

static void fill(int fd)
{
    fcntl(fd, F_SETFL, O_NONBLOCK);
    while (send(fd, data, 1000, 0) > 0)
        ;
    fcntl(fd, F_SETFL, 0);
}

static void with_full_stream(void)
{
    with_stream();
    fill(fds[1]);
}

static void with_full_queue(void)
{
    struct sockaddr_un address = name_of("cancelled");
    bind_it(SOCK_DGRAM);
    fds[1] = socket(AF_UNIX, SOCK_DGRAM, 0);
    connect(fds[1], (struct sockaddr *)&address, sizeof address);
    fill(fds[1]);
}

static long send_more(void)
{
    return send(fds[1], data, 1000, 0);
}

static const struct row rows[] = {
    { "accept", with_listener, accept_it, true },
    { "connect", with_full_listener, connect_more, true },
    { "recv of a stream", with_stream, receive, true },
    { "recv of a stream, whole", with_stream, receive_whole, true },
    { "recv of a stream, peek", with_stream, peek, true },
    { "recv of packets", with_packets, receive, true },
    { "recv of datagrams", with_datagrams, receive, true },
    { "recvmmsg", with_datagrams, receive_many, true },
    { "recv with a time-out", with_time_out, receive, false },
    { "send to a stream", with_full_stream, send_more, true },
    { "send of a datagram", with_full_queue, send_more, true },
};

static void run(void)
{
    walk_rows(rows, sizeof rows / sizeof *rows);
}
TEST_MAIN
