/* SPDX-License-Identifier: MIT */
/* Epolls in epolls: readiness that climbs, loops, depth, numbers of paths. */
#include "asleep.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

static struct epoll_event got[16];

static int add(int epoll, int fd, unsigned events)
{
    struct epoll_event event = { .events = events, .data.fd = fd };
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static int del(int epoll, int fd)
{
    return epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL);
}

static int now(int epoll)
{
    return epoll_wait(epoll, got, 16, 0);
}

static short polled(int fd)
{
    struct pollfd item = { .fd = fd, .events = POLLIN | POLLOUT };
    return poll(&item, 1, 0) == 1 ? item.revents : 0;
}

static void put(int fd)
{
    uint64_t one = 1;
    write(fd, &one, 8);
}

static uint64_t take(int fd)
{
    uint64_t value = 0;
    read(fd, &value, 8);
    return value;
}

static void readiness(void)
{
    int outer = epoll_create1(0), inner = epoll_create1(0);
    int fd = eventfd(0, EFD_NONBLOCK);
    is(add(outer, inner, EPOLLIN), 0);
    is(now(outer), 0);
    is(polled(inner), 0);
    is(add(inner, fd, EPOLLIN), 0);
    is(polled(outer), 0);
    put(fd);
    is(polled(inner), POLLIN);
    is(polled(outer), POLLIN);
    is(now(outer), 1);
    is(got[0].data.fd, inner);
    is(got[0].events, EPOLLIN);
    is(now(outer), 1);
    is(now(inner), 1);
    is(got[0].data.fd, fd);
    take(fd);
    is(polled(outer), 0);
    is(now(outer), 0);
    is(now(inner), 0);
    is(del(outer, inner), 0);

    /* Edges climb too. */
    is(add(outer, inner, EPOLLIN | EPOLLET), 0);
    is(now(outer), 0);
    put(fd);
    is(now(outer), 1);
    is(now(outer), 0);
    put(fd);
    is(now(outer), 1);
    take(fd);
    is(del(inner, fd), 0);
    is(add(inner, fd, EPOLLIN | EPOLLET), 0);
    put(fd);
    is(now(outer), 1);
    is(now(inner), 1);
    is(now(inner), 0);
    is(now(outer), 0);
    put(fd);
    is(now(outer), 1);
    close(fd);
    is(now(inner), 0);
    close(inner);
    is(now(outer), 0);
    close(outer);
}

static void wakes(void)
{
    int outer = epoll_create1(0), inner = epoll_create1(0);
    int fd = eventfd(0, 0), ends[2];
    is(add(outer, inner, EPOLLIN), 0);
    is(add(inner, fd, EPOLLIN), 0);
    fflush(stdout);
    pid_t me = getpid(), child = fork();
    if (!child) {
        until_asleep(me);
        put(fd);
        _exit(0);
    }
    is(epoll_wait(outer, got, 1, 20000), 1);
    waitpid(child, NULL, 0);
    take(fd);
    child = fork();
    if (!child) {
        until_asleep(me);
        put(fd);
        _exit(0);
    }
    struct pollfd item = { .fd = outer, .events = POLLIN };
    is(poll(&item, 1, 20000), 1);
    is(item.revents, POLLIN);
    waitpid(child, NULL, 0);
    take(fd);
    /* Something ready comes into an inner one that somebody waits for: it goes
     * with its process, once that has heard. */
    pipe(ends);
    child = fork();
    if (!child) {
        char byte;
        until_asleep(me);
        add(inner, eventfd(1, 0), EPOLLIN);
        read(ends[0], &byte, 1);
        _exit(0);
    }
    is(epoll_wait(outer, got, 1, 20000), 1);
    write(ends[1], "", 1);
    waitpid(child, NULL, 0);
    close(ends[0]), close(ends[1]);
    is(now(outer), 0);
    close(fd);
    close(inner);
    close(outer);
}

