/* SPDX-License-Identifier: MIT */
/* dup, dup2, dup3, close, fcntl's descriptor commands. */
#include "tap.h"

#include <sys/resource.h>

static void duplicates(void)
{
    ok(dup(1) >= 3);
    fails_with(EBADF, dup(-1));
    fails_with(EBADF, dup(1000000));
    is(dup2(1, 20), 20);
    is(dup2(20, 20), 20);
    fails_with(EBADF, dup2(21, 21));
    fails_with(EBADF, dup2(1, -1));
    fails_with(EINVAL, syscall(SYS_dup3, 1, 1, 0));
    fails_with(EINVAL, syscall(SYS_dup3, 1, 22, O_APPEND));
    is(dup3(1, 22, O_CLOEXEC), 22);
    is(fcntl(22, F_GETFD), FD_CLOEXEC);
    is(fcntl(20, F_GETFD), 0);
    is(close(20), 0);
    fails_with(EBADF, close(20));
}

static void lowest_is_first(void)
{
    int a = open("/dev/null", O_RDONLY), b = open("/dev/null", O_RDONLY);
    ok(a >= 0 && b == a + 1);
    close(a);
    is(open("/dev/null", O_RDONLY), a);
    is(fcntl(0, F_DUPFD, 100), 100);
    is(fcntl(0, F_DUPFD, 100), 101);
    is(fcntl(0, F_DUPFD_CLOEXEC, 50), 50);
    is(fcntl(50, F_GETFD), FD_CLOEXEC);
    is(fcntl(50, F_SETFD, 0), 0);
    is(fcntl(50, F_GETFD), 0);
    fails_with(EINVAL, fcntl(0, F_DUPFD, -1));
    fails_with(EINVAL, fcntl(0, F_DUPFD, 1 << 30));
    fails_with(EINVAL, fcntl(0, 9999, 0));
    fails_with(EBADF, fcntl(999, F_GETFD));
}

static void limit_is_kept(void)
{
    struct rlimit old, few = { 30, 30 };
    ok(!getrlimit(RLIMIT_NOFILE, &old));
    few.rlim_max = old.rlim_max;
    ok(!setrlimit(RLIMIT_NOFILE, &few));
    fails_with(EINVAL, fcntl(0, F_DUPFD, 30));
    fails_with(EBADF, dup2(0, 30));
    int fd, last = -1;
    while ((fd = dup(0)) >= 0)
        last = fd;
    is(errno, EMFILE);
    is(last, 29);
    ok(!setrlimit(RLIMIT_NOFILE, &old));
}

static void run(void)
{
    duplicates();
    lowest_is_first();
    limit_is_kept();
}
TEST_MAIN
