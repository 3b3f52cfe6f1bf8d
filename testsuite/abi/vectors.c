/* SPDX-License-Identifier: MIT */
/* read, write, pread, pwrite, readv, writev, preadv, pwritev and the flags of
 * preadv2 and pwritev2. */
#include "who.h"

#include <limits.h>
#include <sys/mman.h>
#include <sys/uio.h>

#ifndef RWF_HIPRI
#define RWF_HIPRI 1
#define RWF_DSYNC 2
#define RWF_SYNC 4
#define RWF_NOWAIT 8
#define RWF_APPEND 16
#endif

static char a[16], b[16], c[16];
static int fd;

static long pwritev2_(
    int to, const struct iovec *v, int count, off_t at, int flags)
{
    return syscall(SYS_pwritev2, to, v, count, at, 0, flags);
}

static long preadv2_(
    int from, const struct iovec *v, int count, off_t at, int flags)
{
    return syscall(SYS_preadv2, from, v, count, at, 0, flags);
}

static void start(void)
{
    ftruncate(fd, 0);
    pwrite(fd, "0123456789", 10, 0);
    lseek(fd, 0, SEEK_SET);
    memset(a, 0, sizeof a), memset(b, 0, sizeof b), memset(c, 0, sizeof c);
}

static void plain(void)
{
    start();
    struct iovec v[3] = { { a, 3 }, { b, 0 }, { c, 4 } };
    is(readv(fd, v, 3), 7);
    is_text(a, "012");
    is_text(c, "3456");
    is(readv(fd, v, 3), 3);
    is_text(a, "789");
    is(readv(fd, v, 3), 0);
    is(readv(fd, v, 0), 0);
    start();
    struct iovec w[3] = { { "ab", 2 }, { "", 0 }, { "cde", 3 } };
    is(writev(fd, w, 3), 5);
    is(lseek(fd, 0, SEEK_CUR), 5);
    is(writev(fd, w, 0), 0);
    pread(fd, a, 10, 0);
    is_text(a, "abcde56789");
    is(preadv(fd, v, 3, 1), 7);
    is(lseek(fd, 0, SEEK_CUR), 5);
    is(pwritev(fd, w, 3, 12), 5);
    is(lseek(fd, 0, SEEK_END), 17);
}

static void errors(void)
{
    start();
    struct iovec v[3] = { { a, 3 }, { (void *)8, 4 }, { c, 4 } };
    /* What comes before the bad one is done. */
    is(readv(fd, v, 3), 3);
    is(lseek(fd, 0, SEEK_CUR), 3);
    is(writev(fd, v, 3), 3);
    is(lseek(fd, 0, SEEK_CUR), 6);
    fails_with(EFAULT, readv(fd, v + 1, 2));
    fails_with(EFAULT, writev(fd, v + 1, 2));
    fails_with(EFAULT, readv(fd, (void *)8, 1));
    fails_with(EINVAL, readv(fd, v, -1));
    fails_with(EINVAL, readv(fd, v, IOV_MAX + 1));
    fails_with(EINVAL, writev(fd, v, IOV_MAX + 1));
    struct iovec big = { a, (size_t)-1 };
    fails_with(EINVAL, readv(fd, &big, 1));
    fails_with(EINVAL, writev(fd, &big, 1));
    fails_with(EBADF, readv(-1, v, 1));
    fails_with(EBADF, writev(-1, v, 1));
    fails_with(EINVAL, preadv(fd, v, 1, -1));
    fails_with(EINVAL, pwritev(fd, v, 1, -1));
    fails_with(EINVAL, pread(fd, a, 1, -1));
    fails_with(EINVAL, pwrite(fd, a, 1, -5));
    fails_with(EFAULT, read(fd, (void *)8, 1));
    fails_with(EFAULT, write(fd, (void *)8, 1));
    is(read(fd, (void *)8, 0), 0);
    int ends[2], reader = open("f", O_RDONLY), writer = open("f", O_WRONLY);
    int d = open(".", O_RDONLY);
    pipe(ends);
    fails_with(ESPIPE, pread(ends[0], a, 1, 0));
    fails_with(ESPIPE, pwrite(ends[1], a, 1, 0));
    fails_with(ESPIPE, preadv(ends[0], v, 1, 0));
    fails_with(EBADF, write(reader, a, 1));
    fails_with(EBADF, write(reader, a, 0));
    fails_with(EBADF, read(writer, a, 1));
    fails_with(EBADF, read(writer, a, 0));
    fails_with(EBADF, pread(writer, a, 1, 0));
    fails_with(EISDIR, read(d, a, 1));
    fails_with(EISDIR, pread(d, a, 1, 0));
    fails_with(EBADF, write(d, a, 1));
    close(ends[0]), close(ends[1]), close(reader), close(writer), close(d);
}

