/* SPDX-License-Identifier: MIT */
/* open, read, write, lseek, truncate, stat, modes, times, locks. */
#include "tap.h"

#include <sys/file.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/time.h>
#include <sys/uio.h>

/* O_LARGEFILE of either CPU; not each library tells it. */
enum { LARGE_FILE = 0100000 | 0400000 };

static char text[64];

static void opening(void)
{
    fails_with(ENOENT, open("f", O_RDWR));
    int fd = open("f", O_RDWR | O_CREAT | O_EXCL, 0640);
    ok(fd >= 0);
    fails_with(EEXIST, open("f", O_RDWR | O_CREAT | O_EXCL, 0640));
    ok((fcntl(fd, F_GETFL) & ~LARGE_FILE) == O_RDWR);
    is(fcntl(fd, F_SETFL, O_APPEND | O_NONBLOCK), 0);
    ok((fcntl(fd, F_GETFL) & ~LARGE_FILE) ==
        (O_RDWR | O_APPEND | O_NONBLOCK));
    close(fd);
    fails_with(EISDIR, open(".", O_WRONLY));
    fails_with(EISDIR, open(".", O_RDONLY | O_CREAT, 0600));
    fails_with(ENOTDIR, open("f", O_RDONLY | O_DIRECTORY));
    fd = open("f", O_PATH);
    ok(fd >= 0);
    fails_with(EBADF, read(fd, text, 1));
    fails_with(EBADF, syscall(SYS_fchmod, fd, 0600));
    struct stat status;
    is(fstat(fd, &status), 0);
    close(fd);
    fd = open("/tmp", O_RDWR | O_TMPFILE, 0600);
    ok(fd >= 0);
    is(fstat(fd, &status), 0);
    is(status.st_nlink, 0);
    close(fd);
    unlink("f");
}

static void positions(void)
{
    int fd = open("f", O_RDWR | O_CREAT | O_TRUNC, 0600);
    is(write(fd, "0123456789", 10), 10);
    is(lseek(fd, 0, SEEK_CUR), 10);
    is(lseek(fd, -3, SEEK_END), 7);
    is(read(fd, text, 10), 3);
    is(read(fd, text, 10), 0);
    fails_with(EINVAL, lseek(fd, -1, SEEK_SET));
    fails_with(EINVAL, lseek(fd, 0, 99));
    is(lseek(fd, 100000, SEEK_SET), 100000);
    is(read(fd, text, 1), 0);
    is(write(fd, "x", 1), 1);
    struct stat status;
    fstat(fd, &status);
    is(status.st_size, 100001);
    is(lseek(fd, 0, SEEK_DATA), 0);
    is(lseek(fd, 0, SEEK_HOLE), 4096);
    is(lseek(fd, 4096, SEEK_DATA), 98304);
    fails_with(ENXIO, lseek(fd, 200000, SEEK_DATA));
    is(pread(fd, text, 4, 50000), 4);
    is(text[0], 0);
    is(pwrite(fd, "ab", 2, 5), 2);
    is(pread(fd, text, 10, 0), 10);
    text[10] = 0;
    is_text(text, "01234ab789");
    fails_with(EINVAL, pread(fd, text, 1, -1));
    is(ftruncate(fd, 6), 0);
    is(pread(fd, text, 10, 0), 6);
    is(ftruncate(fd, 10), 0);
    is(pread(fd, text, 10, 0), 10);
    is(text[7], 0);
    fails_with(EINVAL, ftruncate(fd, -1));
    is(write(fd, text, 0), 0);
    fails_with(EFAULT, write(fd, (void *)8, 4));
    fails_with(EFAULT, pread(fd, (void *)8, 4, 0));
    close(fd);
    fd = open("f", O_WRONLY | O_APPEND);
    is(write(fd, "end", 3), 3);
    is(lseek(fd, 0, SEEK_CUR), 13);
    fails_with(EBADF, read(fd, text, 1));
    close(fd);
    fd = open("f", O_RDONLY);
    fails_with(EBADF, write(fd, "x", 1));
    fails_with(EINVAL, ftruncate(fd, 1));
    close(fd);
    unlink("f");
}

static void shared_positions(void)
{
    int a = open("f", O_RDWR | O_CREAT | O_TRUNC, 0600), b = dup(a);
    int c = open("f", O_RDWR);
    write(a, "abcdef", 6);
    is(lseek(b, 0, SEEK_CUR), 6);
    is(lseek(c, 0, SEEK_CUR), 0);
    is(unlink("f"), 0);
    is(read(c, text, 6), 6);
    close(a), close(b), close(c);
}

static void modes(void)
{
    struct stat status;
    umask(022);
    close(open("f", O_WRONLY | O_CREAT, 0777));
    stat("f", &status);
    is(status.st_mode, S_IFREG | 0755);
    is(chmod("f", 04711), 0);
    stat("f", &status);
    is(status.st_mode & 07777, 04711);
    is(chown("f", 100, 200), 0);
    stat("f", &status);
    is(status.st_mode & 07777, 0711);
    is(status.st_uid, 100);
    is(status.st_gid, 200);
    is(chown("f", -1, 300), 0);
    stat("f", &status);
    is(status.st_uid * 1000 + status.st_gid, 100300);
    is(access("f", R_OK | W_OK | X_OK), 0);
    fails_with(EINVAL, access("f", 99));
    fails_with(ENOENT, access("none", F_OK));
    chmod("f", 0600);
    fails_with(EACCES, access("f", X_OK));
    unlink("f");
}

