/* SPDX-License-Identifier: MIT */
/* Sizes and holes: ftruncate, fallocate, SEEK_DATA and SEEK_HOLE, lseek. */
#include "who.h"

#include <limits.h>
#include <linux/falloc.h>
#include <sys/mman.h>
#include <sys/resource.h>

static char text[8192];
static int fd;

static long blocks(void)
{
    struct stat s;
    fstat(fd, &s);
    return s.st_blocks / 8;
}

static long long size(void)
{
    struct stat s;
    fstat(fd, &s);
    return s.st_size;
}

static bool is_zero(off_t from, size_t bytes)
{
    memset(text, 'x', sizeof text);
    if (pread(fd, text, bytes, from) != (ssize_t)bytes)
        return false;
    for (size_t i = 0; i < bytes; i++)
        if (text[i])
            return false;
    return true;
}

static void fill(char with, off_t from, size_t bytes)
{
    memset(text, with, sizeof text);
    pwrite(fd, text, bytes, from);
}

static void truncating(void)
{
    fill('a', 0, 8192);
    is(ftruncate(fd, 5000), 0);
    is(size(), 5000);
    is(blocks(), 2);
    is(ftruncate(fd, 8192), 0);
    ok(is_zero(5000, 3192));
    is(ftruncate(fd, 100), 0);
    is(blocks(), 1);
    is(ftruncate(fd, 4096), 0);
    ok(is_zero(100, 3996));
    is(ftruncate(fd, 0), 0);
    is(blocks(), 0);
    is(ftruncate(fd, 1ll << 40), 0);
    is(size(), 1ll << 40);
    is(blocks(), 0);
    ok(is_zero((1ll << 40) - 100, 100));
    is(truncate("f", 7), 0);
    is(size(), 7);
    fails_with(EINVAL, ftruncate(fd, -1));
    fails_with(EINVAL, truncate("f", -1));
    fails_with(EBADF, ftruncate(-1, 0));
    fails_with(ENOENT, truncate("none", 0));
    fails_with(ENOENT, truncate("", 0));
    fails_with(ENOTDIR, truncate("f/x", 0));
    fails_with(EISDIR, truncate(".", 0));
    fails_with(EFAULT, truncate((char *)8, 0));
    fails_with(EINVAL, truncate("/dev/null", 0));
    mkfifo("fifo", 0600);
    fails_with(EINVAL, truncate("fifo", 0));
    unlink("fifo");
    int reader = open("f", O_RDONLY), null = open("/dev/null", O_RDWR);
    int d = open(".", O_RDONLY);
    fails_with(EINVAL, ftruncate(reader, 0));
    fails_with(EINVAL, ftruncate(null, 0));
    fails_with(EINVAL, ftruncate(d, 0));
    close(reader), close(null), close(d);
    make_file_of("private", 0644, OTHER, OTHER_GROUP);
    become(USER, GROUP);
    fails_with(EACCES, truncate("private", 0));
    become_root();
    unlink("private");
}

/* A mapping beyond the new end. */
static void touches_end(void *data)
{
    volatile char *at = data;
    (void)at[4096];
}

static void mapped(void)
{
    ftruncate(fd, 0);
    fill('a', 0, 8192);
    char *at = mmap(
        NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    is(at[5000], 'a');
    ftruncate(fd, 100);
    is(at[50], 'a');
    is(at[200], 0);
    int status = in_child(touches_end, at);
    ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS);
    ftruncate(fd, 8192);
    is(at[300], 0);
    is(at[5000], 0);
    at[5000] = 'q';
    pread(fd, text, 1, 5000);
    is(text[0], 'q');
    munmap(at, 8192);
}

static void allocating(void)
{
    ftruncate(fd, 0);
    is(fallocate(fd, 0, 0, 10000), 0);
    is(size(), 10000);
    is(blocks(), 3);
    ok(is_zero(0, 8192));
    is(fallocate(fd, FALLOC_FL_KEEP_SIZE, 10000, 10000), 0);
    is(size(), 10000);
    is(blocks(), 5);
    is(ftruncate(fd, 10000), 0);
    is(fallocate(fd, 0, 100, 100), 0);
    is(size(), 10000);
    fails_with(EINVAL, fallocate(fd, 0, -1, 10));
    fails_with(EINVAL, fallocate(fd, 0, 0, 0));
    fails_with(EINVAL, fallocate(fd, 0, 0, -1));
    fails_with(EFBIG, fallocate(fd, 0, LLONG_MAX, 1));
    fails_with(EFBIG, fallocate(fd, 0, 1, LLONG_MAX));
    fails_with(EOPNOTSUPP, fallocate(fd, 0x100, 0, 10));
    fails_with(EOPNOTSUPP, fallocate(fd, FALLOC_FL_PUNCH_HOLE, 0, 10));
    fails_with(EOPNOTSUPP, fallocate(fd, FALLOC_FL_ZERO_RANGE, 0, 10));
    fails_with(EOPNOTSUPP, fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, 0, 4096));
    fails_with(EOPNOTSUPP, fallocate(fd, FALLOC_FL_INSERT_RANGE, 0, 4096));
    fails_with(EBADF, fallocate(-1, 0, 0, 10));
    int reader = open("f", O_RDONLY), ends[2];
    int null = open("/dev/null", O_RDWR), d = open(".", O_RDONLY);
    pipe(ends);
    fails_with(EBADF, fallocate(reader, 0, 0, 10));
    fails_with(ESPIPE, fallocate(ends[1], 0, 0, 10));
    fails_with(ENODEV, fallocate(null, 0, 0, 10));
    fails_with(EBADF, fallocate(d, 0, 0, 10));
    close(reader), close(null), close(d), close(ends[0]), close(ends[1]);
}

