/* SPDX-License-Identifier: MIT */
/* Signals that tell of sockets. */
#include "asleep.h"
#include "sigio.h"

#include <pthread.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

static void pair_of(int type, int fds[2])
{
    if (socketpair(AF_UNIX, type, 0, fds))
        note("no pair: %s", strerror(errno));
}

/* What came, whatever is read; room, to who lacked it. */
static void bytes(int type)
{
    int fds[2];
    static char buffer[4096];
    pair_of(type, fds);
    tell_us(fds[0], NEWS);
    send(fds[1], "12", 2, 0);
    is_text(news(), "in");
    send(fds[1], "3", 1, 0);
    send(fds[1], "4", 1, 0);
    is_text(news(), "in in");
    recv(fds[0], buffer, 1, 0);
    is_text(news(), "");
    send(fds[0], "1", 1, 0);
    recv(fds[1], buffer, 1, 0);
    is_text(news(), "");
    while (send(fds[0], buffer, sizeof buffer, MSG_DONTWAIT) > 0)
        continue;
    is_text(news(), "");
    while (recv(fds[1], buffer, sizeof buffer, MSG_DONTWAIT) > 0)
        continue;
    is_text(news(), "out");
    send(fds[0], "1", 1, 0);
    recv(fds[1], buffer, 1, 0);
    is_text(news(), "");
    close(fds[0]), close(fds[1]);
}

/* Who found another's queue full is not told. */
static void full_receiver(void)
{
    char byte = 0;
    struct sockaddr_un name = { AF_UNIX, "receiver" };
    int to = socket(AF_UNIX, SOCK_DGRAM, 0);
    int from = socket(AF_UNIX, SOCK_DGRAM, 0);
    bind(to, (void *)&name, sizeof name);
    connect(from, (void *)&name, sizeof name);
    tell_us(from, NEWS);
    while (send(from, &byte, 1, MSG_DONTWAIT) > 0)
        continue;
    is(errno, EAGAIN);
    while (recv(to, &byte, 1, MSG_DONTWAIT) > 0)
        continue;
    is_text(news(), "");
    close(from), close(to);
    unlink("receiver");
}

static void ends(int type)
{
    int fds[2];
    pair_of(type, fds);
    tell_us(fds[0], NEWS);
    close(fds[1]);
    is_text(news(), type == SOCK_DGRAM ? "" : "hangup");
    close(fds[0]);
    static const int halves[] = { SHUT_RD, SHUT_WR, SHUT_RDWR };
    static const char *const said[] = { "", "in", "hangup" };
    for (int i = 0; i < 3; i++) {
        pair_of(type, fds);
        tell_us(fds[0], NEWS);
        shutdown(fds[1], halves[i]);
        is_text(news(), type == SOCK_DGRAM ? "" : said[i]);
        shutdown(fds[0], halves[i]);
        is_text(news(), "");
        close(fds[0]), close(fds[1]);
    }
    pair_of(type, fds);
    tell_us(fds[0], NEWS);
    shutdown(fds[1], SHUT_RD);
    shutdown(fds[1], SHUT_WR);
    is_text(news(), type == SOCK_DGRAM ? "" : "in");
    close(fds[0]), close(fds[1]);
}

static void listener(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un name = { AF_UNIX, "listener" };
    bind(fd, (void *)&name, sizeof name);
    listen(fd, 5);
    tell_us(fd, NEWS);
    int client = socket(AF_UNIX, SOCK_STREAM, 0);
    connect(client, (void *)&name, sizeof name);
    is_text(news(), "in");
    int server = accept(fd, NULL, NULL);
    ok(!is_async(server));
    is(fcntl(server, F_GETOWN), 0);
    is_text(news(), "");
    tell_us(client, NEWS);
    send(server, "1", 1, 0);
    is_text(news(), "in");
    close(server);
    is_text(news(), "hangup");
    close(client);
    client = socket(AF_UNIX, SOCK_STREAM, 0);
    tell_us(client, NEWS);
    connect(client, (void *)&name, sizeof name);
    news_fd = fd;
    is_text(news(), "in");
    /* Nobody took it up. */
    tell_no_more(fd);
    news_fd = client;
    close(fd);
    is_text(news(), "hangup");
    close(client);
    unlink("listener");
}

/* What is urgent has a signal of its own, if none was chosen. */
static void urgent(void)
{
    int fds[2];
    char byte;
    pair_of(SOCK_STREAM, fds);
    tell_us(fds[0], 0);
    send(fds[1], "1", 1, MSG_OOB);
    is_text(news(), "SIGURG plain SIGIO plain");
    recv(fds[0], &byte, 1, MSG_OOB);
    tell_us(fds[0], NEWS);
    send(fds[1], "1", 1, MSG_OOB);
    is_text(news(), "SIGURG plain urgent in");
    tell_no_more(fds[0]);
    send(fds[1], "1", 1, MSG_OOB);
    is_text(news(), "SIGURG plain");
    close(fds[0]), close(fds[1]);
}

/* Who waits for bytes in a stream needs no signal.  On one CPU: Linux wakes first
 * and asks then whether somebody waits, who may be through by then elsewhere. */
static int waiting;
static pid_t waiting_tid;

static void *wait_for_byte(void *data)
{
    char byte;
    (void)data;
    __atomic_store_n(&waiting_tid, syscall(SYS_gettid), __ATOMIC_SEQ_CST);
    recv(waiting, &byte, 1, 0);
    return NULL;
}

static void who_waits(int type)
{
    int fds[2];
    pthread_t thread;
    cpu_set_t all, one;
    sched_getaffinity(0, sizeof all, &all);
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    sched_setaffinity(0, sizeof one, &one);
    pair_of(type, fds);
    waiting = fds[0];
    waiting_tid = 0;
    tell_us(fds[0], NEWS);
    pthread_create(&thread, NULL, wait_for_byte, NULL);
    while (!__atomic_load_n(&waiting_tid, __ATOMIC_SEQ_CST))
        sched_yield();
    until_asleep(waiting_tid);
    send(fds[1], "1", 1, 0);
    pthread_join(thread, NULL);
    is_text(news(), type == SOCK_STREAM ? "" : "in");
    sched_setaffinity(0, sizeof all, &all);
    close(fds[0]), close(fds[1]);
}

static void run(void)
{
    block_news();
    bytes(SOCK_STREAM);
    bytes(SOCK_DGRAM);
    bytes(SOCK_SEQPACKET);
    full_receiver();
    ends(SOCK_STREAM);
    ends(SOCK_DGRAM);
    ends(SOCK_SEQPACKET);
    listener();
    urgent();
    who_waits(SOCK_STREAM);
    who_waits(SOCK_DGRAM);
    who_waits(SOCK_SEQPACKET);
}
TEST_MAIN
