/* SPDX-License-Identifier: MIT */
/* link, unlink, rmdir, rename: flags, rights, the sticky bit, times. */
#include "who.h"

#include <sys/mount.h>

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#define RENAME_EXCHANGE 2
#define RENAME_WHITEOUT 4
#endif

static long rename2(const char *from, const char *to, unsigned flags)
{
    return syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
}

static void linking(void)
{
    make_file("f", 0644);
    mkdir("d", 0755);
    is(link("f", "d/g"), 0);
    is(links_of("f"), 2);
    fails_with(EEXIST, link("f", "f"));
    fails_with(EEXIST, link("f", "d"));
    fails_with(EEXIST, link("f", "."));
    fails_with(ENOENT, link("f", "none/x"));
    fails_with(ENOENT, link("f", "x/"));
    fails_with(ENOENT, link("f", ""));
    fails_with(ENOENT, link("", "x"));
    fails_with(ENOTDIR, link("f/", "x"));
    fails_with(ENOTDIR, link("f", "f/x"));
    fails_with(EPERM, link(".", "x"));
    fails_with(EFAULT, link((char *)8, "x"));
    fails_with(EFAULT, link("f", (char *)8));
    fails_with(EBADF, linkat(-1, "f", AT_FDCWD, "x", 0));
    fails_with(EBADF, linkat(AT_FDCWD, "f", -1, "x", 0));
    fails_with(EINVAL, linkat(AT_FDCWD, "f", AT_FDCWD, "x",
                           AT_SYMLINK_NOFOLLOW));
    fails_with(EXDEV, link("f", "/dev/shm/x"));
    fails_with(EXDEV, link("/dev/null", "x"));
    symlink("f", "link");
    is(link("link", "copy"), 0);
    is(type_of("copy"), S_IFLNK);
    is(links_of("link"), 2);
    unlink("copy");
    is(linkat(AT_FDCWD, "link", AT_FDCWD, "copy", AT_SYMLINK_FOLLOW), 0);
    is(type_of("copy"), S_IFREG);
    is(links_of("f"), 3);
    is(unlink("copy"), 0);
    is(unlink("d/g"), 0);
    is(links_of("f"), 1);
    int d = open("d", O_RDONLY);
    is(linkat(AT_FDCWD, "f", d, "h", 0), 0);
    is(unlinkat(d, "h", 0), 0);
    close(d);
    rmdir("d");
    unlink("link"), unlink("f");
}

static void unlinking(void)
{
    make_file("f", 0);
    mkdir("d", 0755);
    fails_with(EISDIR, unlink("d"));
    fails_with(EISDIR, unlink("d/"));
    fails_with(EISDIR, unlink("."));
    fails_with(EISDIR, unlink(".."));
    fails_with(EISDIR, unlink("/"));
    fails_with(ENOTDIR, unlink("f/"));
    fails_with(ENOTDIR, unlink("f/x"));
    fails_with(ENOENT, unlink("none/"));
    fails_with(EFAULT, unlink((char *)8));
    fails_with(EBADF, unlinkat(-1, "f", 0));
    fails_with(EINVAL, unlinkat(AT_FDCWD, "f", 1));
    fails_with(ENOTDIR, unlinkat(AT_FDCWD, "f", AT_REMOVEDIR));
    is(unlinkat(AT_FDCWD, "d", AT_REMOVEDIR), 0);
    mkdir("d", 0755);
    fails_with(EINVAL, rmdir("."));
    fails_with(EINVAL, rmdir("d/."));
    fails_with(ENOTEMPTY, rmdir(".."));
    fails_with(EBUSY, rmdir("/"));
    fails_with(ENOENT, rmdir(""));
    fails_with(ENOTDIR, rmdir("f"));
    fails_with(EBUSY, rmdir("/proc"));
    fails_with(EPERM, rmdir("/proc/self/fd"));
    is(rmdir("d/"), 0);
    int fd = open("f", O_RDWR);
    is(unlink("f"), 0);
    is(write(fd, "x", 1), 1);
    close(fd);
}

