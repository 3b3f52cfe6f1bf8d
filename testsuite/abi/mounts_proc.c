/* SPDX-License-Identifier: MIT */
/* What is mounted on the files of a process goes when they do. */
#include "proc.h"

#include <poll.h>
#include <pthread.h>
#include <sys/mount.h>
#include <sys/stat.h>

enum { PATIENCE_MS = 60000 };

static char got[16];

static bool is_mounted(const char *path)
{
    char text[128];
    snprintf(text, sizeof text, " %s ", path);
    return strstr(whole("/proc/self/mounts"), text);
}

static void of_process(void)
{
    char file[64], directory[64], below[80], inside[80];
    int until, kept, news = open("/proc/self/mounts", O_RDONLY);
    siginfo_t info;
    pid_t child = child_that_waits(&until);
    snprintf(file, sizeof file, "/proc/%d/status", child);
    snprintf(directory, sizeof directory, "/proc/%d/fdinfo", child);
    snprintf(below, sizeof below, "%s/below", directory);
    snprintf(inside, sizeof inside, "%s/file", directory);
    is(mount("f", file, NULL, MS_BIND, NULL), 0);
    is(mount("none", directory, "tmpfs", 0, NULL), 0);
    is(mkdir(below, 0700), 0);
    is(mount("none", below, "tmpfs", 0, NULL), 0);
    kept = open(inside, O_CREAT | O_RDWR, 0600);
    ok(is_mounted(file) && is_mounted(directory) && is_mounted(below));
    int shown = open(file, O_RDONLY);
    is(read(shown, got, 10), 4);
    close(shown);
    close(until);
    waitid(P_PID, child, &info, WEXITED | WNOWAIT);
    ok(is_mounted(file) && is_mounted(directory) && is_mounted(below));
    struct pollfd item = { news, POLLPRI, 0 };
    is(poll(&item, 1, 0), 1);
    is(poll(&item, 1, 0), 0);
    is(waitpid(child, NULL, 0), child);
    ok(!is_mounted(file) && !is_mounted(directory) && !is_mounted(below));
    is(poll(&item, 1, 0), 1);
    /* Who is in there stays. */
    is(write(kept, "kept", 4), 4);
    fails_with(ENOENT, open(inside, O_RDONLY));
    close(kept);
    close(news);
}

static int told[2];
static pthread_barrier_t barrier;

static void *tell_number(void *end)
{
    pid_t number = syscall(SYS_gettid);
    write(*(int *)end, &number, sizeof number);
    pthread_barrier_wait(&barrier);
    return NULL;
}

static void of_thread(void)
{
    pthread_t thread;
    pid_t number;
    char file[64];
    int news;
    pipe(told);
    pthread_barrier_init(&barrier, NULL, 2);
    pthread_create(&thread, NULL, tell_number, &told[1]);
    read(told[0], &number, sizeof number);
    snprintf(file, sizeof file, "/proc/%d/task/%d/comm", getpid(), number);
    is(mount("f", file, NULL, MS_BIND, NULL), 0);
    news = open("/proc/self/mounts", O_RDONLY);
    ok(is_mounted(file));
    pthread_barrier_wait(&barrier);
    pthread_join(thread, NULL);
    struct pollfd item = { news, POLLPRI, 0 };
    is(poll(&item, 1, PATIENCE_MS), 1);
    ok(!is_mounted(file));
    close(news);
}

/* What lies beside processes stays. */
static void of_system(void)
{
    int until;
    pid_t child;
    is(mount("f", "/proc/uptime", NULL, MS_BIND, NULL), 0);
    child = child_that_waits(&until);
    close(until);
    waitpid(child, NULL, 0);
    ok(is_mounted("/proc/uptime"));
    is(umount("/proc/uptime"), 0);
}

static void run(void)
{
    int fd = open("f", O_CREAT | O_WRONLY, 0600);
    write(fd, "file", 4);
    close(fd);
    of_process();
    of_thread();
    of_system();
    unlink("f");
}
TEST_MAIN
