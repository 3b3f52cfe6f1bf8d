/* SPDX-License-Identifier: MIT */
/* /proc/sys/fs/nr_open: no descriptor has a number as high, and no limit of
 * descriptors, RLIMIT_NOFILE, goes above it, for root neither. */
#include "setting.h"

#include <sched.h>
#include <sys/resource.h>

#define raw(name, ...) syscall(SYS_##name, ##__VA_ARGS__)
enum {
    WORD_BITS = 64,
    MOST = 2147483584,
    TABLE_MOST = 1 << 27,
    COMMON = 1048576,
    FIRST = 10,
    UNSHARE = 2,
    ON_EXEC = 4, /* of close_range */
};

static struct setting setting;

static long says(void)
{
    return atol(whole("/proc/sys/fs/nr_open"));
}

static int limit(rlim_t soft, rlim_t hard)
{
    struct rlimit wanted = { soft, hard };
    return raw(prlimit64, 0, RLIMIT_NOFILE, &wanted, NULL);
}

static int limit_by_setrlimit(rlim_t soft, rlim_t hard)
{
    struct rlimit wanted = { soft, hard };
    return raw(setrlimit, RLIMIT_NOFILE, &wanted);
}

static void run_values(void)
{
    is(says(), COMMON);
    is(say(&setting, "63"), -EINVAL);
    is(say(&setting, "0"), -EINVAL);
    is(say(&setting, "-1"), -EINVAL);
    is(say(&setting, "many"), -EINVAL);
    is(say(&setting, "2147483585"), -EINVAL);
    is(say(&setting, "2147483648"), -EINVAL);
    is(says(), COMMON);
    is(say(&setting, "64"), 0);
    is(says(), WORD_BITS);
    is(say(&setting, "2147483584\n"), 0);
    is(says(), MOST);
    is(say(&setting, "1048576 8"), 0);
    is(says(), COMMON);
    is(mode_of("/proc/sys/fs/nr_open"), 0644);
}

static void run_limits(void)
{
    fails_with(EPERM, limit(0, COMMON + 1));
    fails_with(EPERM, limit_by_setrlimit(0, RLIM_INFINITY));
    ok(!limit(COMMON, COMMON));
    ok(!limit(1024, 4096));
    is(say(&setting, "100"), 0);
    fails_with(EPERM, limit(64, 4096));
    fails_with(EPERM, limit(64, 101));
    struct rlimit now;
    ok(!getrlimit(RLIMIT_NOFILE, &now));
    is(now.rlim_cur, 1024);
    is(now.rlim_max, 4096);
    is(say(&setting, "2000000"), 0);
    ok(!limit(2000000, 2000000));
    ok(!limit(1024, 4096));
    is(say(&setting, "1048576"), 0);
}

static void take_all(void)
{
    int last = 0;
    for (int fd; (fd = dup(0)) >= 0;)
        last = fd;
    is(errno, EMFILE);
    is(last, WORD_BITS - 1);
    fails_with(EBADF, dup2(0, WORD_BITS));
    fails_with(EBADF, raw(dup3, 0, WORD_BITS, 0));
    fails_with(EBADF, raw(dup3, 0, 1000, 0));
    is(dup2(0, last), last);
    fails_with(EMFILE, fcntl(0, F_DUPFD, WORD_BITS));
    fails_with(EMFILE, fcntl(0, F_DUPFD, 1000));
    fails_with(EINVAL, fcntl(0, F_DUPFD, 1024));
    fails_with(EMFILE, open("/", O_PATH));
    int ends[2];
    fails_with(EMFILE, pipe2(ends, 0));
    fails_with(EMFILE, raw(epoll_create1, 0));
    is(say(&setting, "128"), 0);
    is(dup(0), WORD_BITS);
    is(dup2(0, 127), 127);
    fails_with(EBADF, dup2(0, 128));
}

static void run_numbers(void)
{
    ok(!limit(1024, 4096));
    is(say(&setting, "64"), 0);
    take_all();
    raw(close_range, FIRST, ~0u, 0);
    is(say(&setting, "1048576"), 0);
}

/* A table can hold so many where there is memory, and no more. */
static void run_greatest(void)
{
    is(say(&setting, "2147483584"), 0);
    ok(!limit(MOST, MOST));
    fails_with(EBADF, dup2(0, MOST - 1));
    fails_with(EMFILE, fcntl(0, F_DUPFD, MOST - 1));
    fails_with(EBADF, dup2(0, TABLE_MOST));
    fails_with(EMFILE, fcntl(0, F_DUPFD, TABLE_MOST));
    fails_with(ENOMEM, dup2(0, TABLE_MOST - 1));
    fails_with(ENOMEM, fcntl(0, F_DUPFD, TABLE_MOST - 1));
    is(fcntl(0, F_GETFD), 0);
    ok(!limit(1024, 4096));
    is(say(&setting, "1048576"), 0);
}

/* A table that had more when more were allowed cannot be copied. */

static int cloned(unsigned long flags)
{
    int child = raw(clone, flags | SIGCHLD, NULL, NULL, NULL, NULL);
    if (!child)
        _exit(0);
    if (child > 0)
        waitpid(child, NULL, 0);
    return child > 0 ? 0 : child;
}

static void share_and_copy(void *data)
{
    char *const arguments[] = { "/bin/busybox", "true", NULL };
    int error = 0;
    (void)data;
    error |= raw(unshare, CLONE_FILES) != -1 || errno != EMFILE;
    error |= (raw(close_range, 900, 950, UNSHARE) != -1 || errno != EMFILE) << 1;
    error |= (raw(close_range, 0, ~0u, UNSHARE | ON_EXEC) != -1 ||
                 errno != EMFILE) << 2;
    error |= (raw(execve, *arguments, arguments, NULL) != -1 ||
                 errno != EMFILE) << 3;
    error |= (fcntl(300, F_GETFD) != 0) << 4;
    /* What is left out need not be copied. */
    error |= (raw(close_range, 255, ~0u, UNSHARE) != 0) << 5;
    error |= (fcntl(300, F_GETFD) != -1 || errno != EBADF) << 6;
    _exit(error);
}

/* By one that shares our table. */
static int in_sharer(void (*body)(void *))
{
    int status;
    int child = raw(clone, CLONE_FILES | SIGCHLD, NULL, NULL, NULL, NULL);
    if (!child)
        body(NULL);
    waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

static void run_copies(void)
{
    is(fcntl(0, F_DUPFD, 300), 300);
    is(say(&setting, "256"), 0);
    fails_with(EMFILE, cloned(0));
    is(cloned(CLONE_FILES), 0);
#ifdef SYS_fork
    fails_with(EMFILE, raw(fork));
    fails_with(EMFILE, raw(vfork));
#endif
    is(in_sharer(share_and_copy), 0);
    is(fcntl(300, F_GETFD), 0);
    is(say(&setting, "319"), 0); /* whole words */
    fails_with(EMFILE, cloned(0));
    is(say(&setting, "320"), 0);
    is(cloned(0), 0);
    is(say(&setting, "256"), 0);
    close(300);
    is(fcntl(0, F_DUPFD, 255), 255);
    is(cloned(0), 0);
    close(255);
    is(say(&setting, "1048576"), 0);
}

static void run(void)
{
    const struct setting *const all[] = { &setting };
    setting = setting_of("/proc/sys/fs/nr_open");
    int until = guard(all, 1);
    run_values();
    run_limits();
    run_numbers();
    run_copies();
    run_greatest();
    unguard(until);
}
TEST_MAIN