static void renaming(void)
{
    make_file("f", 0644);
    mkdir("d", 0755), mkdir("d/e", 0755);
    fails_with(ENOENT, rename("none", "x"));
    fails_with(ENOENT, rename("f", "none/x"));
    fails_with(ENOENT, rename("", "x"));
    fails_with(ENOENT, rename("f", ""));
    fails_with(ENOTDIR, rename("f", "x/"));
    fails_with(ENOTDIR, rename("f/", "x"));
    fails_with(ENOTDIR, rename("f/x", "x"));
    is(rename("d/", "g"), 0);
    is(rename("g", "d/"), 0);
    fails_with(EISDIR, rename("f", "d"));
    fails_with(ENOTDIR, rename("d", "f"));
    fails_with(ENOTEMPTY, rename("d/e", "d"));
    fails_with(EINVAL, rename("d", "d/e/x"));
    fails_with(EINVAL, rename("d", "d/x"));
    fails_with(EBUSY, rename("d", "."));
    fails_with(EXDEV, rename("/", "x"));
    fails_with(EBUSY, rename("d/..", "x"));
    fails_with(EXDEV, rename("f", "/dev/shm/x"));
    fails_with(EFAULT, rename((char *)8, "x"));
    fails_with(EBADF, renameat(-1, "f", AT_FDCWD, "x"));
    is(rename("d", "d"), 0);
    fails_with(EINVAL, rename2("f", "x", 8));
    fails_with(EINVAL, rename2("f", "x", RENAME_EXCHANGE | RENAME_WHITEOUT));
    fails_with(EEXIST, rename2("f", "d", RENAME_NOREPLACE));
    fails_with(EEXIST, rename2("f", "f", RENAME_NOREPLACE));
    is(rename2("f", "x", RENAME_NOREPLACE), 0);
    is(rename2("x", "d/e", RENAME_EXCHANGE), 0);
    is(type_of("x"), S_IFDIR);
    is(type_of("d/e"), S_IFREG);
    fails_with(EINVAL, rename2("d", "d/e", RENAME_EXCHANGE));
    fails_with(EINVAL, rename2("d/e", "d", RENAME_EXCHANGE));
    is(links_of("d"), 2);
    is(rename2("d/e", "x", RENAME_EXCHANGE), 0);
    is(links_of("d"), 3);
    /* Two names of one file: both stay. */
    make_file("a", 0644);
    link("a", "b");
    is(rename("a", "b"), 0);
    ok(exists("a") && exists("b"));
    unlink("a"), unlink("b");
    /* A directory over an empty one. */
    mkdir("empty", 0755);
    int old = open("empty", O_RDONLY);
    is(rename("d", "empty"), 0);
    struct stat s;
    fstat(old, &s);
    is(s.st_nlink, 0);
    close(old);
    is(links_of("empty"), 3);
    rmdir("empty/e"), rmdir("empty");
}

