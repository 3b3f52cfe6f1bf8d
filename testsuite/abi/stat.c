/* SPDX-License-Identifier: MIT */
/* stat, lstat, fstat, fstatat, statx: each field of each kind of file. */
#include "who.h"

#include <linux/stat.h>
#include <sys/sysmacros.h>
#include <time.h>

static long do_statx(
    int at, const char *path, int flags, unsigned mask, struct statx *to)
{
    memset(to, 0xee, sizeof *to);
    return syscall(SYS_statx, at, path, flags, mask, to);
}

static long long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return time.tv_sec * 1000000000ll + time.tv_nsec;
}

static long long ns(struct timespec time)
{
    return time.tv_sec * 1000000000ll + time.tv_nsec;
}

static void regular(void)
{
    struct stat s, here;
    stat(".", &here);
    umask(022);
    int fd = open("f", O_RDWR | O_CREAT, 0666);
    fstat(fd, &s);
    is(s.st_mode, S_IFREG | 0644);
    is(s.st_nlink, 1);
    is(s.st_uid, 0);
    is(s.st_gid, 0);
    is(s.st_size, 0);
    is(s.st_blocks, 0);
    is(s.st_blksize, 4096);
    is(s.st_rdev, 0);
    ok(s.st_dev == here.st_dev);
    ok(s.st_ino != here.st_ino && s.st_ino);
    ok(ns(s.st_mtim) == ns(s.st_ctim) && ns(s.st_atim) == ns(s.st_mtim));
    ok(ns(s.st_mtim) <= now() && ns(s.st_mtim) > now() - 5000000000ll);
    pwrite(fd, "x", 1, 9999);
    fstat(fd, &s);
    is(s.st_size, 10000);
    is(s.st_blocks, 8);
    pwrite(fd, "x", 1, 0);
    fstat(fd, &s);
    is(s.st_blocks, 16);
    close(fd);
    struct stat t;
    is(stat("f", &t), 0);
    ok(!memcmp(&s, &t, sizeof s));
    is(lstat("f", &t), 0);
    ok(!memcmp(&s, &t, sizeof s));
}

static void directory(void)
{
    struct stat s;
    mkdir("d", 0777);
    stat("d", &s);
    is(s.st_mode, S_IFDIR | 0755);
    is(s.st_nlink, 2);
    is(s.st_size, 40);
    is(s.st_blocks, 0);
    make_file("d/a", 0644);
    mkdir("d/sub", 0755);
    stat("d", &s);
    is(s.st_size, 80);
    is(s.st_nlink, 3);
    rmdir("d/sub");
    unlink("d/a");
    stat("d", &s);
    is(s.st_size, 40);
    is(s.st_nlink, 2);
    int fd = open("d", O_RDONLY);
    rmdir("d");
    fstat(fd, &s);
    is(s.st_nlink, 0);
    close(fd);
}

static void others(void)
{
    struct stat s;
    symlink("target", "link");
    lstat("link", &s);
    is(s.st_mode, S_IFLNK | 0777);
    is(s.st_size, 6);
    is(s.st_blocks, 0);
    fails_with(ENOENT, stat("link", &s));
    unlink("link");
    mkfifo("fifo", 0640);
    stat("fifo", &s);
    is(s.st_mode, S_IFIFO | 0640);
    is(s.st_size, 0);
    unlink("fifo");
    mknod("node", S_IFCHR | 0600, makedev(300, 70000));
    stat("node", &s);
    is(s.st_mode, S_IFCHR | 0600);
    is(major(s.st_rdev), 300);
    is(minor(s.st_rdev), 70000);
    unlink("node");
    mknod("block", S_IFBLK | 0600, makedev(8, 1));
    stat("block", &s);
    is(s.st_mode, S_IFBLK | 0600);
    is(s.st_rdev, makedev(8, 1));
    unlink("block");
    stat("/dev/null", &s);
    is(s.st_mode, S_IFCHR | 0666);
    is(s.st_rdev, makedev(1, 3));
    int ends[2];
    pipe(ends);
    fstat(ends[0], &s);
    is(s.st_mode, S_IFIFO | 0600);
    is(s.st_nlink, 1);
    is(s.st_size, 0);
    is(s.st_blksize, 4096);
    struct stat t;
    fstat(ends[1], &t);
    ok(s.st_ino == t.st_ino && s.st_dev == t.st_dev);
    close(ends[0]), close(ends[1]);
    stat("/proc", &s);
    is(s.st_mode, S_IFDIR | 0555);
    ok(major(s.st_dev) == 0);
}