static void not_root(void *data)
{
    (void)data;
    if (setgid(1000) || setuid(1000))
        _exit(90);
    if (open("private", O_RDONLY) >= 0 || errno != EACCES)
        _exit(1);
    if (open("closed/f", O_RDONLY) >= 0 || errno != EACCES)
        _exit(2);
    if (chmod("public", 0777) != -1 || errno != EPERM)
        _exit(3);
    if (open("public", O_WRONLY) >= 0 || errno != EACCES)
        _exit(4);
    if (open("public", O_RDONLY) < 0)
        _exit(5);
    if (mkdir("d", 0755) != -1 || errno != EACCES)
        _exit(6);
    if (setuid(0) != -1 || errno != EPERM)
        _exit(7);
    if (unlink("sticky/f") != -1 || errno != EPERM)
        _exit(8);
    if (chown("public", 1000, 1000) != -1 || errno != EPERM)
        _exit(9);
}

static void permissions(void)
{
    close(open("private", O_WRONLY | O_CREAT, 0600));
    close(open("public", O_WRONLY | O_CREAT, 0644));
    mkdir("closed", 0700);
    close(open("closed/f", O_WRONLY | O_CREAT, 0644));
    mkdir("sticky", 0755);
    chmod("sticky", 01777);
    close(open("sticky/f", O_WRONLY | O_CREAT, 0644));
    is(in_child(not_root, NULL), 0);
}

static void times(void)
{
    struct stat status;
    struct timespec wanted[2] = { { 1000, 5 }, { 2000, 7 } };
    close(open("f", O_WRONLY | O_CREAT, 0600));
    is(utimensat(AT_FDCWD, "f", wanted, 0), 0);
    stat("f", &status);
    is(status.st_atim.tv_sec, 1000);
    is(status.st_mtim.tv_sec, 2000);
    is(status.st_mtim.tv_nsec, 7);
    wanted[0].tv_nsec = UTIME_OMIT, wanted[1].tv_nsec = UTIME_NOW;
    is(utimensat(AT_FDCWD, "f", wanted, 0), 0);
    stat("f", &status);
    is(status.st_atim.tv_sec, 1000);
    ok(status.st_mtim.tv_sec > 1000000);
    wanted[0].tv_nsec = 1000000000;
    fails_with(EINVAL, utimensat(AT_FDCWD, "f", wanted, 0));
    unlink("f");
}

static void size_limit(void)
{
    struct rlimit limit = { 100, RLIM_INFINITY };
    int fd = open("f", O_RDWR | O_CREAT | O_TRUNC, 0600);
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    char buffer[200] = "";
    is(write(fd, buffer, 200), 100);
    fails_with(EFBIG, write(fd, buffer, 1));
    fails_with(EFBIG, ftruncate(fd, 101));
    limit.rlim_cur = RLIM_INFINITY;
    setrlimit(RLIMIT_FSIZE, &limit);
    close(fd);
    unlink("f");
}

static void tries_lock(void *name)
{
    int fd = open(name, O_RDWR);
    struct flock lock = { .l_type = F_WRLCK, .l_start = 5, .l_len = 1 };
    if (fcntl(fd, F_SETLK, &lock) != -1 || errno != EAGAIN)
        _exit(1);
    lock.l_type = F_WRLCK;
    if (fcntl(fd, F_GETLK, &lock) || lock.l_type != F_WRLCK ||
        lock.l_start != 0 || lock.l_len != 10 || lock.l_pid != getppid())
        _exit(2);
    lock.l_start = 10, lock.l_type = F_WRLCK;
    if (fcntl(fd, F_SETLK, &lock))
        _exit(3);
    if (flock(fd, LOCK_EX | LOCK_NB) != -1 || errno != EWOULDBLOCK)
        _exit(4);
}

static void locks(void)
{
    int fd = open("f", O_RDWR | O_CREAT, 0600);
    struct flock lock = { .l_type = F_WRLCK, .l_start = 0, .l_len = 10 };
    is(fcntl(fd, F_SETLK, &lock), 0);
    is(flock(fd, LOCK_EX), 0);
    is(in_child(tries_lock, "f"), 0);
    is(flock(fd, LOCK_UN), 0);
    fails_with(EINVAL, flock(fd, 16));
    lock.l_type = 77;
    fails_with(EINVAL, fcntl(fd, F_SETLK, &lock));
    close(fd);
    unlink("f");
}

static void copies(void)
{
    int in = open("in", O_RDWR | O_CREAT, 0600);
    int to = open("out", O_RDWR | O_CREAT, 0600);
    write(in, "0123456789", 10);
    off_t offset = 2;
    is(sendfile(to, in, &offset, 5), 5);
    is(offset, 7);
    is(lseek(in, 0, SEEK_CUR), 10);
    is(pread(to, text, 10, 0), 5);
    ok(!memcmp(text, "23456", 5));
    struct statfs totals;
    is(fstatfs(in, &totals), 0);
    is(totals.f_type, 0x01021994);
    is(totals.f_namelen, 255);
    is(fallocate(in, 0, 0, 50), 0);
    is(lseek(in, 0, SEEK_END), 50);
    is(fallocate(in, 3, 0, 5), 0);
    is(pread(in, text, 10, 0), 10);
    is(text[4] * 1000 + text[5], '5');
    fails_with(EINVAL, fallocate(in, 0, 0, 0));
    close(in), close(to);
    unlink("in"), unlink("out");
}

static void run(void)
{
    opening();
    positions();
    shared_positions();
    modes();
    permissions();
    times();
    size_limit();
    locks();
    copies();
}
TEST_MAIN
