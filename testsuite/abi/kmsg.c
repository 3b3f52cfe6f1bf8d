/* SPDX-License-Identifier: MIT */
/* /dev/kmsg, /proc/kmsg and syslog(2): the kernel's log as programs see it.
 * Others write to it as well, so that each record here is known by its text. */
#include "tap.h"

#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/klog.h>
#include <sys/stat.h>

#ifndef SEEK_DATA
#define SEEK_DATA 3
#define SEEK_HOLE 4
#endif

enum { WHOLE = 992, PATIENCE_MS = 60000 };

static char got[8192], text[2048];

/* With a file of its own: Linux bears ten a few seconds from each. */
static ssize_t put(const void *from, size_t bytes)
{
    int fd = open("/dev/kmsg", O_WRONLY);
    ssize_t result = write(fd, from, bytes);
    int error = errno;
    close(fd);
    errno = error;
    return result;
}

static ssize_t put_text(const char *from)
{
    return put(from, strlen(from));
}

static int open_log(int flags)
{
    int fd = open("/dev/kmsg", O_RDONLY | O_CLOEXEC | flags);
    lseek(fd, 0, SEEK_END);
    return fd;
}

/* The record with that text: its priority and number; -1: it does not come. */
static int find(int fd, const char *wanted, unsigned long *sequence)
{
    struct pollfd item = { fd, POLLIN, 0 };
    while (poll(&item, 1, PATIENCE_MS) > 0) {
        int priority;
        unsigned long number;
        ssize_t bytes = read(fd, got, sizeof got - 1);
        if (bytes < 0)
            continue;
        got[bytes] = '\0';
        char *body = strstr(got, ",-;");
        if (!body || strcmp(body + 3, wanted) ||
            sscanf(got, "%d,%lu,", &priority, &number) != 2)
            continue;
        if (sequence)
            *sequence = number;
        return priority;
    }
    return -1;
}

static void records(void)
{
    static const struct {
        const char *written, *text;
        int priority;
    } rows[] = {
        { "kmsg: plain\n", "kmsg: plain\n", 12 },
        { "<3>kmsg: three\n", "kmsg: three\n", 11 },
        { "<0>kmsg: zero\n", "kmsg: zero\n", 8 },
        { "<30>kmsg: facility\n", "kmsg: facility\n", 30 },
        { "<999>kmsg: big\n", "kmsg: big\n", 999 },
        { "<>kmsg: none\n", "kmsg: none\n", 8 },
        { "<x>kmsg: odd\n", "<x>kmsg: odd\n", 12 },
        { "<3kmsg: open\n", "<3kmsg: open\n", 12 },
        { "<7>kmsg: two\nlines\n", "kmsg: two\\x0alines\n", 15 },
        { "<7>kmsg: end\n\n", "kmsg: end\\x0a\n", 15 },
        { "<7>kmsg: \t\\\x7f\xc3\xa4\"\n",
            "kmsg: \\x09\\x5c\\x7f\\xc3\\xa4\"\n", 15 },
    };
    int fd = open_log(O_NONBLOCK);
    unsigned long sequence, last = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        is(put_text(rows[i].written), (int)strlen(rows[i].written));
        is(find(fd, rows[i].text, &sequence), rows[i].priority);
        ok(sequence > last);
        last = sequence;
    }
    close(fd);
}

static void limits(void)
{
    memset(text, 'x', sizeof text);
    memcpy(text, "<7>", 3);
    is(put(text, WHOLE), WHOLE);
    fails_with(EINVAL, put(text, WHOLE + 1));
    fails_with(EFAULT, put((void *)8, 5));
    is(put(text, 0), 0);
    put_text("<7>kmsg: after\n");
    int fd = open_log(O_NONBLOCK);
    put_text("<7>kmsg: small\n");
    put_text("<7>kmsg: next\n");
    /* Too little room: that one is passed by. */
    struct pollfd item = { fd, POLLIN, 0 };
    is(poll(&item, 1, PATIENCE_MS), 1);
    fails_with(EINVAL, read(fd, got, 3));
    is(find(fd, "kmsg: next\n", NULL), 15);
    fails_with(EFAULT, (put_text("<7>kmsg: bad\n"), read(fd, (void *)8, 4096)));
    close(fd);
    fd = open("/dev/kmsg", O_WRONLY);
    fails_with(EBADF, read(fd, got, 10));
    is(lseek(fd, 0, SEEK_SET), 0);
    close(fd);
}

