/* SPDX-License-Identifier: MIT */
/* Local sockets: made, paired, their errors, their options. */
#include "sockets.h"

static void creation(void)
{
    fails_with(EAFNOSUPPORT, socket(-1, SOCK_STREAM, 0));
    fails_with(EAFNOSUPPORT, socket(46, SOCK_STREAM, 0));
    fails_with(EAFNOSUPPORT, socket(0, SOCK_STREAM, 0));
    fails_with(EAFNOSUPPORT, socket(23 /* AF_IRDA */, SOCK_STREAM, 0));
    fails_with(EAFNOSUPPORT, socket(AF_VSOCK, SOCK_STREAM, 0));
    fails_with(EINVAL, socket(AF_UNIX, 11, 0));
    fails_with(EINVAL, socket(AF_UNIX, SOCK_STREAM | 0x100000, 0));
    fails_with(ESOCKTNOSUPPORT, socket(AF_UNIX, 0, 0));
    fails_with(ESOCKTNOSUPPORT, socket(AF_UNIX, SOCK_RDM, 0));
    fails_with(EPROTONOSUPPORT, socket(AF_UNIX, SOCK_STREAM, 2));
    int fd = socket(AF_UNIX, SOCK_STREAM, 1);
    ok(fd >= 0);
    is(fcntl(fd, F_GETFD), 0);
    is(fcntl(fd, F_GETFL), O_RDWR);
    close(fd);
    fd = socket(AF_UNIX, SOCK_RAW, 0);
    is(option(fd, SO_TYPE), SOCK_DGRAM);
    close(fd);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    is(fcntl(fd, F_GETFD), FD_CLOEXEC);
    is(fcntl(fd, F_GETFL), O_RDWR | O_NONBLOCK);
    struct stat status;
    is(fstat(fd, &status), 0);
    is(status.st_mode, S_IFSOCK | 0777);
    char path[64], text[64] = "", want[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    ok(readlink(path, text, sizeof text - 1) > 0);
    snprintf(want, sizeof want, "socket:[%lu]", (unsigned long)status.st_ino);
    ok(!strcmp(text, want));
    fails_with(ENXIO, open(path, O_RDWR));
    fails_with(ESPIPE, lseek(fd, 0, SEEK_SET));
    fails_with(ESPIPE, pread(fd, text, 1, 0));
    fails_with(EINVAL, ftruncate(fd, 0));
    close(fd);
}

static void pairs(void)
{
    int fds[2];
    fails_with(EINVAL, socketpair(AF_UNIX, SOCK_STREAM | 0x100000, 0, fds));
    fails_with(EAFNOSUPPORT, socketpair(0, SOCK_STREAM, 0, fds));
    fails_with(EAFNOSUPPORT, socketpair(AF_VSOCK, SOCK_STREAM, 0, fds));
    fails_with(EFAULT, syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, 8));
    is(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    is(fcntl(fds[0], F_GETFD), FD_CLOEXEC);
    is(fcntl(fds[1], F_GETFD), FD_CLOEXEC);
    is_text(own_name(fds[0]), "");
    is_text(peer_name(fds[0]), "");
    is(write(fds[0], "hello", 5), 5);
    char text[16] = "";
    is(read(fds[1], text, 16), 5);
    is_text(text, "hello");
    is(write(fds[1], "back", 4), 4);
    is(read(fds[0], text, 2), 2);
    is(read(fds[0], text, 16), 2);
    close(fds[0]);
    is(read(fds[1], text, 16), 0);
    close(fds[1]);
}

/* What is no socket, and what is none that does that. */
static void errors(void)
{
    int fd = open("/dev/null", O_RDWR), path = open("/", O_PATH), value = 0;
    int datagram = socket(AF_UNIX, SOCK_DGRAM, 0);
    int stream = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct sockaddr *a = (struct sockaddr *)&address;
    socklen_t bytes = sizeof address;
    fails_with(ENOTSOCK, bind(fd, a, bytes));
    fails_with(EBADF, bind(99, a, bytes));
    fails_with(EBADF, bind(path, a, bytes));
    fails_with(ENOTSOCK, listen(fd, 1));
    fails_with(ENOTSOCK, accept(fd, NULL, NULL));
    fails_with(ENOTSOCK, connect(fd, a, bytes));
    fails_with(ENOTSOCK, shutdown(fd, SHUT_RD));
    fails_with(ENOTSOCK, send(fd, "a", 1, 0));
    fails_with(ENOTSOCK, recv(fd, &value, 1, 0));
    fails_with(ENOTSOCK, getsockname(fd, a, &bytes));
    fails_with(ENOTSOCK, getpeername(fd, a, &bytes));
    is(option(fd, SO_TYPE), -ENOTSOCK);
    fails_with(ENOTSOCK, set_option(fd, SO_SNDBUF, 1));
    fails_with(EOPNOTSUPP, listen(datagram, 1));
    fails_with(EOPNOTSUPP, accept(datagram, NULL, NULL));
    fails_with(EINVAL, accept(stream, NULL, NULL));
    fails_with(EINVAL, listen(stream, 1)); /* it has no name */
    fails_with(EINVAL, accept4(stream, NULL, NULL, O_APPEND));
    fails_with(EINVAL, shutdown(stream, 3));
    fails_with(EINVAL, shutdown(stream, -1));
    is(shutdown(stream, SHUT_RD), 0); /* Linux asks for no connection */
    fails_with(ENOTCONN, getpeername(stream, a, &bytes));
    bytes = -1;
    fails_with(EINVAL, getsockname(stream, a, &bytes));
    bytes = sizeof address;
    fails_with(EFAULT, getsockname(stream, (void *)8, &bytes));
    fails_with(EFAULT, getsockname(stream, a, (void *)8));
    bytes = 1;
    is(getsockname(stream, a, &bytes), 0);
    is(bytes, 2);
    fails_with(ENOTCONN, send(stream, "a", 1, MSG_NOSIGNAL));
    fails_with(EINVAL, recv(stream, &value, 1, 0));
    fails_with(ENOTCONN, send(datagram, "a", 1, MSG_NOSIGNAL));
    fails_with(EOPNOTSUPP, send_to(stream, "a", 1, 0, "@nobody"));
    fails_with(EOPNOTSUPP,
        setsockopt(stream, 6, 1, &value, sizeof value));
    close(path);
    close(fd);
    close(datagram);
    close(stream);
}

static void buffers(int fd)
{
    is(option(fd, SO_SNDBUF), 212992);
    is(option(fd, SO_RCVBUF), 212992);
    is(set_option(fd, SO_SNDBUF, 10000), 0);
    is(option(fd, SO_SNDBUF), 20000);
    is(set_option(fd, SO_SNDBUF, 1), 0);
    is(option(fd, SO_SNDBUF), 4608);
    is(set_option(fd, SO_SNDBUF, 10000000), 0);
    is(option(fd, SO_SNDBUF), 425984);
    is(set_option(fd, SO_SNDBUF, -1), 0);
    is(option(fd, SO_SNDBUF), 425984);
    is(set_option(fd, SO_SNDBUFFORCE, 1000000), 0);
    is(option(fd, SO_SNDBUF), 2000000);
    is(set_option(fd, SO_RCVBUF, 1), 0);
    is(option(fd, SO_RCVBUF), 2304);
    is(option(fd, SO_RCVLOWAT), 1);
    is(set_option(fd, SO_RCVLOWAT, 0), 0);
    is(option(fd, SO_RCVLOWAT), 1);
    is(set_option(fd, SO_RCVLOWAT, 7), 0);
    is(option(fd, SO_RCVLOWAT), 7);
    is(option(fd, SO_SNDLOWAT), 1);
    fails_with(ENOPROTOOPT, set_option(fd, SO_SNDLOWAT, 7));
}

static void options(void)
{
    int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0), value = 1;
    socklen_t bytes = sizeof value;
    static const int switches[] = { SO_REUSEADDR, SO_KEEPALIVE, SO_BROADCAST,
        SO_OOBINLINE, SO_PASSCRED, SO_DONTROUTE };
    is(option(fd, SO_TYPE), SOCK_SEQPACKET);
    is(option(fd, SO_DOMAIN), AF_UNIX);
    is(option(fd, SO_PROTOCOL), 0);
    is(option(fd, SO_ERROR), 0);
    is(option(fd, SO_ACCEPTCONN), 0);
    fails_with(ENOPROTOOPT, set_option(fd, SO_TYPE, 1));
    fails_with(ENOPROTOOPT, set_option(fd, SO_ERROR, 1));
    fails_with(ENOPROTOOPT, set_option(fd, 9999, 1));
    is(option(fd, 9999), -ENOPROTOOPT);
    for (unsigned i = 0; i < sizeof switches / sizeof *switches; i++) {
        int good = option(fd, switches[i]) == 0 &&
            !set_option(fd, switches[i], 5) && option(fd, switches[i]) == 1 &&
            !set_option(fd, switches[i], 0) && option(fd, switches[i]) == 0;
        is(good, 1);
    }
    fails_with(EINVAL, setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &value, 3));
    fails_with(EINVAL, setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &value, -1));
    fails_with(EFAULT, setsockopt(fd, SOL_SOCKET, SO_SNDBUF, (void *)8, 4));
    fails_with(EFAULT, getsockopt(fd, SOL_SOCKET, SO_TYPE, (void *)8, &bytes));
    fails_with(EFAULT, getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, (void *)8));
    bytes = -1;
    fails_with(EINVAL, getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &bytes));
    bytes = 1;
    value = -1;
    is(getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &bytes), 0);
    is(bytes, 1);
    is(value, (int)0xffffff05);
    fails_with(EOPNOTSUPP, set_option(fd, SO_REUSEPORT, 1));
    buffers(fd);
    is(set_option(fd, SO_PRIORITY, 6), 0);
    is(option(fd, SO_PRIORITY), 6);
    struct linger linger = { 1, 5 };
    is(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger), 0);
    linger.l_linger = 0;
    bytes = sizeof linger;
    is(getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &bytes), 0);
    is(linger.l_linger, 5);
    fails_with(EINVAL, setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, 4));
    close(fd);
}

