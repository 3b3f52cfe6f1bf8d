/* SPDX-License-Identifier: MIT */
/* What waiting costs: latency of a byte there and back through a pipe, a local
 * socket and an eventfd; throughput of the first two; epoll_wait with one ready
 * among many that are watched.  Alone: one line for each, in nanoseconds. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 20000, BLOCK = 16384, BLOCKS = 4000 };

static double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1e9 + now.tv_nsec;
}

static void need(ssize_t result)
{
    if (result < 0) {
        perror("bench");
        exit(1);
    }
}

/* A byte, or an eventfd's eight, to the child and back. */
static void latency(const char *name, int to[2], int from[2], size_t bytes)
{
    uint64_t value = 1;
    pid_t child = fork();
    if (!child) {
        for (int i = 0; i < ROUNDS; i++) {
            need(read(to[0], &value, bytes));
            need(write(from[1], &value, bytes));
        }
        _exit(0);
    }
    double start = now_ns();
    for (int i = 0; i < ROUNDS; i++) {
        value = 1;
        need(write(to[1], &value, bytes));
        need(read(from[0], &value, bytes));
    }
    printf("%s_round_trip %.0f ns\n", name, (now_ns() - start) / ROUNDS);
    waitpid(child, NULL, 0);
}

static void throughput(const char *name, int from, int to)
{
    static char block[BLOCK];
    pid_t child = fork();
    if (!child) {
        for (int i = 0; i < BLOCKS; i++)
            need(write(to, block, BLOCK));
        _exit(0);
    }
    double start = now_ns();
    for (long left = (long)BLOCK * BLOCKS; left > 0;) {
        ssize_t got = read(from, block, BLOCK);
        need(got);
        left -= got;
    }
    printf("%s_throughput %.0f MB/s\n", name,
        (double)BLOCK * BLOCKS * 1e3 / (now_ns() - start));
    waitpid(child, NULL, 0);
}

/* One is written to and read each time; the others are never ready. */
static void watched(int count)
{
    int *fds = calloc(count, sizeof *fds), epoll = epoll_create1(0);
    struct epoll_event event = { .events = EPOLLIN };
    uint64_t value = 1;
    for (int i = 0; i < count; i++) {
        fds[i] = eventfd(0, EFD_NONBLOCK);
        need(fds[i]);
        event.data.fd = fds[i];
        need(epoll_ctl(epoll, EPOLL_CTL_ADD, fds[i], &event));
    }
    double start = now_ns();
    for (int i = 0; i < ROUNDS; i++) {
        int fd = fds[(long)i * 7919 % count];
        need(write(fd, &value, 8));
        need(epoll_wait(epoll, &event, 1, -1));
        need(read(event.data.fd, &value, 8));
        value = 1;
    }
    printf("epoll_wait_of_%d %.0f ns\n", count, (now_ns() - start) / ROUNDS);
    for (int i = 0; i < count; i++)
        close(fds[i]);
    close(epoll);
    free(fds);
}

int main(void)
{
    struct rlimit many = { 200000, 200000 };
    int a[2], b[2];
    setvbuf(stdout, NULL, _IOLBF, 0);
    setrlimit(RLIMIT_NOFILE, &many);
    need(pipe(a));
    need(pipe(b));
    latency("pipe", a, b, 1);
    throughput("pipe", a[0], a[1]);
    need(socketpair(AF_UNIX, SOCK_STREAM, 0, a));
    int turned[2] = { a[1], a[0] };
    latency("socket", a, turned, 1);
    throughput("socket", a[0], a[1]);
    int there = eventfd(0, 0), back = eventfd(0, 0);
    latency("eventfd", (int[]){ there, there }, (int[]){ back, back }, 8);
    watched(1);
    watched(1000);
    watched(100000);
    return 0;
}
