/* SPDX-License-Identifier: MIT */
/* Local streams: connecting, backlogs, halves, ends, and what poll says. */
#include "asleep.h"
#include "sockets.h"

#include <pthread.h>

static int broken_pipes;

static void count_pipe(int signal)
{
    (void)signal;
    broken_pipes++;
}

static void connections(void)
{
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    unlink("stream");
    is(ready(listener, POLLIN | POLLOUT), POLLOUT | POLLHUP);
    is(bind_to(listener, "stream"), 0);
    int client = socket(AF_UNIX, SOCK_STREAM, 0);
    fails_with(ECONNREFUSED, connect_to(client, "stream"));
    is(listen(listener, 5), 0);
    is(option(listener, SO_ACCEPTCONN), 1);
    is(ready(listener, POLLIN | POLLOUT), 0);
    is(connect_to(client, "stream"), 0);
    fails_with(EISCONN, connect_to(client, "stream"));
    fails_with(EINVAL, connect_to(listener, "stream"));
    is(ready(listener, POLLIN | POLLOUT), POLLIN);
    is(write(client, "early", 5), 5);
    struct sockaddr_un from;
    socklen_t bytes = sizeof from;
    int server = accept4(
        listener, (struct sockaddr *)&from, &bytes, SOCK_CLOEXEC | SOCK_NONBLOCK);
    ok(server >= 0);
    is(bytes, 2);
    is(from.sun_family, AF_UNIX);
    is(fcntl(server, F_GETFD), FD_CLOEXEC);
    is(fcntl(server, F_GETFL), O_RDWR | O_NONBLOCK);
    is_text(own_name(server), "stream");
    is_text(peer_name(server), "");
    is_text(peer_name(client), "stream");
    char text[16] = "";
    is(read(server, text, 16), 5);
    is_text(text, "early");
    fails_with(EAGAIN, read(server, text, 16));
    is(read(server, text, 0), 0);
    fails_with(EISCONN, send_to(client, "a", 1, 0, "stream"));
    close(server);
    is(ready(client, POLLIN | POLLOUT | POLLRDHUP),
        POLLIN | POLLOUT | POLLHUP | POLLRDHUP);
    is(read(client, text, 16), 0);
    is_text(peer_name(client), "stream");
    close(client);
    close(listener);
    client = socket(AF_UNIX, SOCK_STREAM, 0);
    fails_with(ECONNREFUSED, connect_to(client, "stream"));
    unlink("stream");
    fails_with(ENOENT, connect_to(client, "stream"));
    close(client);
}

