/* SPDX-License-Identifier: MIT */
/* /proc/sys/kernel/hostname and domainname tell that they have changed. */
#include "tap.h"

#include <poll.h>

enum { NEWS = POLLERR | POLLPRI };

static int events_of(int fd)
{
    struct pollfd item = { fd, POLLIN | POLLPRI | POLLOUT, 0 };
    return poll(&item, 1, 0) < 0 ? -errno : item.revents;
}

static void check(const char *path, int (*set)(const char *, size_t),
    int (*set_other)(const char *, size_t), const char *other_path)
{
    char before[128] = "", other[128] = "";
    int fd = open(path, O_RDWR), again = open(path, O_RDONLY);
    int reader = open(other_path, O_RDONLY);
    ssize_t bytes = read(fd, before, sizeof before);
    ssize_t other_bytes = read(reader, other, sizeof other);
    is(events_of(fd), POLLIN | POLLOUT);
    is(set("one", 3), 0);
    is(events_of(fd), POLLIN | NEWS);
    is(events_of(fd), POLLIN | POLLOUT); /* told once */
    is(events_of(again), POLLIN | NEWS);
    is(set_other("two", 3), 0);
    is(events_of(fd), POLLIN | POLLOUT);
    is(pwrite(fd, "three\n", 6, 0), 6);
    is(events_of(again), POLLIN | NEWS);
    set(before, bytes - 1);
    set_other(other, other_bytes - 1);
    close(fd);
    close(again);
    close(reader);
}

static void run(void)
{
    const char *host = "/proc/sys/kernel/hostname";
    const char *domain = "/proc/sys/kernel/domainname";
    check(host, sethostname, setdomainname, domain);
    check(domain, setdomainname, sethostname, host);
    int fd = open("/proc/sys/kernel/pid_max", O_RDONLY);
    is(events_of(fd), POLLIN | POLLOUT);
    close(fd);
}
TEST_MAIN
