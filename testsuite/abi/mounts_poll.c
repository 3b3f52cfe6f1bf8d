/* SPDX-License-Identifier: MIT */
/* /proc/PID/mounts and mountinfo tell that the mounts have changed. */
#include "proc.h"

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/mount.h>
#include <sys/stat.h>

enum { PATIENCE_MS = 60000, NEWS = POLLERR | POLLPRI };

static char got[65536];

static int events_of(int fd, int timeout_ms)
{
    struct pollfd item = { fd, POLLIN | POLLPRI | POLLOUT, 0 };
    return poll(&item, 1, timeout_ms) < 0 ? -errno : item.revents;
}

static int news_of(int fd)
{
    struct pollfd item = { fd, POLLPRI, 0 };
    return poll(&item, 1, 0) < 0 ? -errno : item.revents;
}

static void changes(const char *path)
{
    int fd = open(path, O_RDONLY), other = open(path, O_RDONLY);
    is(events_of(fd, 0), POLLIN);
    is(news_of(fd), 0);
    is(mount("none", "m", "tmpfs", 0, NULL), 0);
    is(events_of(fd, 0), POLLIN | NEWS);
    is(events_of(fd, 0), POLLIN); /* told once */
    is(news_of(other), NEWS);
    is(news_of(other), 0);
    fails_with(EINVAL, mount(NULL, "/proc/self", NULL, MS_REMOUNT, NULL));
    is(news_of(fd), 0);
    is(mount(NULL, "m", NULL, MS_REMOUNT | MS_NOEXEC, NULL), 0);
    is(news_of(fd), NEWS);
    is(mount(NULL, "m", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL), 0);
    is(news_of(fd), NEWS);
    is(mount("m", "n", NULL, MS_BIND, NULL), 0);
    is(news_of(fd), NEWS);
    is(mount("n", "o", NULL, MS_MOVE, NULL), 0);
    is(news_of(fd), NEWS);
    is(umount("o"), 0);
    is(news_of(fd), NEWS);
    is(umount2("m", MNT_DETACH), 0);
    is(news_of(fd), NEWS);
    fails_with(EINVAL, umount("m"));
    is(news_of(fd), 0);
    int fresh = open(path, O_RDONLY);
    is(news_of(fresh), 0);
    close(fresh);
    close(fd);
    close(other);
}

static void edges(void)
{
    int fd = open("/proc/self/mounts", O_RDONLY), epoll = epoll_create1(0);
    struct epoll_event event = { .events = EPOLLPRI | EPOLLET };
    is(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), 0);
    is(epoll_wait(epoll, &event, 1, 0), 0);
    mount("none", "m", "tmpfs", 0, NULL);
    is(epoll_wait(epoll, &event, 1, PATIENCE_MS), 1);
    is(event.events, EPOLLPRI | EPOLLERR);
    is(epoll_wait(epoll, &event, 1, 0), 0);
    umount("m");
    is(epoll_wait(epoll, &event, 1, PATIENCE_MS), 1);
    close(fd);
    close(epoll);
}

static void *mount_it(void *where)
{
    mount("none", where, "tmpfs", 0, NULL);
    return NULL;
}

static void waiting(void)
{
    int fd = open("/proc/self/mountinfo", O_RDONLY);
    struct pollfd item = { fd, POLLPRI, 0 };
    pthread_t thread;
    pthread_create(&thread, NULL, mount_it, (void *)"m");
    is(poll(&item, 1, PATIENCE_MS), 1);
    is(item.revents, NEWS);
    pthread_join(thread, NULL);
    umount("m");
    close(fd);
}

/* What was opened goes on telling when the process has ended. */
static void of_others(void)
{
    int until, status;
    char path[64];
    pid_t child = child_that_waits(&until);
    snprintf(path, sizeof path, "/proc/%d/mounts", child);
    int fd = open(path, O_RDONLY);
    close(until);
    siginfo_t info;
    waitid(P_PID, child, &info, WEXITED | WNOWAIT);
    fails_with(EINVAL, open(path, O_RDONLY));
    waitpid(child, &status, 0);
    fails_with(ENOENT, open(path, O_RDONLY));
    mount("none", "m", "tmpfs", 0, NULL);
    is(news_of(fd), NEWS);
    ssize_t bytes = read(fd, got, sizeof got - 1);
    ok(bytes > 0);
    got[bytes > 0 ? bytes : 0] = '\0';
    ok(strstr(got, "/m tmpfs "));
    umount("m");
    close(fd);
    fd = open("/proc/self/mountstats", O_RDONLY);
    is(events_of(fd, 0), POLLIN | POLLOUT);
    close(fd);
}

static void run(void)
{
    mkdir("m", 0700);
    mkdir("n", 0700);
    mkdir("o", 0700);
    changes("/proc/self/mounts");
    changes("/proc/mounts");
    changes("/proc/thread-self/mountinfo");
    edges();
    waiting();
    of_others();
    rmdir("m");
    rmdir("n");
    rmdir("o");
}
TEST_MAIN
