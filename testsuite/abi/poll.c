/* SPDX-License-Identifier: MIT */
/* poll, ppoll, select, pselect: every kind of file, each bit, timeouts, masks,
 * what is written back. */
#include "asleep.h"
#include "who.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <time.h>

enum { ALL = POLLIN | POLLOUT | POLLPRI | POLLRDNORM | POLLWRNORM | POLLRDBAND |
        POLLWRBAND | POLLRDHUP };

static int ready(int fd, int wanted)
{
    struct pollfd item = { fd, wanted, -1 };
    int count = poll(&item, 1, 0);
    return count < 0 ? -1 : count != (item.revents != 0) ? -2 : item.revents;
}

static long long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000ll + time.tv_nsec;
}

static void kinds(void)
{
    const int in = POLLIN | POLLRDNORM, out = POLLOUT | POLLWRNORM;
    int file = open("f", O_RDWR | O_CREAT, 0600), d = open(".", O_RDONLY);
    int null = open("/dev/null", O_RDWR), zero = open("/dev/zero", O_RDWR);
    int event = eventfd(0, 0);
    is(ready(file, ALL), in | out);
    is(ready(file, POLLIN), POLLIN);
    is(ready(file, 0), 0);
    is(ready(d, ALL), in | out);
    is(ready(null, ALL), in | out);
    is(ready(zero, ALL), in | out);
    is(ready(event, ALL), POLLOUT);
    eventfd_write(event, 1);
    is(ready(event, ALL), POLLIN | POLLOUT);
    eventfd_write(event, 0xfffffffffffffffdull);
    is(ready(event, ALL), POLLIN);
    is(ready(999, ALL), POLLNVAL);
    is(ready(999, 0), POLLNVAL);
    is(ready(-1, ALL), 0);
    is(ready(-999, ALL), 0);
    close(file), close(d), close(null), close(zero), close(event);
}

static void pipes(void)
{
    const int in = POLLIN | POLLRDNORM, out = POLLOUT | POLLWRNORM;
    static char text[65536];
    int ends[2];
    pipe(ends);
    is(ready(ends[0], ALL), 0);
    is(ready(ends[1], ALL), out);
    write(ends[1], "x", 1);
    is(ready(ends[0], ALL), in);
    write(ends[1], text, 65535);
    is(ready(ends[1], ALL), 0);
    read(ends[0], text, 4096);
    is(ready(ends[1], ALL), out);
    close(ends[1]);
    is(ready(ends[0], ALL), in | POLLHUP);
    while (read(ends[0], text, sizeof text) > 0)
        ;
    is(ready(ends[0], ALL), POLLHUP);
    is(ready(ends[0], 0), POLLHUP);
    close(ends[0]);
    pipe(ends);
    close(ends[0]);
    is(ready(ends[1], ALL), out | POLLERR);
    is(ready(ends[1], 0), POLLERR);
    close(ends[1]);
    mkfifo("fifo", 0600);
    int reader = open("fifo", O_RDONLY | O_NONBLOCK);
    is(ready(reader, ALL), 0);
    int writer = open("fifo", O_WRONLY);
    is(ready(reader, ALL), 0);
    close(writer);
    is(ready(reader, ALL), POLLHUP);
    writer = open("fifo", O_WRONLY);
    is(ready(reader, ALL), 0);
    close(reader), close(writer);
    unlink("fifo");
}

static void results(void)
{
    int ends[2];
    pipe(ends);
    struct pollfd items[5] = {
        { ends[0], POLLIN, 9 }, { ends[1], POLLOUT, 9 }, { -1, POLLIN, 9 },
        { 999, POLLIN, 9 }, { ends[1], POLLIN, 9 },
    };
    is(poll(items, 5, -1), 2);
    is(items[0].revents, 0);
    is(items[1].revents, POLLOUT);
    is(items[2].revents, 0);
    is(items[3].revents, POLLNVAL);
    is(items[4].revents, 0);
    is(items[0].events, POLLIN);
    is(poll(NULL, 0, 0), 0);
    fails_with(EFAULT, poll((void *)8, 1, 0));
    fails_with(EFAULT, poll((void *)-1, 0, 0));
    is(poll((void *)8, 0, 0), 0);
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    fails_with(EINVAL, poll(items, limit.rlim_cur + 1, 0));
    close(ends[0]), close(ends[1]);
}

