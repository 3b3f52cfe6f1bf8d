/* SPDX-License-Identifier: MIT */
/* Local datagrams and packets: bounds, cuts, queues, peers that go. */
#include "sockets.h"

static void bounds(void)
{
    int fds[2];
    char text[16] = "";
    struct sockaddr_un from;
    socklen_t bytes = sizeof from;
    socketpair(AF_UNIX, SOCK_DGRAM, 0, fds);
    is(send(fds[0], "first", 5, 0), 5);
    is(send(fds[0], "", 0, 0), 0);
    is(send(fds[0], "third", 5, 0), 5);
    int next = -1;
    is(ioctl(fds[1], FIONREAD, &next), 0);
    is(next, 5);
    is(recv(fds[1], text, 2, MSG_PEEK), 2);
    is(recv(fds[1], text, 2, MSG_PEEK | MSG_TRUNC), 5);
    is(recv(fds[1], text, 2, 0), 2); /* the rest is lost */
    is(ready(fds[1], POLLIN), POLLIN);
    is(recv(fds[1], text, 16, 0), 0);
    is(recv(fds[1], text, 16, MSG_TRUNC), 5);
    is_text(text, "third");
    fails_with(EAGAIN, recv(fds[1], text, 16, MSG_DONTWAIT));
    struct iovec vector = { text, 3 };
    struct msghdr header = { .msg_iov = &vector, .msg_iovlen = 1 };
    send(fds[0], "cut off", 7, 0);
    is(recvmsg(fds[1], &header, 0), 3);
    is(header.msg_flags, MSG_TRUNC);
    send(fds[0], "unnamed", 7, 0);
    is(recvfrom(fds[1], text, 16, 0, (struct sockaddr *)&from, &bytes), 7);
    is(bytes, 0);
    fails_with(EMSGSIZE, send(fds[0], text, 212992 - 31, 0));
    fails_with(EFAULT, send(fds[0], (void *)8, 5, 0));
    send(fds[0], "gone", 4, 0);
    fails_with(EFAULT, recv(fds[1], (void *)8, 5, MSG_DONTWAIT));
    fails_with(EAGAIN, recv(fds[1], text, 5, MSG_DONTWAIT));
    close(fds[0]);
    close(fds[1]);
}

static void large(void)
{
    static char much[212992], got[212992];
    int fds[2];
    for (unsigned i = 0; i < sizeof much; i++)
        much[i] = i * 7;
    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds);
    is(send(fds[0], much, 212992 - 32, 0), 212992 - 32);
    is(recv(fds[1], got, sizeof got, 0), 212992 - 32);
    is(memcmp(much, got, 212992 - 32), 0);
    close(fds[0]);
    close(fds[1]);
}

static void names(void)
{
    int a = socket(AF_UNIX, SOCK_DGRAM, 0), b = socket(AF_UNIX, SOCK_DGRAM, 0);
    int c = socket(AF_UNIX, SOCK_DGRAM, 0);
    char text[16] = "";
    struct sockaddr_un from;
    socklen_t bytes = sizeof from;
    is(bind_to(a, "@a"), 0);
    is(bind_to(b, "@b"), 0);
    fails_with(ECONNREFUSED, send_to(a, "x", 1, 0, "@nobody"));
    is(send_to(a, "to b", 4, 0, "@b"), 4);
    is(recvfrom(b, text, 16, 0, (struct sockaddr *)&from, &bytes), 4);
    is_text(name_text(&from, bytes), "@a");
    is(connect_to(a, "@b"), 0);
    is_text(peer_name(a), "@b");
    is(send(a, "by peer", 7, 0), 7);
    is(recv(b, text, 16, 0), 7);
    /* Connected to another: nobody else may send to it. */
    fails_with(EPERM, send_to(c, "x", 1, 0, "@a"));
    fails_with(EPERM, connect_to(c, "@a"));
    is(send_to(b, "yes", 3, 0, "@a"), 3);
    is(recv(a, text, 16, 0), 3);
    struct sockaddr none = { .sa_family = AF_UNSPEC };
    is(connect(a, &none, sizeof none), 0);
    fails_with(ENOTCONN, send(a, "x", 1, 0));
    is(send_to(c, "x", 1, 0, "@a"), 1);
    is(send_to(a, "self", 4, 0, "@a"), 4);
    is(recv(a, text, 16, 0), 1);
    is(recv(a, text, 16, 0), 4);
    is(bind_to(c, "packets"), 0);
    int stream = socket(AF_UNIX, SOCK_STREAM, 0);
    fails_with(EPROTOTYPE, connect_to(stream, "packets"));
    close(stream);
    unlink("packets");
    close(a);
    close(b);
    close(c);
}

