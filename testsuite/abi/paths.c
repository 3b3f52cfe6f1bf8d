/* SPDX-License-Identifier: MIT */
/* Names: mkdir, rmdir, link, symlink, rename, unlink, readlink, chdir, the walk
 * along a path and the order of its errors. */
#include "tap.h"

#include <dirent.h>
#include <limits.h>
#include <sys/stat.h>

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#define RENAME_EXCHANGE 2
#endif

static void touch(const char *path)
{
    close(open(path, O_WRONLY | O_CREAT, 0644));
}

static int exists(const char *path)
{
    struct stat status;
    return !lstat(path, &status);
}

static void directories(void)
{
    struct stat status;
    is(mkdir("d", 0755), 0);
    fails_with(EEXIST, mkdir("d", 0755));
    fails_with(EEXIST, mkdir("/", 0755));
    fails_with(EEXIST, mkdir(".", 0755));
    fails_with(ENOENT, mkdir("none/d", 0755));
    is(mkdir("d/e/", 0700), 0);
    stat("d", &status);
    is(status.st_nlink, 3);
    fails_with(ENOTEMPTY, rmdir("d"));
    fails_with(EINVAL, rmdir("d/e/."));
    fails_with(ENOTEMPTY, rmdir("d/e/.."));
    fails_with(EBUSY, rmdir("/"));
    fails_with(EISDIR, unlink("d"));
    is(rmdir("d/e"), 0);
    stat("d", &status);
    is(status.st_nlink, 2);
    touch("f");
    fails_with(ENOTDIR, rmdir("f"));
    fails_with(ENOTDIR, mkdir("f/x", 0755));
    fails_with(ENOTDIR, unlink("f/"));
    fails_with(ENOTDIR, open("f/", O_RDONLY));
    fails_with(EISDIR, open("new/", O_WRONLY | O_CREAT, 0600));
    fails_with(ENOENT, unlink("none"));
    fails_with(ENOENT, unlink(""));
    is(unlink("f"), 0);
    is(rmdir("d"), 0);
}

static void lengths(void)
{
    char name[300], path[5000];
    memset(name, 'n', sizeof name);
    name[256] = 0;
    fails_with(ENAMETOOLONG, mkdir(name, 0755));
    name[255] = 0;
    is(mkdir(name, 0755), 0);
    is(rmdir(name), 0);
    memset(path, '/', sizeof path);
    path[4095] = 0;
    ok(open(path, O_RDONLY) >= 0);
    path[4095] = '/', path[4096] = 0;
    fails_with(ENAMETOOLONG, open(path, O_RDONLY));
    fails_with(EFAULT, open((char *)8, O_RDONLY));
}

static void links(void)
{
    struct stat a, b;
    touch("a");
    is(link("a", "b"), 0);
    stat("a", &a);
    stat("b", &b);
    ok(a.st_ino == b.st_ino && a.st_nlink == 2);
    fails_with(EEXIST, link("a", "b"));
    fails_with(ENOENT, link("none", "c"));
    mkdir("d", 0755);
    fails_with(EPERM, link("d", "c"));
    is(symlink("a", "s"), 0);
    is(link("s", "t"), 0);
    lstat("t", &a);
    ok(S_ISLNK(a.st_mode));
    is(linkat(AT_FDCWD, "s", AT_FDCWD, "u", AT_SYMLINK_FOLLOW), 0);
    lstat("u", &a);
    ok(S_ISREG(a.st_mode));
    fails_with(EINVAL, linkat(AT_FDCWD, "a", AT_FDCWD, "x", 1));
    unlink("a"), unlink("b"), unlink("s"), unlink("t"), unlink("u");
    rmdir("d");
}

static void symlinks(void)
{
    char target[PATH_MAX];
    struct stat status;
    is(symlink("loop", "loop"), 0);
    fails_with(ELOOP, open("loop", O_RDONLY));
    fails_with(ELOOP, stat("loop/x", &status));
    is(readlink("loop", target, sizeof target), 4);
    is(readlink("loop", target, 2), 2);
    fails_with(EINVAL, syscall(SYS_readlinkat, AT_FDCWD, "loop", target, 0));
    fails_with(EINVAL, readlink(".", target, 10));
    fails_with(ELOOP, open("loop", O_RDONLY | O_NOFOLLOW));
    fails_with(ENOENT, symlink("", "x"));
    fails_with(EEXIST, symlink("x", "loop"));
    is(symlink("made", "dangling"), 0);
    fails_with(ENOENT, stat("dangling", &status));
    fails_with(EEXIST, open("dangling", O_WRONLY | O_CREAT | O_EXCL, 0600));
    ok(open("dangling", O_WRONLY | O_CREAT, 0600) >= 0);
    ok(exists("made"));
    mkdir("d", 0755);
    is(symlink("d", "to-d"), 0);
    fails_with(ENOTDIR, rmdir("to-d"));
    fails_with(ENOTDIR, rmdir("to-d/"));
    touch("to-d/f");
    ok(exists("d/f"));
    is(lstat("to-d", &status), 0);
    is(status.st_size, 1);
    ok(S_ISLNK(status.st_mode));
    is(lstat("to-d/", &status), 0);
    ok(S_ISDIR(status.st_mode));
    unlink("d/f"), unlink("to-d"), rmdir("d");
    unlink("loop"), unlink("dangling"), unlink("made");
    char name[16] = "l0", before[16];
    touch("end");
    symlink("end", "l0");
    for (int i = 1; i <= 40; i++) {
        strcpy(before, name);
        sprintf(name, "l%d", i);
        symlink(before, name);
    }
    is(stat("l39", &status), 0);
    fails_with(ELOOP, stat("l40", &status));
}

