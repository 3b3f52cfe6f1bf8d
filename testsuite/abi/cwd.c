/* SPDX-License-Identifier: MIT */
/* getcwd, chdir, fchdir, chroot, and what /proc says of them. */
#include "who.h"

#include <limits.h>
#include <sys/mount.h>

static char text[PATH_MAX + 100];

static const char *cwd(void)
{
    long bytes = syscall(SYS_getcwd, text, sizeof text);
    return bytes < 0 ? strerror(errno) : text;
}

static const char *link_of(const char *path)
{
    ssize_t bytes = readlink(path, text, sizeof text - 1);
    text[bytes < 0 ? 0 : bytes] = 0;
    return text;
}

static void sizes(void)
{
    mkdir("a", 0755), mkdir("a/b", 0755);
    chdir("a/b");
    is(syscall(SYS_getcwd, text, sizeof text), 11);
    is_text(text, "/tmp/t/a/b");
    is(syscall(SYS_getcwd, text, 11), 11);
    fails_with(ERANGE, syscall(SYS_getcwd, text, 10));
    fails_with(ERANGE, syscall(SYS_getcwd, text, 0));
    fails_with(EFAULT, syscall(SYS_getcwd, 8, 100));
    is_text(link_of("/proc/self/cwd"), "/tmp/t/a/b");
    chdir("/");
    is_text(cwd(), "/");
    chdir("/tmp/t");
}

static void renamed_and_removed(void)
{
    chdir("a/b");
    rename("/tmp/t/a", "/tmp/t/c");
    is_text(cwd(), "/tmp/t/c/b");
    rmdir("/tmp/t/c/b");
    fails_with(ENOENT, syscall(SYS_getcwd, text, sizeof text));
    is_text(link_of("/proc/self/cwd"), "/tmp/t/c/b (deleted)");
    struct stat s;
    is(stat(".", &s), 0);
    is(s.st_nlink, 0);
    fails_with(ENOENT, open("x", O_RDWR | O_CREAT, 0600));
    fails_with(ENOENT, mkdir("x", 0755));
    is(chdir("."), 0);
    is(chdir(".."), 0);
    is_text(cwd(), "/tmp/t/c");
    chdir("..");
    rmdir("c");
}

static void errors(void)
{
    make_file("f", 0755);
    make_directory_of("closed", 0666, OTHER, OTHER_GROUP);
    fails_with(ENOENT, chdir(""));
    fails_with(ENOENT, chdir("none"));
    fails_with(ENOTDIR, chdir("f"));
    fails_with(EFAULT, chdir((char *)8));
    symlink("loop", "loop");
    fails_with(ELOOP, chdir("loop"));
    int fd = open("f", O_RDONLY), d = open("closed", O_RDONLY);
    fails_with(ENOTDIR, fchdir(fd));
    fails_with(EBADF, fchdir(-1));
    fails_with(ENOTDIR, chroot("f"));
    fails_with(ENOENT, chroot("none"));
    become(USER, GROUP);
    fails_with(EACCES, chdir("closed"));
    fails_with(EACCES, fchdir(d));
    fails_with(EPERM, chroot("."));
    fails_with(EACCES, chroot("closed"));
    fails_with(ENOENT, chroot("none"));
    become_root();
    close(fd), close(d);
    unlink("loop"), unlink("f"), rmdir("closed");
}

static void in_new_root(void *data)
{
    (void)data;
    struct stat root, above;
    int outside = open("/tmp/t", O_RDONLY);
    mkdir("jail", 0755), mkdir("jail/in", 0755), mkdir("jail/etc", 0755);
    make_file("jail/in/f", 0600);
    symlink("/in/f", "jail/absolute");
    symlink("../../../in/f", "jail/up");
    if (chroot("jail"))
        _exit(1);
    /* The working directory is outside now. */
    if (strcmp(cwd(), "(unreachable)/tmp/t"))
        _exit(2);
    if (chdir("/") || strcmp(cwd(), "/"))
        _exit(3);
    stat("/", &root), stat("/..", &above);
    if (root.st_ino != above.st_ino || exists("/tmp"))
        _exit(4);
    if (access("/absolute", F_OK) || access("/up", F_OK))
        _exit(5);
    chdir("in");
    if (strcmp(cwd(), "/in"))
        _exit(6);
    if (access("../../../../in/f", F_OK))
        _exit(7);
    if (fchdir(outside) || access("jail", F_OK))
        _exit(8);
    if (chdir("..") || access("t", F_OK))
        _exit(9);
    /* Out of it by what was open before. */
    chdir("..");
    if (chroot(".") || access("/proc/self", F_OK) || strcmp(cwd(), "/"))
        _exit(10);
}

static void roots(void)
{
    is(in_child(in_new_root, NULL), 0);
    is_text(cwd(), "/tmp/t");
    is_text(link_of("/proc/self/root"), "/");
    unlink("jail/in/f"), unlink("jail/absolute"), unlink("jail/up");
    rmdir("jail/in"), rmdir("jail/etc"), rmdir("jail");
}

static void too_long(void)
{
    char name[256];
    int depth = 0;
    memset(name, 'x', 250);
    name[250] = 0;
    while (depth < 20 && !mkdir(name, 0755) && !chdir(name))
        depth++;
    is(depth, 20);
    fails_with(ENAMETOOLONG, syscall(SYS_getcwd, text, sizeof text));
    while (depth--) {
        chdir("..");
        rmdir(name);
    }
    is_text(cwd(), "/tmp/t");
}

static void mounted(void)
{
    mkdir("m", 0755);
    chdir("m");
    mount("none", "/tmp/t/m", "tmpfs", 0, NULL);
    is_text(cwd(), "/tmp/t/m");
    is(mkdir("below", 0755), 0);
    chdir("/tmp/t/m");
    ok(!exists("below"));
    is(mkdir("above", 0755), 0);
    chdir("above");
    is_text(cwd(), "/tmp/t/m/above");
    chdir("..");
    is(umount2("/tmp/t/m", MNT_DETACH), 0);
    is_text(cwd(), "(unreachable)/");
    chdir("above");
    is_text(cwd(), "(unreachable)/above");
    is_text(link_of("/proc/self/cwd"), "/above");
    chdir("/tmp/t/m");
    ok(exists("below"));
    rmdir("below");
    chdir("/tmp/t");
    rmdir("m");
}

static void run(void)
{
    sizes();
    renamed_and_removed();
    errors();
    roots();
    too_long();
    mounted();
}
TEST_MAIN