static void seeks(void)
{
    int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
    unsigned long first = 0, again = 1;
    ok(read(fd, got, sizeof got) > 0);
    sscanf(got, "%*d,%lu,", &first);
    is(lseek(fd, 0, SEEK_SET), 0);
    ok(pread(fd, got, sizeof got, 5) > 0);
    sscanf(got, "%*d,%lu,", &again);
    is(again, first);
    fails_with(ESPIPE, lseek(fd, 1, SEEK_SET));
    fails_with(ESPIPE, lseek(fd, -1, SEEK_END));
    fails_with(EINVAL, lseek(fd, 0, SEEK_CUR));
    fails_with(EINVAL, lseek(fd, 0, SEEK_HOLE));
    put_text("<7>kmsg: cleared\n");
    is(klogctl(5, NULL, 0), 0);
    is(lseek(fd, 0, SEEK_DATA), 0);
    put_text("<7>kmsg: kept\n");
    is(find(fd, "kmsg: kept\n", NULL), 15);
    is(lseek(fd, 0, SEEK_SET), 0);
    is(find(fd, "kmsg: cleared\n", NULL), 15);
    is(lseek(fd, 0, SEEK_END), 0);
    close(fd);
}

static volatile pid_t reader;
static volatile int found;

static void *wait_for_it(void *data)
{
    struct pollfd none = { -1, 0, 0 };
    poll(&none, 1, 0);
    reader = syscall(SYS_gettid);
    do {
        ssize_t bytes = read(*(int *)data, got, sizeof got - 1);
        got[bytes > 0 ? bytes : 0] = '\0';
    } while (!strstr(got, "kmsg: wake"));
    found = 1;
    return NULL;
}

static void is_asleep(pid_t thread)
{
    char path[64], state = 0;
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", thread);
    while (state != 'S') {
        char line[256] = "";
        int fd = open(path, O_RDONLY);
        read(fd, line, sizeof line - 1);
        close(fd);
        char *at = strrchr(line, ')');
        state = at ? at[2] : 0;
        sched_yield();
    }
}

static void waiting(void)
{
    int fd = open_log(0), epoll = epoll_create1(0);
    pthread_t thread;
    pthread_create(&thread, NULL, wait_for_it, &fd);
    while (!reader)
        sched_yield();
    is_asleep(reader);
    put_text("<7>kmsg: wake\n");
    pthread_join(thread, NULL);
    is(found, 1);
    close(fd);
    fd = open_log(O_NONBLOCK);
    struct epoll_event event = { .events = EPOLLIN | EPOLLET };
    is(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), 0);
    put_text("<7>kmsg: edge\n");
    is(epoll_wait(epoll, &event, 1, PATIENCE_MS), 1);
    is(event.events, EPOLLIN);
    put_text("<7>kmsg: edge\n");
    is(epoll_wait(epoll, &event, 1, PATIENCE_MS), 1);
    close(fd);
    close(epoll);
}

/* More than any log holds. */
static void overtaking(void)
{
    int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK), i, k, failed = 0;
    memset(text, 'y', sizeof text);
    memcpy(text, "<7>", 3);
    text[900] = '\n';
    for (i = 0; i < 300; i++) {
        int writer = open("/dev/kmsg", O_WRONLY);
        for (k = 0; k < 9; k++)
            failed += write(writer, text, 901) != 901;
        close(writer);
    }
    is(failed, 0);
    struct pollfd item = { fd, POLLIN | POLLPRI | POLLOUT, 0 };
    is(poll(&item, 1, 0), 1);
    is(item.revents, POLLIN | POLLPRI | POLLERR);
    fails_with(EPIPE, read(fd, got, sizeof got));
    ok(read(fd, got, sizeof got) > 0);
    lseek(fd, 0, SEEK_SET);
    is(poll(&item, 1, 0), 1);
    is(item.revents, POLLIN);
    close(fd);
}

/* Reads until the text comes; what lies before its line is cut off. */
static bool reads(int fd, const char *wanted)
{
    struct pollfd item = { fd, POLLIN, 0 };
    while (poll(&item, 1, PATIENCE_MS) > 0) {
        ssize_t bytes = read(fd, got, sizeof got - 1);
        got[bytes > 0 ? bytes : 0] = '\0';
        if (strstr(got, wanted))
            return true;
    }
    return false;
}

static void proc_kmsg(void)
{
    struct stat stat;
    int fd = open("/proc/kmsg", O_RDONLY | O_NONBLOCK);
    is(fstat(fd, &stat), 0);
    is(stat.st_mode, S_IFREG | 0400);
    put_text("<7>kmsg: drained\n");
    ok(reads(fd, "kmsg: drained"));
    while (read(fd, got, sizeof got) > 0)
        ;
    is(errno, EAGAIN);
    struct pollfd item = { fd, POLLIN | POLLOUT, 0 };
    put_text("<5>kmsg: one\nkmsg: two\n");
    is(poll(&item, 1, PATIENCE_MS), 1);
    is(item.revents, POLLIN);
    ok(klogctl(9, NULL, 0) >= 44);
    is(read(fd, got, 3), 3);
    is(memcmp(got, "<13", 3), 0);
    ok(reads(fd, "kmsg: two\n"));
    ok(strstr(got, "] kmsg: one\n<13>["));
    ok(strstr(got, "] kmsg: two\n"));
    fails_with(EFAULT,
        (put_text("<5>kmsg: lost\n"), read(fd, (void *)8, 4096)));
    is(lseek(fd, 10, SEEK_SET), 10);
    is(lseek(fd, 5, SEEK_END), 5);
    fails_with(EBADF, write(fd, "a", 1));
    close(fd);
    close(open("/proc/kmsg", O_RDONLY));
}