static void queues(void)
{
    int to = socket(AF_UNIX, SOCK_DGRAM, 0);
    int from = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    int count = 0;
    char text[16];
    bind_to(to, "@queue");
    is(connect_to(from, "@queue"), 0);
    while (send(from, "x", 1, 0) == 1)
        count++;
    is(errno, EAGAIN);
    is(count, 11);
    is(ready(from, POLLOUT), 0);
    is(recv(to, text, 16, 0), 1);
    is(ready(from, POLLOUT), POLLOUT);
    is(send(from, "x", 1, 0), 1);
    /* A waiting sender goes on when the reader took one. */
    pid_t child = fork();
    if (!child) {
        fcntl(from, F_SETFL, 0);
        alarm(20);
        for (int i = 0; i < 50; i++)
            if (send(from, "y", 1, 0) != 1)
                _exit(1);
        _exit(0);
    }
    count = 0;
    while (count < 11 + 50 && recv(to, text, 16, 0) == 1)
        count++;
    is(count, 61);
    int status;
    waitpid(child, &status, 0);
    is(status, 0);
    close(from);
    close(to);
}

/* One who polls to send hears of room in the peer's queue. */
static void room_is_told(void)
{
    int to = socket(AF_UNIX, SOCK_DGRAM, 0);
    int from = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    char text[16];
    bind_to(to, "@room");
    connect_to(from, "@room");
    while (send(from, "x", 1, 0) == 1)
        ;
    pid_t child = fork();
    if (!child) {
        usleep(50000);
        recv(to, text, 16, 0);
        _exit(0);
    }
    struct pollfd item = { .fd = from, .events = POLLOUT };
    is(poll(&item, 1, 20000), 1);
    is(item.revents, POLLOUT);
    waitpid(child, NULL, 0);
    close(from);
    close(to);
}

static void peers_that_go(void)
{
    int fds[2];
    char text[8];
    socketpair(AF_UNIX, SOCK_DGRAM, 0, fds);
    close(fds[1]);
    fails_with(ECONNREFUSED, send(fds[0], "x", 1, 0));
    fails_with(ENOTCONN, send(fds[0], "x", 1, 0));
    is(ready(fds[0], POLLIN | POLLOUT), POLLOUT);
    fails_with(EAGAIN, recv(fds[0], text, 8, MSG_DONTWAIT));
    is(shutdown(fds[0], SHUT_RDWR), 0);
    is(recv(fds[0], text, 8, 0), 0);
    fails_with(EAGAIN, recv(fds[0], text, 8, MSG_DONTWAIT));
    fails_with(EPIPE, send_to(fds[0], "x", 1, 0, "@nobody"));
    close(fds[0]);

    /* What it did not read is told to who sent it. */
    socketpair(AF_UNIX, SOCK_DGRAM, 0, fds);
    send(fds[0], "lost", 4, 0);
    struct sockaddr none = { .sa_family = AF_UNSPEC };
    is(connect(fds[1], &none, sizeof none), 0);
    is(option(fds[0], SO_ERROR), ECONNRESET);
    fails_with(EAGAIN, recv(fds[1], text, 8, MSG_DONTWAIT));
    close(fds[0]);
    close(fds[1]);
}

static void packets(void)
{
    int listener = listen_at(SOCK_SEQPACKET, "@packets", 5);
    int client = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    char text[16];
    fails_with(ENOTCONN, send(client, "x", 1, 0));
    fails_with(ENOTCONN, recv(client, text, 1, 0));
    is(ready(client, POLLIN | POLLOUT), POLLOUT | POLLHUP);
    is(connect_to(client, "@packets"), 0);
    int server = accept(listener, NULL, NULL);
    is(send(client, "one", 3, 0), 3);
    is(send_to(client, "two", 3, 0, "@elsewhere"), 3); /* ignored */
    is(send(client, "", 0, 0), 0);
    int all = 0;
    is(ioctl(server, FIONREAD, &all), 0);
    is(all, 6);
    is(read(server, text, 16), 3);
    is(read(server, text, 2), 2);
    is(read(server, text, 16), 0);
    fails_with(EAGAIN, recv(server, text, 16, MSG_DONTWAIT));
    /* EPIPE comes without a signal: the default action would end us. */
    signal(SIGPIPE, SIG_DFL);
    close(server);
    fails_with(EPIPE, send(client, "x", 1, 0));
    fails_with(EPIPE, write(client, "x", 1));
    is(recv(client, text, 16, MSG_DONTWAIT), 0);
    is(ready(client, POLLIN), POLLIN | POLLHUP);
    close(client);
    close(listener);
}

static void run(void)
{
    bounds();
    large();
    names();
    queues();
    room_is_told();
    peers_that_go();
    packets();
}
TEST_MAIN