static void errors(void)
{
    struct stat s;
    char name[300];
    fails_with(ENOENT, stat("none", &s));
    fails_with(ENOENT, stat("", &s));
    fails_with(ENOENT, lstat("", &s));
    fails_with(ENOTDIR, stat("f/", &s));
    fails_with(ENOTDIR, stat("f/x", &s));
#ifdef SYS_stat
    fails_with(EFAULT, syscall(SYS_stat, (char *)8, &s));
    fails_with(EFAULT, syscall(SYS_stat, "f", (void *)8));
#endif
    fails_with(EFAULT, syscall(SYS_fstat, 0, (void *)8));
    fails_with(EBADF, syscall(SYS_fstat, -1, &s));
    fails_with(EBADF, syscall(SYS_fstat, 999, &s));
    memset(name, 'n', sizeof name);
    name[256] = 0;
    fails_with(ENAMETOOLONG, stat(name, &s));
    symlink("loop", "loop");
    fails_with(ELOOP, stat("loop", &s));
    is(lstat("loop", &s), 0);
    fails_with(ELOOP, lstat("loop/", &s));
    unlink("loop");
    make_directory_of("closed", 0600, OTHER, OTHER_GROUP);
    become(USER, GROUP);
    fails_with(EACCES, stat("closed/f", &s));
    is(stat("closed", &s), 0);
    become_root();
    rmdir("closed");
}

static void at(void)
{
    struct stat s;
    mkdir("d", 0755);
    make_file("d/f", 0600);
    symlink("f", "d/link");
    int d = open("d", O_RDONLY), f = open("d/f", O_RDONLY);
    const int nofollow = AT_SYMLINK_NOFOLLOW, empty = AT_EMPTY_PATH;
    is(syscall(SYS_newfstatat, d, "f", &s, 0), 0);
    is(s.st_mode, S_IFREG | 0600);
    is(syscall(SYS_newfstatat, d, "link", &s, 0), 0);
    is(s.st_mode, S_IFREG | 0600);
    is(syscall(SYS_newfstatat, d, "link", &s, nofollow), 0);
    ok(S_ISLNK(s.st_mode));
    is(syscall(SYS_newfstatat, f, "", &s, empty), 0);
    ok(S_ISREG(s.st_mode));
    is(syscall(SYS_newfstatat, d, "", &s, empty), 0);
    ok(S_ISDIR(s.st_mode));
    is(syscall(SYS_newfstatat, AT_FDCWD, "", &s, empty), 0);
    ok(S_ISDIR(s.st_mode));
    is(syscall(SYS_newfstatat, d, "f", &s, empty), 0);
    is(syscall(SYS_newfstatat, d, "f", &s, AT_NO_AUTOMOUNT), 0);
    fails_with(ENOENT, syscall(SYS_newfstatat, d, "", &s, 0));
    fails_with(EINVAL, syscall(SYS_newfstatat, d, "f", &s, 0x10000));
    fails_with(EINVAL, syscall(SYS_newfstatat, d, "f", &s, AT_SYMLINK_FOLLOW));
    fails_with(EBADF, syscall(SYS_newfstatat, -1, "f", &s, 0));
    fails_with(EBADF, syscall(SYS_newfstatat, -1, "", &s, empty));
    fails_with(ENOTDIR, syscall(SYS_newfstatat, f, "x", &s, 0));
    is(syscall(SYS_newfstatat, -1, "/dev/null", &s, 0), 0);
    close(d), close(f);
    unlink("d/link"), unlink("d/f"), rmdir("d");
}