static void backlogs(void)
{
    int listener = listen_at(SOCK_STREAM, "@backlog", 0), fds[3];
    fcntl(listener, F_SETFL, O_NONBLOCK);
    fails_with(EAGAIN, accept(listener, NULL, NULL));
    for (int i = 0; i < 3; i++)
        fds[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    is(connect_to(fds[0], "@backlog"), 0);
    fails_with(EAGAIN, connect_to(fds[1], "@backlog"));
    is(listen(listener, 1), 0);
    is(connect_to(fds[1], "@backlog"), 0);
    fails_with(EAGAIN, connect_to(fds[2], "@backlog"));
    struct timeval time = { .tv_usec = 20000 };
    fcntl(fds[2], F_SETFL, 0);
    setsockopt(fds[2], SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
    fails_with(EAGAIN, connect_to(fds[2], "@backlog"));
    int server = accept(listener, NULL, NULL);
    ok(server >= 0);
    is(connect_to(fds[2], "@backlog"), 0);
    /* Those that nobody accepted hear of it. */
    close(listener);
    char byte;
    fails_with(ECONNRESET, read(fds[1], &byte, 1));
    is(read(fds[1], &byte, 1), 0);
    is(option(fds[2], SO_ERROR), ECONNRESET);
    is(option(fds[2], SO_ERROR), 0);
    is(ready(fds[0], POLLOUT), POLLOUT);
    for (int i = 0; i < 3; i++)
        close(fds[i]);
    close(server);
}

static void ends(void)
{
    int fds[2];
    char byte;
    struct sigaction action = { .sa_handler = count_pipe };
    sigaction(SIGPIPE, &action, NULL);
    socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
    write(fds[0], "a", 1);
    is(read(fds[1], &byte, 1), 1);
    close(fds[1]);
    broken_pipes = 0;
    is(ready(fds[0], POLLIN | POLLOUT), POLLIN | POLLOUT | POLLHUP);
    fails_with(EPIPE, write(fds[0], "x", 1));
    is(broken_pipes, 1);
    fails_with(EPIPE, send(fds[0], "x", 1, MSG_NOSIGNAL));
    is(broken_pipes, 1);
    fails_with(EPIPE, send(fds[0], "", 0, MSG_NOSIGNAL));
    close(fds[0]);

    /* The reader leaves with something unread. */
    socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
    write(fds[0], "unread", 6);
    close(fds[1]);
    is(ready(fds[0], POLLIN | POLLOUT),
        POLLIN | POLLOUT | POLLHUP | POLLERR);
    fails_with(ECONNRESET, read(fds[0], &byte, 1));
    is(read(fds[0], &byte, 1), 0);
    close(fds[0]);
}

static void halves(void)
{
    int fds[2];
    char text[8];
    socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
    write(fds[0], "last", 4);
    is(shutdown(fds[0], SHUT_WR), 0);
    fails_with(EPIPE, send(fds[0], "x", 1, MSG_NOSIGNAL));
    is(ready(fds[1], POLLIN | POLLOUT | POLLRDHUP),
        POLLIN | POLLOUT | POLLRDHUP);
    is(read(fds[1], text, 8), 4);
    is(read(fds[1], text, 8), 0);
    is(write(fds[1], "back", 4), 4);
    is(read(fds[0], text, 8), 4);
    is(shutdown(fds[0], SHUT_RD), 0);
    fails_with(EPIPE, send(fds[1], "x", 1, MSG_NOSIGNAL));
    is(read(fds[0], text, 8), 0);
    is(ready(fds[0], POLLIN | POLLOUT | POLLRDHUP),
        POLLIN | POLLOUT | POLLRDHUP | POLLHUP);
    close(fds[0]);
    close(fds[1]);

    int listener = listen_at(SOCK_STREAM, "@halves", 5);
    is(shutdown(listener, SHUT_RDWR), 0);
    fails_with(EINVAL, accept(listener, NULL, NULL));
    int client = socket(AF_UNIX, SOCK_STREAM, 0);
    fails_with(ECONNREFUSED, connect_to(client, "@halves"));
    close(client);
    close(listener);
}

static void receiving(void)
{
    int fds[2];
    char text[16] = "";
    socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
    fails_with(EAGAIN, recv(fds[1], text, 8, MSG_DONTWAIT));
    write(fds[0], "abc", 3);
    write(fds[0], "def", 3);
    is(recv(fds[1], text, 2, MSG_PEEK), 2);
    is(recv(fds[1], text, 16, MSG_PEEK), 6); /* packets mean nothing */
    is(recv(fds[1], text, 4, 0), 4);
    is(memcmp(text, "abcd", 4), 0);
    int left = 0;
    is(ioctl(fds[1], FIONREAD, &left), 0);
    is(left, 2);
    is(recv(fds[1], text, 16, MSG_TRUNC), 2);
    fails_with(EFAULT, recv(fds[1], (void *)-4096l, 16, MSG_DONTWAIT));
    write(fds[0], "kept", 4);
    fails_with(EFAULT, recv(fds[1], (void *)8, 16, 0));
    is(recv(fds[1], text, 16, 0), 4); /* it was not lost */
    fails_with(EFAULT, send(fds[0], (void *)8, 16, 0));
    close(fds[0]);
    close(fds[1]);
}

static void *write_slowly(void *data)
{
    int fd = *(int *)data;
    for (int i = 0; i < 2; i++) {
        usleep(10000);
        write(fd, "part", 4);
    }
    return NULL;
}

static void waiting(void)
{
    int fds[2];
    char text[32] = "";
    pthread_t thread;
    socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
    pthread_create(&thread, NULL, write_slowly, &fds[0]);
    is(recv(fds[1], text, 8, MSG_WAITALL), 8);
    is_text(text, "partpart");
    pthread_join(thread, NULL);
    set_option(fds[1], SO_RCVLOWAT, 8);
    pthread_create(&thread, NULL, write_slowly, &fds[0]);
    is(recv(fds[1], text, 32, 0), 8);
    pthread_join(thread, NULL);
    write(fds[0], "end", 3);
    close(fds[0]);
    is(recv(fds[1], text, 16, MSG_WAITALL), 3);
    is(recv(fds[1], text, 16, MSG_WAITALL), 0);
    close(fds[1]);
}

/* A full stream: writers wait, and poll says so. */
static void full(void)
{
    static char page[4096];
    int fds[2];
    long sent = 0, got = 0;
    ssize_t now;
    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds);
    while ((now = write(fds[0], page, sizeof page)) > 0)
        sent += now;
    is(errno, EAGAIN);
    ok(sent >= 65536);
    is(ready(fds[0], POLLOUT), 0);
    while ((now = read(fds[1], page, sizeof page)) > 0)
        got += now;
    ok(got == sent);
    is(ready(fds[0], POLLOUT), POLLOUT);
    close(fds[0]);
    close(fds[1]);
}

static void interrupt(int signal)
{
    (void)signal;
}

/* A wait that may be for ever is made again after a signal, a bounded one is
 * not. */
static void interrupted(void)
{
    int fds[2], told[2], value;
    struct sigaction action = { .sa_handler = interrupt };
    struct timeval time = { .tv_sec = 30 };
    pid_t self = getpid();
    pipe(told);
    socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
    sigaction(SIGUSR1, &action, NULL);
    pid_t child = fork();
    if (!child) {
        for (int i = 0; i < 2; i++) {
            until_asleep(self);
            kill(self, SIGUSR1);
            read(told[0], &value, 1);
        }
        until_asleep(self);
        kill(self, SIGUSR1);
        usleep(50000);
        write(fds[1], "done", 4);
        _exit(0);
    }
    fails_with(EINTR, read(fds[0], &value, 4));
    write(told[1], "", 1);
    action.sa_flags = SA_RESTART;
    sigaction(SIGUSR1, &action, NULL);
    setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    fails_with(EINTR, read(fds[0], &value, 4));
    write(told[1], "", 1);
    time.tv_sec = 0;
    setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    is(read(fds[0], &value, 4), 4);
    waitpid(child, NULL, 0);
    close(fds[0]);
    close(fds[1]);
    close(told[0]);
    close(told[1]);
}

static void run(void)
{
    connections();
    backlogs();
    ends();
    halves();
    receiving();
    waiting();
    full();
    interrupted();
}
TEST_MAIN
