/* SPDX-License-Identifier: MIT */
/* A descriptor table of a million slots: its first and last are used, it is
 * copied, shared, parted, closed by ranges, and gone through by exec. */
#include "clone.h"

#include <pthread.h>
#include <sys/resource.h>

enum { SLOTS = 1 << 20, LAST = SLOTS - 1 };

static int cloexec_of(int fd) { return fcntl(fd, F_GETFD); }

static void limits(void)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    fails_with(EPERM,
        setrlimit(RLIMIT_NOFILE, &(struct rlimit){ SLOTS, SLOTS + 1 }));
    fails_with(EBADF, dup2(1, limit.rlim_cur));
    fails_with(EINVAL, fcntl(1, F_DUPFD, limit.rlim_cur));
    is(setrlimit(RLIMIT_NOFILE, &(struct rlimit){ SLOTS, SLOTS }), 0);
    fails_with(EBADF, dup2(1, SLOTS));
    fails_with(EINVAL, fcntl(1, F_DUPFD, SLOTS));
}

static void edges(void)
{
    is(dup2(1, LAST), LAST);
    fails_with(EMFILE, fcntl(1, F_DUPFD, LAST));
    is(fcntl(1, F_DUPFD, LAST - 1), LAST - 1);
    is(fcntl(1, F_DUPFD, 500000), 500000);
    is(fcntl(1, F_DUPFD, 500000), 500001);
    is(dup3(1, 700000, O_CLOEXEC), 700000);
    int lowest = dup(1);
    ok(lowest < 10);
    close(lowest);
    is(write(LAST, "", 0), 0);
    struct pollfd { int fd; short events, got; } far = { LAST, 4, 0 };
    struct timespec patience = { 20, 0 }; /* the console may be busy */
    is(syscall(SYS_ppoll, &far, 1, &patience, NULL, 0), 1);
}

static void in_copy(void *none)
{
    (void)none;
    if (cloexec_of(LAST) || cloexec_of(700000) != FD_CLOEXEC)
        _exit(1);
    close(LAST);
    /* All but the first: the table may become small again. */
    if (syscall(SYS_close_range, 3, ~0u, 0))
        _exit(2);
    if (cloexec_of(500000) != -1 || dup(1) != 3)
        _exit(3);
    _exit(4);
}

static void copies(void)
{
    is(WEXITSTATUS(in_child(in_copy, NULL)), 4);
    is(cloexec_of(LAST), 0);
}

static int unshares(void *how)
{
    unsigned flags = (intptr_t)how;
    if (syscall(SYS_close_range, 500000, ~0u, flags))
        return 1;
    return 5;
}

static void sharing(void)
{
    enum { CLOSE_UNSHARE = 2, CLOSE_CLOEXEC = 4 };
    unsigned long flags = CLONE_FILES | SIGCHLD;
    is(ended(start(unshares, flags, (void *)CLOSE_UNSHARE)), 5);
    is(cloexec_of(LAST), 0);
    is(cloexec_of(500000), 0);
    is(ended(start(unshares, flags,
           (void *)(CLOSE_UNSHARE | CLOSE_CLOEXEC))), 5);
    is(cloexec_of(LAST), 0);
    is(ended(start(unshares, flags, (void *)CLOSE_CLOEXEC)), 5);
    is(cloexec_of(LAST), FD_CLOEXEC);
    is(cloexec_of(500001), FD_CLOEXEC);
    is(ended(start(unshares, flags, 0)), 5);
    is(cloexec_of(LAST), -1);
    is(cloexec_of(500000), -1);
}

static void *parts(void *none)
{
    (void)none;
    if (unshare(CLONE_FILES))
        return NULL;
    close(LAST);
    return (void *)(intptr_t)(cloexec_of(LAST) == -1);
}

static void *closes(void *none)
{
    (void)none;
    close(LAST);
    return NULL;
}

static void threads(void)
{
    pthread_t thread;
    void *result;
    dup2(1, LAST);
    pthread_create(&thread, NULL, parts, NULL);
    pthread_join(thread, &result);
    is((intptr_t)result, 1);
    is(cloexec_of(LAST), 0);
    pthread_create(&thread, NULL, closes, NULL);
    pthread_join(thread, NULL);
    is(cloexec_of(LAST), -1);
}

/* exec keeps what is not marked, wherever it is. */
static void over_exec(void *none)
{
    (void)none;
    char command[100];
    dup2(1, LAST);
    dup3(1, LAST - 1, O_CLOEXEC);
    snprintf(command, sizeof command,
        "test -e /proc/self/fd/%d && ! test -e /proc/self/fd/%d", LAST,
        LAST - 1);
    execl("/bin/sh", "sh", "-c", command, NULL);
    _exit(9);
}

/* Each of ever so many is there, and the lowest free one is found. */
static void filled(void)
{
    enum { MANY = 20000 };
    int made = 0, first = dup(1);
    for (int fd = first; fd < MANY; fd++)
        made += fd == first || dup(1) == fd;
    is(made, MANY - first);
    is(close(12345), 0);
    is(dup(1), 12345);
    is(syscall(SYS_close_range, first, MANY - 1, 0), 0);
    is(dup(1), first);
    is(close(first), 0);
}

static void run(void)
{
    limits();
    edges();
    copies();
    sharing();
    threads();
    is(in_child(over_exec, NULL), 0);
    filled();
}
TEST_MAIN
