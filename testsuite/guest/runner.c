/* SPDX-License-Identifier: MIT */
/* The init of a test boot: runs the tests named in /tests/list one after the
 * other, and frames their output so that the host can tell it apart:
 *
 *     @@BEGIN name
 *     … TAP …
 *     @@END name exit N | signal N | time
 *
 * A kernel that counts its objects (/proc/tenon) is asked before and after
 * each test: what is not given back is said as `@@LEAK what before after`. */
#define _GNU_SOURCE
#include "counts.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TEST_SECONDS = 240 };

/* A command line with TEST_SECONDS=600 on it makes tests that may take long. */
static int test_seconds(void)
{
    const char *text = getenv("TEST_SECONDS");
    return text ? atoi(text) : TEST_SECONDS;
}

static void set_up(void)
{
    mkdir("/dev", 0755);
    mkdir("/proc", 0555);
    mkdir("/sys", 0555);
    mkdir("/tmp", 01777);
    mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
    mkdir("/dev/pts", 0755);
    mkdir("/dev/shm", 01777);
    mount("proc", "/proc", "proc", 0, NULL);
    mount("sysfs", "/sys", "sysfs", 0, NULL);
    mount("devpts", "/dev/pts", "devpts", 0, "mode=620,ptmxmode=666");
    mount("tmpfs", "/dev/shm", "tmpfs", 0, "mode=1777");
    mount("tmpfs", "/tmp", "tmpfs", 0, "mode=1777");
    int console = open("/dev/console", O_RDWR);
    for (int fd = 0; fd < 3; fd++)
        dup2(console, fd);
    if (console > 2)
        close(console);
    setenv("PATH", "/usr/bin:/usr/sbin:/bin:/sbin", 1);
    setenv("HOME", "/root", 1);
    setvbuf(stdout, NULL, _IOLBF, 0);
}

static const char trace_path[] = "/trace";

static void start(const char *name)
{
    char path[300];
    snprintf(path, sizeof path, "/tests/%s", name);
    setsid();
    mkdir("/tmp/t", 0755);
    if (chdir("/tmp/t"))
        perror("/tmp/t");
    int null = open("/dev/null", O_RDONLY);
    dup2(null, 0);
    close(null);
    const char *tracer = getenv("TRACER"); /* strace, on the command line */
    if (tracer)
        execl(tracer, tracer, "-fqqo", trace_path, path, (char *)NULL);
    execl(path, path, (char *)NULL);
    printf("# cannot run %s: %s\n", path, strerror(errno));
    _exit(127);
}

/* Reaps all that end; true when the test itself has, its status in *status. */
static bool wait_for(pid_t test, int *status)
{
    for (int tenths = 0; tenths < test_seconds() * 10;) {
        int one;
        pid_t ended = waitpid(-1, &one, WNOHANG);
        if (ended == test) {
            *status = one;
            return true;
        }
        if (ended <= 0) {
            usleep(tenths < 2 ? 5000 : 100000);
            tenths++;
        }
    }
    return false;
}

static void end_others(void)
{
    kill(-1, SIGKILL);
    while (waitpid(-1, NULL, 0) > 0)
        ;
}

static void remove_files(void)
{
    pid_t child = fork();
    if (!child) {
        chdir("/");
        execl("/bin/rm", "rm", "-rf", "/tmp/t", (char *)NULL);
        _exit(127);
    }
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
}

static void tell_trace(void)
{
    char line[4096];
    FILE *trace = fopen(trace_path, "r");
    if (!trace)
        return;
    while (fgets(line, sizeof line, trace))
        fputs(line, stdout);
    printf("\n");
    fclose(trace);
    unlink(trace_path);
}

static void say_end(const char *name, bool ended, int status)
{
    if (!ended)
        printf("@@END %s time\n", name);
    else if (WIFSIGNALED(status))
        printf("@@END %s signal %d\n", name, WTERMSIG(status));
    else
        printf("@@END %s exit %d\n", name, WEXITSTATUS(status));
}

static void run_test(const char *name)
{
    static struct counts before, after;
    int status;
    counts_settle(&before);
    printf("\n@@BEGIN %s\n", name);
    fflush(stdout);
    pid_t test = fork();
    if (!test)
        start(name);
    bool ended = wait_for(test, &status);
    end_others();
    remove_files();
    printf("\n"); /* the test's last line may have no end */
    if (!counts_wait(&before, &after))
        counts_print(&before, &after, "@@LEAK ");
    tell_trace();
    say_end(name, ended, status);
}

/* What a test costs the runner itself, memory above all, is spent before
 * anything is counted. */
static void rehearse(void)
{
    static struct counts before, after;
    int status;
    counts_spend();
    counts_settle(&before);
    pid_t child = fork();
    if (!child)
        _exit(0);
    wait_for(child, &status);
    end_others();
    remove_files();
    counts_wait(&before, &after);
    printf("# rehearsed: exit %d\n", WEXITSTATUS(status));
}

int main(void)
{
    char name[256];
    set_up();
    rehearse();
    FILE *list = fopen("/tests/list", "r");
    if (!list)
        printf("@@ERROR there is no /tests/list\n");
    while (list && fscanf(list, "%255s", name) == 1)
        run_test(name);
    printf("@@DONE\n");
    fflush(stdout);
    sync();
    reboot(RB_POWER_OFF);
    for (;;)
        pause();
}