static void loops(void)
{
    int a = epoll_create1(0), b = epoll_create1(0), c = epoll_create1(0);
    is(add(a, b, EPOLLIN), 0);
    fails_with(ELOOP, add(b, a, EPOLLIN));
    is(add(b, c, EPOLLIN), 0);
    fails_with(ELOOP, add(c, a, EPOLLIN));
    fails_with(ELOOP, add(c, b, EPOLLIN));
    int other = dup(a);
    fails_with(ELOOP, add(c, other, EPOLLIN));
    close(other);
    is(add(a, c, EPOLLIN), 0);
    is(del(a, b), 0);
    is(add(c, b, EPOLLIN) ? errno : 0, ELOOP);
    is(del(b, c), 0);
    is(add(c, b, EPOLLIN), 0);
    close(b);
    close(c);
    close(a);
}

enum { CHAIN = 8 };

/* Five can be put one around the other, from whatever end one begins. */
static void depth(void)
{
    int chain[CHAIN], fd = eventfd(0, 0), n;
    for (int i = 0; i < CHAIN; i++)
        chain[i] = epoll_create1(0);
    for (n = 1; n < CHAIN; n++)
        if (add(chain[n], chain[n - 1], EPOLLIN))
            break;
    is(errno, ELOOP);
    is(n, 5);
    is(add(chain[0], fd, EPOLLIN), 0);
    put(fd);
    for (int i = 0; i < n; i++)
        is(now(chain[i]), 1);
    take(fd);
    for (int i = 0; i < n; i++)
        is(now(chain[i]), 0);
    for (int i = 0; i < CHAIN; i++) {
        close(chain[i]);
        chain[i] = epoll_create1(0);
    }
    for (n = 1; n < CHAIN; n++)
        if (add(chain[n - 1], chain[n], EPOLLIN))
            break;
    is(errno, ELOOP);
    is(n, 5);
    is(add(chain[4], fd, EPOLLIN), 0);
    put(fd);
    is(now(chain[0]), 1);
    /* Two chains of three do not go together. */
    is(del(chain[2], chain[3]), 0);
    is(add(chain[5], chain[6], EPOLLIN), 0);
    is(add(chain[6], chain[7], EPOLLIN), 0);
    fails_with(ELOOP, add(chain[2], chain[5], EPOLLIN));
    is(add(chain[2], chain[6], EPOLLIN), 0);
    is(now(chain[0]), 0);
    for (int i = 0; i < CHAIN; i++)
        close(chain[i]);
    close(fd);
}

/* Linux allows 500 ways of length 1 and 10 of length 4. */
static void many_paths(void)
{
    enum { MOST = 600 };
    struct rlimit many = { 1000, 1000 };
    static int outers[MOST];
    setrlimit(RLIMIT_NOFILE, &many);
    int inner = epoll_create1(0), fd = eventfd(0, 0), n;
    is(add(inner, fd, EPOLLIN), 0);
    for (n = 0; n < MOST; n++) {
        outers[n] = epoll_create1(0);
        if (add(outers[n], inner, EPOLLIN))
            break;
    }
    is(errno, EINVAL);
    is(n, 500);
    put(fd);
    int ready = 0;
    for (int i = 0; i < n; i++)
        ready += now(outers[i]) == 1;
    is(ready, 500);
    for (int i = 0; i <= n; i++)
        close(outers[i]);
    /* Without an epoll in between there is no such bound. */
    for (n = 0; n < MOST; n++) {
        outers[n] = epoll_create1(0);
        if (add(outers[n], fd, EPOLLIN))
            break;
    }
    is(n, MOST);
    for (int i = 0; i < n; i++)
        close(outers[i]);
    close(fd);
    close(inner);
}

static void ends(void)
{
    int outer = epoll_create1(0), inner = epoll_create1(0);
    int fd = eventfd(1, 0);
    is(add(inner, fd, EPOLLIN), 0);
    is(add(outer, inner, EPOLLIN), 0);
    close(outer);
    is(now(inner), 1);
    outer = epoll_create1(0);
    is(add(outer, inner, EPOLLIN), 0);
    int copy = dup(inner);
    close(inner);
    is(now(outer), 1);
    close(copy);
    is(now(outer), 0);
    close(outer);
    close(fd);
}

static void run(void)
{
    readiness();
    wakes();
    loops();
    depth();
    many_paths();
    ends();
}
TEST_MAIN