static void punching(void)
{
    const int punch = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
    ftruncate(fd, 0);
    fill('a', 0, 8192);
    fill('a', 8192, 8192);
    is(fallocate(fd, punch, 100, 200), 0);
    is(blocks(), 4);
    ok(is_zero(100, 200));
    pread(fd, text, 400, 0);
    ok(text[99] == 'a' && text[300] == 'a');
    is(fallocate(fd, punch, 4000, 4200), 0);
    is(blocks(), 3);
    ok(is_zero(4000, 4200));
    pread(fd, text, 1, 3999);
    is(text[0], 'a');
    pread(fd, text, 1, 8200);
    is(text[0], 'a');
    is(fallocate(fd, punch, 0, 1 << 20), 0);
    is(blocks(), 0);
    is(size(), 16384);
    is(fallocate(fd, punch, 1 << 20, 10), 0);
    is(size(), 16384);
    char *at = mmap(
        NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    at[0] = at[4096] = 'm';
    is(fallocate(fd, punch, 0, 4096), 0);
    is(at[0], 0);
    is(at[4096], 'm');
    munmap(at, 8192);
}

static void seeking(void)
{
    ftruncate(fd, 0);
    fails_with(ENXIO, lseek(fd, 0, SEEK_DATA));
    fails_with(ENXIO, lseek(fd, 0, SEEK_HOLE));
    ftruncate(fd, 100);
    fails_with(ENXIO, lseek(fd, 0, SEEK_DATA));
    is(lseek(fd, 0, SEEK_HOLE), 0);
    is(lseek(fd, 99, SEEK_HOLE), 99);
    fails_with(ENXIO, lseek(fd, 100, SEEK_HOLE));
    fill('a', 8192, 4096);
    fill('a', 20480, 100);
    is(lseek(fd, 0, SEEK_DATA), 8192);
    is(lseek(fd, 8192, SEEK_DATA), 8192);
    is(lseek(fd, 9000, SEEK_DATA), 9000);
    is(lseek(fd, 9000, SEEK_HOLE), 12288);
    is(lseek(fd, 12288, SEEK_HOLE), 12288);
    is(lseek(fd, 12288, SEEK_DATA), 20480);
    is(lseek(fd, 20500, SEEK_HOLE), 20580);
    is(lseek(fd, 0, SEEK_CUR), 20580);
    fails_with(ENXIO, lseek(fd, 20580, SEEK_DATA));
    fails_with(ENXIO, lseek(fd, -1, SEEK_DATA));
    fails_with(ENXIO, lseek(fd, -1, SEEK_HOLE));
    is(lseek(fd, 0, SEEK_CUR), 20580);
}

static void positions(void)
{
    ftruncate(fd, 100);
    is(lseek(fd, 10, SEEK_SET), 10);
    is(lseek(fd, -10, SEEK_CUR), 0);
    is(lseek(fd, -100, SEEK_END), 0);
    is(lseek(fd, 1000, SEEK_END), 1100);
    is(size(), 100);
    fails_with(EINVAL, lseek(fd, -1, SEEK_SET));
    fails_with(EINVAL, lseek(fd, -101, SEEK_END));
    fails_with(EINVAL, lseek(fd, 0, 5));
    fails_with(EINVAL, lseek(fd, 0, -1));
    is(lseek(fd, LLONG_MAX, SEEK_SET), LLONG_MAX);
    fails_with(EINVAL, lseek(fd, 1, SEEK_CUR));
    fails_with(EINVAL, read(fd, text, 1));
    fails_with(EINVAL, write(fd, "x", 1));
    is(pread(fd, text, 1, LLONG_MAX - 1), 0);
    fails_with(EINVAL, pread(fd, text, 2, LLONG_MAX - 1));
    fails_with(EINVAL, pwrite(fd, text, 2, LLONG_MAX - 1));
    fails_with(EBADF, lseek(-1, 0, SEEK_SET));
    int ends[2];
    pipe(ends);
    fails_with(ESPIPE, lseek(ends[0], 0, SEEK_SET));
    fails_with(ESPIPE, lseek(ends[1], 0, SEEK_CUR));
    close(ends[0]), close(ends[1]);
    lseek(fd, 0, SEEK_SET);
}

static void limits(void)
{
    struct rlimit old, few;
    getrlimit(RLIMIT_FSIZE, &old);
    few = (struct rlimit){ 1000, old.rlim_max };
    signal(SIGXFSZ, SIG_IGN);
    ftruncate(fd, 0);
    setrlimit(RLIMIT_FSIZE, &few);
    fails_with(EFBIG, ftruncate(fd, 1001));
    is(ftruncate(fd, 1000), 0);
    fails_with(EFBIG, fallocate(fd, 0, 0, 1001));
    fails_with(EFBIG, fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 1001));
    memset(text, 'a', sizeof text);
    is(pwrite(fd, text, 500, 800), 200);
    fails_with(EFBIG, pwrite(fd, text, 1, 1000));
    is(pwrite(fd, text, 0, 2000), 0);
    fails_with(EFBIG, truncate("f", 2000));
    setrlimit(RLIMIT_FSIZE, &old);
    signal(SIGXFSZ, SIG_DFL);
}

static void run(void)
{
    fd = open("f", O_RDWR | O_CREAT, 0600);
    truncating();
    mapped();
    allocating();
    punching();
    seeking();
    positions();
    limits();
}
TEST_MAIN
