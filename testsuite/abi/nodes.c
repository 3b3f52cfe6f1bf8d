/* SPDX-License-Identifier: MIT */
/* mknod, mknodat, mkfifo, mkdir, symlink: kinds, rights, errors. */
#include "who.h"

#include <sys/mount.h>
#include <sys/sysmacros.h>

static void kinds(void)
{
    struct stat s;
    is(mknod("f", S_IFREG | 0640, 0), 0);
    is(type_of("f"), S_IFREG);
    is(mode_of("f"), 0640);
    unlink("f");
    is(mknod("f", 0600, 0), 0);
    is(type_of("f"), S_IFREG);
    unlink("f");
    is(mknod("f", S_IFIFO | 0600, 0), 0);
    is(type_of("f"), S_IFIFO);
    unlink("f");
    is(mknod("f", S_IFSOCK | 0600, 0), 0);
    is(type_of("f"), S_IFSOCK);
    unlink("f");
    is(mknod("f", S_IFCHR | 0600, makedev(1, 3)), 0);
    is(type_of("f"), S_IFCHR);
    int fd = open("f", O_RDWR);
    is(write(fd, "x", 1), 1);
    close(fd);
    unlink("f");
    is(mknod("f", S_IFCHR, 0), 0);
    stat("f", &s);
    is(s.st_rdev, 0);
    fails_with(ENXIO, open("f", O_RDONLY));
    unlink("f");
    /* Regular files have no number. */
    is(mknod("f", S_IFREG | 0600, makedev(1, 3)), 0);
    stat("f", &s);
    is(s.st_rdev, 0);
    unlink("f");
    fails_with(EPERM, mknod("f", S_IFDIR | 0700, 0));
    fails_with(EINVAL, mknod("f", S_IFLNK | 0700, 0));
    fails_with(EINVAL, mknod("f", 0030000 | 0700, 0));
    is(mkfifo("f", 07777), 0);
    is(mode_of("f"), 07755);
    fails_with(EEXIST, mkfifo("f", 0600));
    unlink("f");
}

static void errors(void)
{
    make_file("f", 0644);
    fails_with(EEXIST, mknod("f", S_IFREG | 0600, 0));
    fails_with(EEXIST, mknod("/", S_IFREG | 0600, 0));
    fails_with(EEXIST, mknod(".", S_IFREG | 0600, 0));
    fails_with(ENOENT, mknod("none/f", S_IFREG | 0600, 0));
    fails_with(ENOENT, mknod("", S_IFREG | 0600, 0));
    fails_with(ENOENT, mknod("fresh/", S_IFREG | 0600, 0));
    fails_with(ENOTDIR, mknod("f/x", S_IFREG | 0600, 0));
    fails_with(EFAULT, mknod((char *)8, S_IFREG | 0600, 0));
    fails_with(EBADF, mknodat(-1, "x", S_IFREG | 0600, 0));
    symlink("none", "link");
    fails_with(EEXIST, mknod("link", S_IFREG | 0600, 0));
    unlink("link");
    fails_with(EEXIST, mkdir("f", 0755));
    fails_with(EEXIST, mkdir("f/", 0755));
    fails_with(ENOENT, mkdir("", 0755));
    fails_with(EBADF, mkdirat(-1, "x", 0755));
    symlink("dir", "link");
    fails_with(EEXIST, mkdir("link", 0755));
    fails_with(EEXIST, mkdir("link/", 0755));
    unlink("link");
    is(mkdir("dir//", 0755), 0);
    rmdir("dir");
    fails_with(EEXIST, symlink("x", "f"));
    fails_with(EEXIST, symlink("x", "."));
    fails_with(ENOENT, symlink("x", ""));
    fails_with(ENOENT, symlink("x", "fresh/"));
    fails_with(ENOENT, symlink("", "fresh"));
    fails_with(EFAULT, symlink((char *)8, "fresh"));
    char target[5000];
    memset(target, 'x', sizeof target);
    target[4096] = 0;
    fails_with(ENAMETOOLONG, symlink(target, "fresh"));
    target[4095] = 0;
    is(symlink(target, "fresh"), 0);
    is(size_of("fresh"), 4095);
    is(readlink("fresh", target, sizeof target), 4095);
    unlink("fresh");
    unlink("f");
}

static void rights(void)
{
    make_directory_of("open", 0777, OTHER, OTHER_GROUP);
    make_directory_of("closed", 0755, OTHER, OTHER_GROUP);
    struct stat s;
    become(USER, GROUP);
    fails_with(EPERM, mknod("open/c", S_IFCHR | 0600, makedev(1, 3)));
    fails_with(EPERM, mknod("open/b", S_IFBLK | 0600, makedev(1, 3)));
    is(mknod("open/whiteout", S_IFCHR | 0600, 0), 0);
    is(mknod("open/f", S_IFREG | 0600, 0), 0);
    stat("open/f", &s);
    is(s.st_uid, USER);
    is(s.st_gid, GROUP);
    is(mkfifo("open/p", 0600), 0);
    is(mknod("open/s", S_IFSOCK | 0600, 0), 0);
    fails_with(EACCES, mknod("closed/f", S_IFREG | 0600, 0));
    fails_with(EACCES, mkfifo("closed/p", 0600));
    fails_with(EACCES, mkdir("closed/d", 0700));
    fails_with(EACCES, symlink("x", "closed/l"));
    fails_with(EACCES, mknod("closed/c", S_IFCHR | 0600, makedev(1, 3)));
    become_root();
    unlink("open/whiteout"), unlink("open/f"), unlink("open/p");
    unlink("open/s");
    rmdir("open"), rmdir("closed");
}

static void read_only(void)
{
    mkdir("ro", 0755);
    mount("none", "ro", "tmpfs", MS_RDONLY, NULL);
    fails_with(EROFS, mknod("ro/f", S_IFREG | 0600, 0));
    fails_with(EROFS, mkdir("ro/d", 0700));
    fails_with(EROFS, symlink("x", "ro/l"));
    fails_with(EEXIST, mkdir("ro", 0700));
    fails_with(EROFS, chmod("ro", 0700));
    fails_with(EROFS, chown("ro", 1, 1));
    fails_with(EROFS, utimensat(AT_FDCWD, "ro", NULL, 0));
    fails_with(EROFS, rmdir("ro/none"));
    umount("ro");
    rmdir("ro");
}

static void device_numbers(void)
{
    static const struct {
        unsigned major, minor;
    } numbers[] = { { 1, 3 }, { 0, 255 }, { 511, 256 }, { 4095, 1048575 } };
    struct stat s;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        mknod("n", S_IFBLK | 0600,
            makedev(numbers[i].major, numbers[i].minor));
        stat("n", &s);
        ok(major(s.st_rdev) == numbers[i].major);
        ok(minor(s.st_rdev) == numbers[i].minor);
        unlink("n");
    }
}

static void run(void)
{
    umask(022);
    kinds();
    errors();
    rights();
    read_only();
    device_numbers();
}
TEST_MAIN