static void timeouts(void)
{
    int fds[2], value;
    struct timeval time = { .tv_usec = 1000000 };
    socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
    fails_with(EDOM,
        setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time));
    fails_with(EINVAL, setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &time, 8));
    time.tv_usec = 40000;
    is(setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time), 0);
    is(setsockopt(fds[0], SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time), 0);
    socklen_t bytes = sizeof time;
    time.tv_usec = 0;
    is(getsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &time, &bytes), 0);
    is(time.tv_usec, 40000);
    fails_with(EAGAIN, read(fds[0], &value, 4));
    static char much[1 << 20];
    ssize_t sent = write(fds[0], much, sizeof much);
    ok(sent > 100000 && sent < 1000000);
    fails_with(EAGAIN, write(fds[0], much, 1));
    int queued = 0, waiting = 0;
    is(ioctl(fds[0], TIOCOUTQ, &queued), 0);
    ok(queued >= sent);
    is(ioctl(fds[1], FIONREAD, &waiting), 0);
    ok(waiting == sent);
    ok(recv(fds[1], much, sizeof much, MSG_DONTWAIT) == sent);
    is(ioctl(fds[0], TIOCOUTQ, &queued), 0);
    is(queued, 0);
    fails_with(ENOTTY, ioctl(fds[0], TIOCGWINSZ, much));
    close(fds[0]);
    close(fds[1]);
}

static void run(void)
{
    creation();
    pairs();
    errors();
    options();
    timeouts();
}
TEST_MAIN