/* Whether USER may, in a directory of OTHER. */
static void rights(void)
{
    make_directory_of("open", 0777, OTHER, OTHER_GROUP);
    make_directory_of("sticky", 01777, OTHER, OTHER_GROUP);
    make_directory_of("closed", 0755, OTHER, OTHER_GROUP);
    make_directory_of("mine", 01777, USER, GROUP);
    make_file_of("open/f", 0, OTHER, OTHER_GROUP);
    make_file_of("sticky/f", 0777, OTHER, OTHER_GROUP);
    make_file_of("sticky/mine", 0777, USER, OTHER_GROUP);
    make_directory_of("sticky/d", 0777, OTHER, OTHER_GROUP);
    make_file_of("closed/f", 0777, USER, GROUP);
    make_file_of("mine/f", 0, OTHER, OTHER_GROUP);
    become(USER, GROUP);
    is(unlink("open/f"), 0);
    fails_with(EPERM, unlink("sticky/f"));
    fails_with(EPERM, rmdir("sticky/d"));
    fails_with(EPERM, rename("sticky/f", "sticky/g"));
    fails_with(EPERM, rename("sticky/mine", "sticky/f"));
    fails_with(EPERM, rename2("sticky/mine", "sticky/f", RENAME_EXCHANGE));
    is(rename("sticky/mine", "sticky/mine2"), 0);
    is(unlink("sticky/mine2"), 0);
    fails_with(EACCES, unlink("closed/f"));
    fails_with(EACCES, rename("closed/f", "open/f"));
    fails_with(EACCES, rename("closed/f", "closed/g"));
    fails_with(ENOENT, unlink("closed/none"));
    is(unlink("mine/f"), 0);
    /* A directory that one may not write to cannot change its parent. */
    mkdir("mine/d", 0555);
    fails_with(EACCES, rename("mine/d", "open/d"));
    is(rename("mine/d", "mine/e"), 0);
    chmod("mine/e", 0755);
    is(rename("mine/e", "open/e"), 0);
    become_root();
    rmdir("open/e"), rmdir("sticky/d");
    unlink("sticky/f"), unlink("closed/f");
    rmdir("open"), rmdir("sticky"), rmdir("closed"), rmdir("mine");
}

static long long changed(const char *path)
{
    struct stat s;
    stat(path, &s);
    return s.st_ctim.tv_sec * 1000000000ll + s.st_ctim.tv_nsec;
}

static long long modified(const char *path)
{
    struct stat s;
    stat(path, &s);
    return s.st_mtim.tv_sec * 1000000000ll + s.st_mtim.tv_nsec;
}

static void times(void)
{
    mkdir("d", 0755), mkdir("e", 0755);
    make_file("d/f", 0644);
    long long c = changed("d/f"), m = modified("d/f"), d = modified("d"),
              e = modified("e");
    until_tick();
    link("d/f", "d/g");
    ok(changed("d/f") > c && modified("d/f") == m && modified("d") > d);
    c = changed("d/f"), d = modified("d");
    until_tick();
    unlink("d/g");
    ok(changed("d/f") > c && modified("d/f") == m && modified("d") > d);
    c = changed("d/f"), d = modified("d");
    until_tick();
    rename("d/f", "e/f");
    ok(changed("e/f") > c && modified("e/f") == m);
    ok(modified("d") > d && modified("e") > e);
    d = modified("d"), c = changed("d");
    until_tick();
    chmod("d", 0700);
    ok(modified("d") == d && changed("d") > c);
    unlink("e/f"), rmdir("d"), rmdir("e");
}

static void mount_points(void)
{
    mkdir("m", 0755), mkdir("other", 0755);
    mount("none", "m", "tmpfs", 0, NULL);
    fails_with(EBUSY, rmdir("m"));
    fails_with(EBUSY, rename("m", "n"));
    fails_with(EBUSY, rename("other", "m"));
    fails_with(EBUSY, rename2("other", "m", RENAME_EXCHANGE));
    make_file("m/f", 0644);
    fails_with(EXDEV, rename("m/f", "f"));
    fails_with(EXDEV, link("m/f", "f"));
    /* The same filesystem through another mount is another place too. */
    mount("m", "other", NULL, MS_BIND, NULL);
    fails_with(EXDEV, rename("m/f", "other/g"));
    fails_with(EXDEV, link("m/f", "other/g"));
    umount("other");
    mount("none", "m", NULL, MS_REMOUNT | MS_RDONLY, NULL);
    fails_with(EROFS, unlink("m/f"));
    fails_with(EROFS, rename("m/f", "m/g"));
    fails_with(EROFS, link("m/f", "m/g"));
    fails_with(EEXIST, link("m/f", "m/f"));
    fails_with(EROFS, unlink("m/none"));
    fails_with(EROFS, rename("m/none", "m/g"));
    umount("m");
    is(rmdir("m"), 0);
    rmdir("other");
}

static void run(void)
{
    umask(022);
    chmod(".", 0777);
    linking();
    unlinking();
    renaming();
    rights();
    times();
    mount_points();
}
TEST_MAIN