static void renames(void)
{
    touch("a");
    touch("b");
    is(rename("a", "b"), 0);
    ok(!exists("a") && exists("b"));
    is(rename("b", "b"), 0);
    fails_with(ENOENT, rename("a", "c"));
    mkdir("d", 0755);
    mkdir("d/e", 0755);
    fails_with(EINVAL, rename("d", "d/e/f"));
    fails_with(ENOTEMPTY, rename("d/e", "d"));
    fails_with(EISDIR, rename("b", "d"));
    fails_with(ENOTDIR, rename("d", "b"));
    fails_with(EBUSY, rename(".", "x"));
    fails_with(EBUSY, rename("d", ".."));
    mkdir("g", 0755);
    is(rename("d", "g"), 0);
    ok(exists("g/e") && !exists("d"));
    is(syscall(SYS_renameat2, AT_FDCWD, "g", AT_FDCWD, "b", RENAME_EXCHANGE),
        0);
    ok(exists("b/e"));
    fails_with(EEXIST, syscall(SYS_renameat2, AT_FDCWD, "g", AT_FDCWD, "b",
                           RENAME_NOREPLACE));
    fails_with(EINVAL, syscall(SYS_renameat2, AT_FDCWD, "g", AT_FDCWD, "b",
                           RENAME_NOREPLACE | RENAME_EXCHANGE));
    fails_with(ENOENT, syscall(SYS_renameat2, AT_FDCWD, "g", AT_FDCWD, "none",
                           RENAME_EXCHANGE));
    unlink("g");
    rmdir("b/e"), rmdir("b");
}

static void working_directory(void)
{
    char here[PATH_MAX], there[PATH_MAX];
    getcwd(here, sizeof here);
    mkdir("d", 0755);
    is(chdir("d"), 0);
    ok(getcwd(there, sizeof there) != NULL);
    ok(!strcmp(strrchr(there, '/'), "/d"));
    fails_with(ERANGE, syscall(SYS_getcwd, there, 2));
    is(rmdir("../d"), 0);
    fails_with(ENOENT, syscall(SYS_getcwd, there, sizeof there));
    fails_with(ENOENT, open("x", O_CREAT | O_WRONLY, 0600));
    is(chdir(here), 0);
    touch("f");
    fails_with(ENOTDIR, chdir("f"));
    fails_with(ENOENT, chdir("none"));
    int fd = open("f", O_RDONLY);
    fails_with(ENOTDIR, fchdir(fd));
    fails_with(ENOTDIR, openat(fd, "x", O_RDONLY));
    fails_with(EBADF, openat(-5, "x", O_RDONLY));
    ok(openat(-5, "/dev/null", O_RDONLY) >= 0);
    close(fd);
    unlink("f");
    struct stat root, above;
    stat("/", &root);
    stat("/../..", &above);
    ok(root.st_ino == above.st_ino);
}

static void reading_directories(void)
{
    char name[16];
    int seen = 0;
    mkdir("many", 0755);
    for (int i = 0; i < 300; i++) {
        sprintf(name, "many/%d", i);
        touch(name);
    }
    DIR *directory = opendir("many");
    struct dirent *entry;
    while ((entry = readdir(directory)))
        seen += entry->d_name[0] != '.';
    is(seen, 300);
    rewinddir(directory);
    seen = 0;
    chdir("many");
    while ((entry = readdir(directory)))
        if (entry->d_name[0] != '.')
            seen += !unlink(entry->d_name);
    is(seen, 300);
    chdir("..");
    closedir(directory);
    is(rmdir("many"), 0);
    char buffer[16];
    int fd = open(".", O_RDONLY | O_DIRECTORY);
    fails_with(EINVAL, syscall(SYS_getdents64, fd, buffer, 8));
    fails_with(ENOTDIR, syscall(SYS_getdents64, open("/dev/null", O_RDONLY),
                            buffer, sizeof buffer));
    fails_with(EISDIR, read(fd, buffer, 1));
    close(fd);
}

static void run(void)
{
    directories();
    lengths();
    links();
    symlinks();
    renames();
    working_directory();
    reading_directories();
}
TEST_MAIN
