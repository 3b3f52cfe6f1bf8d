/* SPDX-License-Identifier: MIT */
/* /proc/PID/coredump_filter: what may be written, who inherits it. */
#include "proc.h"
#include "tap.h"

#include <pthread.h>
#include <sys/prctl.h>

static int fd;

static long set(const char *value)
{
    return pwrite(fd, value, strlen(value), 0);
}

static void written(void)
{
    is_text(whole("/proc/self/coredump_filter"), "00000033\n");
    is(set("0x3f\n"), 5);
    is_text(whole("/proc/self/coredump_filter"), "0000003f\n");
    is(set("7"), 1);
    is_text(whole("/proc/self/coredump_filter"), "00000007\n");
    is(set("077"), 3);
    is_text(whole("/proc/self/coredump_filter"), "0000003f\n");
    is(set("0XaB"), 4);
    is_text(whole("/proc/self/coredump_filter"), "000000ab\n");
    is(set("0x1ffff"), 7);
    is_text(whole("/proc/self/coredump_filter"), "000001ff\n");
    is(set("4294967295"), 10);
    is_text(whole("/proc/self/coredump_filter"), "000001ff\n");
    is(set("+5"), 2);
    is(set("0"), 1);
    is_text(whole("/proc/self/coredump_filter"), "00000000\n");
    is(pwrite(fd, "6\0007", 3, 0), 3);
    is(pwrite(fd, "5", 1, 100), 1);
    is_text(whole("/proc/self/coredump_filter"), "00000005\n");
}

static void refused(void)
{
    static const char *const bad[] = { "", "\n", "x", "0x", "0xg", "08", "7 8",
        " 7", "7 ", "-1", "++1", "7\n\n", "\n7", "4294967296x" };
    static const char *const large[] = { "4294967296", "0x100000000",
        "99999999999999999999999", "99999999999999999999999x" };
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++)
        fails_with(EINVAL, set(bad[i]));
    for (unsigned i = 0; i < sizeof large / sizeof *large; i++)
        fails_with(ERANGE, set(large[i]));
    is_text(whole("/proc/self/coredump_filter"), "00000005\n");
    fails_with(EFAULT, write(fd, (void *)8, 1));
}

/* Of others that take numbers. */
static void nothing(void)
{
    static const char *const names[] = { "oom_score_adj", "oom_adj" };
    for (unsigned i = 0; i < 2; i++) {
        char path[64];
        snprintf(path, sizeof path, "/proc/self/%s", names[i]);
        int other = open(path, O_WRONLY);
        fails_with(EINVAL, write(other, "", 0));
        close(other);
    }
}

static void *change(void *data)
{
    (void)data;
    set("0x11");
    return NULL;
}

static void inherited(void)
{
    int status;
    pthread_t thread;
    pthread_create(&thread, NULL, change, NULL);
    pthread_join(thread, NULL);
    is_text(whole("/proc/self/coredump_filter"), "00000011\n");
    pid_t child = fork();
    if (!child) {
        bool same = !strcmp(whole("/proc/self/coredump_filter"), "00000011\n");
        int own = open("/proc/self/coredump_filter", O_WRONLY);
        _exit(!same || write(own, "1", 1) != 1);
    }
    is(waitpid(child, &status, 0), child);
    is(status, 0);
    is_text(whole("/proc/self/coredump_filter"), "00000011\n");
    char out[32] = "";
    int ends[2];
    pipe(ends);
    child = fork();
    if (!child) {
        dup2(ends[1], 1);
        execl("/bin/busybox", "cat", "/proc/self/coredump_filter", NULL);
        _exit(1);
    }
    close(ends[1]);
    is(read(ends[0], out, sizeof out - 1), 9);
    is_text(out, "00000011\n");
    close(ends[0]);
    waitpid(child, &status, 0);
    is(status, 0);
}

static void of_others(void)
{
    char path[64];
    int ends[2];
    pipe(ends);
    fflush(NULL);
    pid_t child = fork();
    if (!child) {
        char byte;
        close(ends[1]);
        _exit(read(ends[0], &byte, 1) != 0);
    }
    close(ends[0]);
    snprintf(path, sizeof path, "/proc/%d/coredump_filter", child);
    int other = open(path, O_RDWR);
    is(write(other, "3", 1), 1);
    is_text(whole(path), "00000003\n");
    become(USER, GROUP);
    fails_with(EACCES, open(path, O_RDWR));
    is_text(whole(path), "00000003\n");
    become_root();
    snprintf(path, sizeof path, "/proc/%d/task/%d/coredump_filter", child, child);
    fails_with(ENOENT, open(path, O_RDONLY));
    close(ends[1]);
    siginfo_t info;
    waitid(P_PID, child, &info, WEXITED | WNOWAIT);
    fails_with(ESRCH, write(other, "3", 1));
    snprintf(path, sizeof path, "/proc/%d/coredump_filter", child);
    is_text(whole(path), "");
    waitpid(child, NULL, 0);
    fails_with(ESRCH, write(other, "3", 1));
    close(other);
}

static void run(void)
{
    fd = open("/proc/self/coredump_filter", O_RDWR);
    ok(fd >= 0);
    written();
    refused();
    nothing();
    inherited();
    of_others();
    set("0x33");
    close(fd);
}
TEST_MAIN