static void timeouts(void)
{
    int ends[2];
    pipe(ends);
    struct pollfd item = { ends[0], POLLIN, 0 };
    long long start = now();
    is(poll(&item, 1, 30), 0);
    ok(now() - start >= 30000000 && now() - start < 20000000000);
    start = now();
    is(poll(NULL, 0, 20), 0);
    ok(now() - start >= 20000000);
    struct timespec time = { 0, 20000000 };
    start = now();
    is(ppoll(&item, 1, &time, NULL), 0);
    ok(now() - start >= 20000000);
    struct timespec left = { 5, 0 };
    write(ends[1], "x", 1);
    is(syscall(SYS_ppoll, &item, 1, &left, NULL, 8), 1);
    ok(left.tv_sec < 5 || !left.tv_nsec);
    time = (struct timespec){ 0, 1000000000 };
    fails_with(EINVAL, syscall(SYS_ppoll, &item, 1, &time, NULL, 8));
    time = (struct timespec){ -1, 0 };
    fails_with(EINVAL, syscall(SYS_ppoll, &item, 1, &time, NULL, 8));
    fails_with(EFAULT, syscall(SYS_ppoll, &item, 1, 8, NULL, 8));
    sigset_t set;
    sigemptyset(&set);
    fails_with(EINVAL, syscall(SYS_ppoll, &item, 1, NULL, &set, 4));
    fails_with(EFAULT, syscall(SYS_ppoll, &item, 1, NULL, 8, 8));
    close(ends[0]), close(ends[1]);
}

static void wakes(void *data)
{
    usleep(30000);
    write(*(int *)data, "x", 1);
}

static void waiting(void)
{
    int ends[2], status;
    pipe(ends);
    struct pollfd item = { ends[0], POLLIN, 0 };
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        wakes(&ends[1]);
        _exit(0);
    }
    is(poll(&item, 1, 10000), 1);
    is(item.revents, POLLIN);
    waitpid(child, &status, 0);
    char byte;
    read(ends[0], &byte, 1);
    child = fork();
    if (!child) {
        close(ends[0]);
        usleep(30000);
        _exit(0);
    }
    close(ends[1]);
    is(poll(&item, 1, 10000), 1);
    is(item.revents, POLLHUP);
    waitpid(child, &status, 0);
    close(ends[0]);
}

static volatile int signals;

static void on_signal(int number)
{
    (void)number;
    signals++;
}

static void interrupted(void)
{
    int ends[2], status;
    struct sigaction action = { .sa_handler = on_signal,
        .sa_flags = SA_RESTART };
    sigset_t blocked, none;
    pipe(ends);
    sigaction(SIGUSR1, &action, NULL);
    struct pollfd item = { ends[0], POLLIN, 0 };
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        until_asleep(getppid());
        kill(getppid(), SIGUSR1);
        _exit(0);
    }
    /* SA_RESTART means nothing to it. */
    fails_with(EINTR, poll(&item, 1, 30000));
    is(signals, 1);
    waitpid(child, &status, 0);
    sigemptyset(&blocked), sigemptyset(&none);
    sigaddset(&blocked, SIGUSR1);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    kill(getpid(), SIGUSR1);
    is(poll(&item, 1, 20), 0);
    is(signals, 1);
    /* Pending already: told at once, and the mask is back afterwards. */
    fails_with(EINTR, ppoll(&item, 1, NULL, &none));
    is(signals, 2);
    sigset_t mask;
    sigprocmask(SIG_SETMASK, NULL, &mask);
    is(sigismember(&mask, SIGUSR1), 1);
    kill(getpid(), SIGUSR1);
    fails_with(EINTR, pselect(ends[0] + 1, NULL, NULL, NULL, NULL, &none));
    is(signals, 3);
    /* Something ready and a signal pending: Linux lets the signal wait. */
    write(ends[1], "x", 1);
    is(ppoll(&item, 1, NULL, &blocked), 1);
    sigprocmask(SIG_UNBLOCK, &blocked, NULL);
    close(ends[0]), close(ends[1]);
}

/* The kernel's own, which changes the time; newer CPUs have pselect only. */
static int raw_select(int count, void *reads, struct timeval *time)
{
#ifdef SYS_select
    return syscall(SYS_select, count, reads, NULL, NULL, time);
#else
    struct timespec wanted = { time->tv_sec + time->tv_usec / 1000000,
        time->tv_usec % 1000000 * 1000 };
    int result = syscall(SYS_pselect6, count, reads, NULL, NULL, &wanted, NULL);
    *time = (struct timeval){ wanted.tv_sec, wanted.tv_nsec / 1000 };
    return result;
#endif
}