static void calls(void)
{
    is(klogctl(0, NULL, 0), 0);
    is(klogctl(1, NULL, 0), 0);
    for (int action = 2; action <= 4; action++) {
        fails_with(EINVAL, klogctl(action, NULL, 5));
        fails_with(EINVAL, klogctl(action, (char *)8, -1));
        is(klogctl(action, (char *)8, 0), 0);
        fails_with(EFAULT, klogctl(action, (char *)-4096, 5));
    }
    is(klogctl(5, NULL, -1), 0);
    is(klogctl(3, got, 4096), 0);
    put_text("<5>kmsg: in all\n");
    is(klogctl(3, got, 20), 0); /* whole records alone */
    ok(klogctl(3, got, 4096) >= 32);
    ok(!memcmp(got, "<13>[", 5));
    fails_with(EFAULT, klogctl(3, (char *)8, 100));
    ok(klogctl(4, got, 4096) >= 32);
    is(klogctl(3, got, 4096), 0);
    fails_with(EINVAL, klogctl(8, NULL, 0));
    fails_with(EINVAL, klogctl(8, NULL, 9));
    fails_with(EINVAL, klogctl(11, NULL, 0));
    fails_with(EINVAL, klogctl(-1, NULL, 0));
    ok(klogctl(10, NULL, 0) > 4096);
    put_text("<5>kmsg: read\n");
    ok(klogctl(2, got, 4096) >= 20);
    /* Who reads, of who may not, is refused at the door alone. */
    int fd = open("/proc/kmsg", O_RDONLY | O_NONBLOCK);
    pid_t child = fork();
    if (!child) {
        if (setuid(1000))
            _exit(1);
        put_text("<5>kmsg: no\n");
        ssize_t bytes = read(fd, got, sizeof got);
        if (bytes < 0 && errno != EAGAIN)
            _exit(2);
        if (klogctl(9, NULL, 0) >= 0 || errno != EPERM)
            _exit(3);
        _exit(open("/proc/kmsg", O_RDONLY) >= 0 || errno != EACCES);
    }
    int status;
    waitpid(child, &status, 0);
    is(status, 0);
    close(fd);
}

/* How many of `many` records from one file arrive. */
static int arrive(int many)
{
    int log = open_log(O_NONBLOCK), fd = open("/dev/kmsg", O_WRONLY), count = 0;
    for (int i = 0; i < many; i++)
        if (write(fd, "<7>kmsg: one of many\n", 21) != 21)
            note("%s", strerror(errno));
    close(fd);
    char setting[16] = "";
    fd = open("/proc/sys/kernel/printk_devkmsg", O_RDWR);
    read(fd, setting, sizeof setting);
    pwrite(fd, "on\n", 3, 0);
    put_text("<7>kmsg: the last\n");
    lseek(fd, 0, SEEK_SET);
    write(fd, setting, strlen(setting));
    close(fd);
    while (read(log, got, sizeof got) > 0) {
        if (strstr(got, "kmsg: the last"))
            break;
        count += !!strstr(got, "kmsg: one of many");
        memset(got, 0, sizeof got);
    }
    close(log);
    return count;
}

static int set_policy(const char *name)
{
    int fd = open("/proc/sys/kernel/printk_devkmsg", O_WRONLY);
    ssize_t result = write(fd, name, strlen(name));
    int error = errno;
    close(fd);
    return result < 0 ? -error : 0;
}

static const char *policy(void)
{
    int fd = open("/proc/sys/kernel/printk_devkmsg", O_RDONLY);
    memset(text, 0, sizeof text);
    read(fd, text, sizeof text - 1);
    close(fd);
    return text;
}

/* Who writes many is borne ten in five seconds. */
static void bursts(void)
{
    is_text(policy(), "ratelimit\n");
    int some = arrive(60);
    ok(some >= 10 && some < 60);
    is(set_policy("on\n"), 0);
    is_text(policy(), "on\n");
    is(arrive(60), 60);
    is(set_policy("off\n"), 0);
    is(arrive(2), 0);
    is(set_policy("perhaps\n"), -EINVAL);
    is_text(policy(), "off\n");
    is(set_policy("ratelimit\n"), 0);
    is(arrive(10), 10);
}

static void run(void)
{
    records();
    limits();
    seeks();
    waiting();
    overtaking();
    proc_kmsg();
    calls();
    bursts();
}
TEST_MAIN