/* Around a page that is not there. */
static void faults(void)
{
    char *at = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(at + 4096, 4096);
    start();
    is(pread(fd, at + 4096 - 4, 10, 0), 4);
    ok(!memcmp(at + 4096 - 4, "0123", 4));
    memset(at, 'w', 4096);
    is(pwrite(fd, at + 4096 - 4, 10, 20), 4);
    is(lseek(fd, 0, SEEK_END), 24);
    lseek(fd, 0, SEEK_SET);
    is(read(fd, at + 4096 - 2, 10), 2);
    is(lseek(fd, 0, SEEK_CUR), 2);
    fails_with(EFAULT, pread(fd, at + 4096, 10, 0));
    fails_with(EFAULT, pwrite(fd, at + 4096, 10, 0));
    mprotect(at, 4096, PROT_READ);
    fails_with(EFAULT, pread(fd, at, 10, 0));
    is(pwrite(fd, at, 10, 0), 10);
    munmap(at, 4096);
    /* A file read into its own mapping. */
    start();
    at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    is(pread(fd, at + 5, 5, 0), 5);
    is(pwrite(fd, at, 10, 10), 10);
    pread(fd, a, 15, 0);
    ok(!memcmp(a, "012340123401234", 15));
    munmap(at, 4096);
}

static void with_flags(void)
{
    struct iovec v = { a, 4 }, w = { "ab", 2 };
    start();
    is(preadv2_(fd, &v, 1, -1, 0), 4);
    is(lseek(fd, 0, SEEK_CUR), 4);
    is(preadv2_(fd, &v, 1, 0, 0), 4);
    is(lseek(fd, 0, SEEK_CUR), 4);
    is(pwritev2_(fd, &w, 1, -1, 0), 2);
    is(lseek(fd, 0, SEEK_CUR), 6);
    is(pwritev2_(fd, &w, 1, 0, RWF_DSYNC), 2);
    is(pwritev2_(fd, &w, 1, 0, RWF_SYNC), 2);
    is(pwritev2_(fd, &w, 1, 0, RWF_HIPRI), 2);
    is(preadv2_(fd, &v, 1, 0, RWF_HIPRI), 4);
    fails_with(EINVAL, preadv2_(fd, &v, 1, -2, 0));
    fails_with(EOPNOTSUPP, preadv2_(fd, &v, 1, 0, 0x100));
    fails_with(EOPNOTSUPP, pwritev2_(fd, &w, 1, 0, 0x100));
    /* At the end, wherever it was told to. */
    start();
    is(pwritev2_(fd, &w, 1, 0, RWF_APPEND), 2);
    is(lseek(fd, 0, SEEK_CUR), 0);
    is(pwritev2_(fd, &w, 1, -1, RWF_APPEND), 2);
    is(lseek(fd, 0, SEEK_CUR), 14);
    pread(fd, a, 14, 0);
    ok(!memcmp(a, "0123456789abab", 14));
}

/* None of these files knows how not to wait for once. */
static void without_waiting(void)
{
    struct iovec v = { a, 4 }, w = { "ab", 2 };
    int ends[2];
    pipe(ends);
    fails_with(EOPNOTSUPP, preadv2_(ends[0], &v, 1, -1, RWF_NOWAIT));
    fails_with(EOPNOTSUPP, pwritev2_(ends[1], &w, 1, -1, RWF_NOWAIT));
    fails_with(EOPNOTSUPP, preadv2_(fd, &v, 1, 0, RWF_NOWAIT));
    fails_with(EOPNOTSUPP, pwritev2_(fd, &w, 1, 0, RWF_NOWAIT));
    close(ends[0]), close(ends[1]);
}

static void run(void)
{
    fd = open("f", O_RDWR | O_CREAT, 0600);
    plain();
    errors();
    faults();
    with_flags();
    without_waiting();
}
TEST_MAIN