static void selecting(void)
{
    int ends[2];
    fd_set in, out, other;
    pipe(ends);
    FD_ZERO(&in);
    FD_ZERO(&out);
    FD_ZERO(&other);
    FD_SET(ends[0], &in), FD_SET(ends[1], &out), FD_SET(ends[0], &other);
    struct timeval time = { 0, 0 };
    is(select(ends[1] + 1, &in, &out, &other, &time), 1);
    ok(!FD_ISSET(ends[0], &in) && FD_ISSET(ends[1], &out));
    ok(!FD_ISSET(ends[0], &other));
    write(ends[1], "x", 1);
    FD_SET(ends[0], &in);
    is(select(ends[1] + 1, &in, &out, NULL, NULL), 2);
    /* Only the first ones are looked at. */
    FD_ZERO(&in);
    FD_SET(ends[0], &in);
    is(select(ends[0], &in, NULL, NULL, &time), 0);
    close(ends[1]);
    FD_ZERO(&in);
    FD_ZERO(&other);
    FD_SET(ends[0], &in), FD_SET(ends[0], &other);
    is(select(ends[0] + 1, &in, NULL, &other, &time), 1);
    ok(FD_ISSET(ends[0], &in) && !FD_ISSET(ends[0], &other));
    close(ends[0]);
    FD_ZERO(&in);
    FD_SET(ends[0], &in);
    fails_with(EBADF, select(ends[0] + 1, &in, NULL, NULL, &time));
    pipe(ends);
    close(ends[0]);
    FD_ZERO(&in);
    FD_ZERO(&out);
    FD_SET(ends[1], &in), FD_SET(ends[1], &out);
    is(select(ends[1] + 1, &in, &out, NULL, &time), 2);
    close(ends[1]);
    fails_with(EINVAL, select(-1, NULL, NULL, NULL, &time));
    fails_with(EFAULT, raw_select(1, (void *)8, &time));
    time = (struct timeval){ -1, 0 };
    fails_with(EINVAL, raw_select(0, NULL, &time));
    time = (struct timeval){ 10, 20000000 };
    FD_ZERO(&in);
    int file = open("f", O_RDWR);
    FD_SET(file, &in);
    is(raw_select(file + 1, &in, &time), 1);
    ok(time.tv_sec >= 20 && time.tv_sec < 30 && time.tv_usec < 1000000);
    close(file);
    long long start = now();
    time = (struct timeval){ 0, 20000 };
    is(raw_select(0, NULL, &time), 0);
    ok(now() - start >= 20000000);
    is(time.tv_sec, 0);
    is(time.tv_usec, 0);
    struct timespec wanted = { 0, 20000000 };
    start = now();
    is(pselect(0, NULL, NULL, NULL, &wanted, NULL), 0);
    ok(now() - start >= 20000000);
    is(wanted.tv_nsec, 20000000);
}

/* Far above FD_SETSIZE. */
static void large_sets(void)
{
    struct rlimit old, more;
    unsigned long sets[64];
    memset(sets, 0, sizeof sets);
    getrlimit(RLIMIT_NOFILE, &old);
    more = old;
    more.rlim_cur = old.rlim_max < 4096 ? old.rlim_max : 4096;
    setrlimit(RLIMIT_NOFILE, &more);
    int fd = fcntl(0, F_DUPFD, 3000);
    is(fd, 3000);
    sets[3000 / 64] |= 1ul << (3000 % 64);
    struct timeval time = { 0, 0 };
    is(raw_select(3001, sets, &time), 1);
    ok(sets[3000 / 64] == 1ul << (3000 % 64));
    close(fd);
    static struct pollfd items[1000];
    for (int i = 0; i < 1000; i++)
        items[i] = (struct pollfd){ i % 2 ? 0 : -1, POLLIN, 0 };
    is(poll(items, 1000, 0), 500);
    setrlimit(RLIMIT_NOFILE, &old);
}

static void run(void)
{
    kinds();
    pipes();
    results();
    timeouts();
    waiting();
    interrupted();
    selecting();
    large_sets();
}
TEST_MAIN