static void extended(void)
{
    struct statx x;
    struct stat s;
    const unsigned all = STATX_BASIC_STATS | STATX_BTIME;
    stat("f", &s);
    is(do_statx(AT_FDCWD, "f", 0, all, &x), 0);
    is(x.stx_mask & all, all);
    is(x.stx_mode, s.st_mode);
    is(x.stx_nlink, s.st_nlink);
    is(x.stx_uid, s.st_uid);
    is(x.stx_gid, s.st_gid);
    is(x.stx_ino, s.st_ino);
    is(x.stx_size, s.st_size);
    is(x.stx_blocks, s.st_blocks);
    is(x.stx_blksize, s.st_blksize);
    is(x.stx_dev_major, major(s.st_dev));
    is(x.stx_dev_minor, minor(s.st_dev));
    is(x.stx_mtime.tv_sec, s.st_mtim.tv_sec);
    is(x.stx_mtime.tv_nsec, s.st_mtim.tv_nsec);
    is(x.stx_ctime.tv_nsec, s.st_ctim.tv_nsec);
    ok(x.stx_btime.tv_sec > 0 && x.stx_btime.tv_sec <= x.stx_mtime.tv_sec);
    is(x.stx_rdev_major, 0);
    is(x.stx_attributes, 0);
    is(do_statx(AT_FDCWD, "/dev/zero", 0, STATX_TYPE, &x), 0);
    is(x.stx_rdev_major, 1);
    is(x.stx_rdev_minor, 5);
    is(do_statx(AT_FDCWD, "f", 0, STATX_MNT_ID, &x), 0);
    ok(x.stx_mask & STATX_MNT_ID);
    is(do_statx(AT_FDCWD, "/tmp", 0, 0, &x), 0);
    ok(x.stx_attributes & x.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT);
    is(do_statx(AT_FDCWD, "/tmp/t", 0, 0, &x), 0);
    ok(!(x.stx_attributes & STATX_ATTR_MOUNT_ROOT));
    for (size_t i = 0; i < sizeof x.__spare3 / sizeof *x.__spare3; i++)
        if (x.__spare3[i])
            ok(!"the rest is zero");
    int fd = open("f", O_RDONLY);
    is(do_statx(fd, "", AT_EMPTY_PATH, all, &x), 0);
    is(x.stx_ino, s.st_ino);
    fails_with(ENOENT, do_statx(fd, "", 0, all, &x));
    close(fd);
    fails_with(EINVAL, do_statx(AT_FDCWD, "f", 0, STATX__RESERVED, &x));
    fails_with(EINVAL, do_statx(AT_FDCWD, "f", 0x10000, all, &x));
    fails_with(EINVAL, do_statx(AT_FDCWD, "f", AT_STATX_SYNC_TYPE, all, &x));
    is(do_statx(AT_FDCWD, "f", AT_STATX_FORCE_SYNC, all, &x), 0);
    is(do_statx(AT_FDCWD, "f", AT_STATX_DONT_SYNC, all, &x), 0);
    is(do_statx(AT_FDCWD, "f", 0, ~(unsigned)STATX__RESERVED, &x), 0);
    fails_with(EBADF, do_statx(-1, "f", 0, all, &x));
    fails_with(EFAULT, syscall(SYS_statx, AT_FDCWD, "f", 0, all, 8));
    symlink("f", "link");
    do_statx(AT_FDCWD, "link", AT_SYMLINK_NOFOLLOW, all, &x);
    ok(S_ISLNK(x.stx_mode));
    unlink("link");
}

static void run(void)
{
    regular();
    directory();
    others();
    errors();
    at();
    extended();
}
TEST_MAIN
