/* SPDX-License-Identifier: MIT */
/* Programs that start while others look at their process in /proc: what only
 * looks shares nothing. */
#include "exec_tools.h"

#include <sys/prctl.h>

#include <sched.h>

enum { TIMES = 40 };

/* Starts one that reads the link /proc/ME/name until it cannot; it looks already. */
static void start_looking(const char *name)
{
    int ends[2];
    char path[64], target[200];
    snprintf(path, sizeof path, "/proc/%d/%s", getpid(), name);
    pipe(ends);
    prctl(PR_SET_DUMPABLE, 1);
    if (!fork()) {
        close(1);
        bool has_told = false;
        while (readlink(path, target, sizeof target) > 0) {
            if (!has_told)
                write(ends[1], "x", 1);
            has_told = true;
        }
        _exit(0);
    }
    close(ends[1]);
    read(ends[0], target, 1);
    close(ends[0]);
}

static void starts_with_new_identity(void *path)
{
    start_looking("cwd");
    execve(path, WORDS("x"), WORDS("TELL=identity"));
}

static void identities(void)
{
    int good = 0;
    copy_file(TELL, "suid", 0755);
    chmod("suid", 04755);
    exec_user = 1000;
    for (int i = 0; i < TIMES; i++)
        good += !strcmp(hear(starts_with_new_identity, "suid"),
            "1000 0 0, 1000 1000 1000, secure 1, new 0, dump 0");
    exec_user = 0;
    is(good, TIMES);
}

static struct flock whole(int type)
{
    return (struct flock){ .l_type = type, .l_whence = SEEK_SET };
}

/* A lock goes with the table: a program started anew still has it. */
static void starts_with_lock(void *none)
{
    struct flock lock = whole(F_WRLCK);
    (void)none;
    int fd = open("locked", O_RDWR | O_CREAT, 0600);
    fcntl(fd, F_SETLK, &lock);
    start_looking("fd/0");
    execl("/bin/sh", "sh", "-c", "exec cat", NULL);
    _exit(9);
}

static void locks(void)
{
    int good = 0;
    for (int i = 0; i < TIMES; i++) {
        int in[2], out[2];
        char byte = 'x';
        pipe(in), pipe(out);
        pid_t child = fork();
        if (!child) {
            dup2(in[0], 0), dup2(out[1], 1);
            close(in[0]), close(in[1]), close(out[0]), close(out[1]);
            starts_with_lock(NULL);
        }
        close(in[0]), close(out[1]);
        write(in[1], &byte, 1);
        read(out[0], &byte, 1); /* it runs */
        struct flock lock = whole(F_WRLCK);
        int fd = open("locked", O_RDWR);
        good += !fcntl(fd, F_GETLK, &lock) && lock.l_type == F_WRLCK &&
            lock.l_pid == child;
        close(in[1]), close(out[0]), close(fd);
        waitpid(child, NULL, 0);
    }
    is(good, TIMES);
}

static void run(void)
{
    chmod(".", 0777);
    umask(022);
    identities();
    locks();
}
TEST_MAIN
