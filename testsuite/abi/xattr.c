/* SPDX-License-Identifier: MIT */
/* Extended attributes, as far as tmpfs keeps them: trusted.* and security.*. */
#include "who.h"

#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/xattr.h>

static char value[70000];

static void kinds(void)
{
    fails_with(EOPNOTSUPP, setxattr("f", "user.x", "1", 1, 0));
    fails_with(EOPNOTSUPP, getxattr("f", "user.x", value, 10));
    fails_with(EOPNOTSUPP, removexattr("f", "user.x"));
    fails_with(EOPNOTSUPP, setxattr("f", "nonsense", "1", 1, 0));
    fails_with(EOPNOTSUPP, setxattr("f", "other.x", "1", 1, 0));
    fails_with(EOPNOTSUPP, getxattr("f", "nonsense", value, 10));
    fails_with(EOPNOTSUPP, setxattr("f", "system.x", "1", 1, 0));
    fails_with(ENODATA, getxattr("f", "trusted.x", value, 10));
    fails_with(ENODATA, getxattr("f", "security.x", value, 10));
    fails_with(ENODATA, removexattr("f", "trusted.x"));
    is(listxattr("f", value, sizeof value), 0);
}

static void setting(void)
{
    is(setxattr("f", "trusted.x", "hello", 5, 0), 0);
    is(getxattr("f", "trusted.x", NULL, 0), 5);
    is(getxattr("f", "trusted.x", value, 5), 5);
    ok(!memcmp(value, "hello", 5));
    is(getxattr("f", "trusted.x", value, sizeof value), 5);
    fails_with(ERANGE, getxattr("f", "trusted.x", value, 4));
    fails_with(EEXIST, setxattr("f", "trusted.x", "1", 1, XATTR_CREATE));
    is(setxattr("f", "trusted.x", "12", 2, XATTR_REPLACE), 0);
    is(getxattr("f", "trusted.x", value, 5), 2);
    fails_with(ENODATA, setxattr("f", "trusted.y", "1", 1, XATTR_REPLACE));
    is(setxattr("f", "trusted.y", "", 0, XATTR_CREATE), 0);
    is(getxattr("f", "trusted.y", value, 5), 0);
    is(listxattr("f", NULL, 0), 20);
    is(listxattr("f", value, sizeof value), 20);
    ok(memmem(value, 20, "trusted.x", 10) && memmem(value, 20, "trusted.y", 10));
    fails_with(ERANGE, listxattr("f", value, 19));
    is(removexattr("f", "trusted.x"), 0);
    fails_with(ENODATA, getxattr("f", "trusted.x", value, 5));
    is(listxattr("f", value, sizeof value), 10);
    is(removexattr("f", "trusted.y"), 0);
    is(listxattr("f", value, sizeof value), 0);
    is(setxattr("f", "security.x", "1", 1, 0), 0);
    is(getxattr("f", "security.x", value, 5), 1);
    is(removexattr("f", "security.x"), 0);
}

static void errors(void)
{
    char name[300];
    memset(name, 'n', sizeof name);
    memcpy(name, "trusted.", 8);
    name[256] = 0;
    fails_with(ERANGE, setxattr("f", name, "1", 1, 0));
    name[255] = 0;
    is(setxattr("f", name, "1", 1, 0), 0);
    is(removexattr("f", name), 0);
    fails_with(ERANGE, setxattr("f", "", "1", 1, 0));
    fails_with(EINVAL, setxattr("f", "trusted.", "1", 1, 0));
    fails_with(EINVAL, setxattr("f", "trusted.x", "1", 1, 4));
    fails_with(E2BIG, setxattr("f", "trusted.x", value, 65537, 0));
    is(setxattr("f", "trusted.x", value, 65536, 0), 0);
    is(getxattr("f", "trusted.x", value, sizeof value), 65536);
    is(removexattr("f", "trusted.x"), 0);
    fails_with(EFAULT, setxattr("f", (char *)8, "1", 1, 0));
    fails_with(EFAULT, setxattr("f", "trusted.x", (char *)8, 1, 0));
    fails_with(EFAULT, setxattr((char *)8, "trusted.x", "1", 1, 0));
    fails_with(ENOENT, setxattr("none", "trusted.x", "1", 1, 0));
    fails_with(ENOENT, getxattr("none", "trusted.x", value, 1));
    fails_with(ENOENT, listxattr("none", value, 1));
    fails_with(ENOENT, removexattr("none", "trusted.x"));
    fails_with(EBADF, fsetxattr(-1, "trusted.x", "1", 1, 0));
    fails_with(EBADF, fgetxattr(-1, "trusted.x", value, 1));
    fails_with(EBADF, flistxattr(-1, value, 1));
    fails_with(EBADF, fremovexattr(-1, "trusted.x"));
}

static void places(void)
{
    int fd = open("f", O_RDONLY);
    is(fsetxattr(fd, "trusted.x", "1", 1, 0), 0);
    is(fgetxattr(fd, "trusted.x", value, 5), 1);
    is(flistxattr(fd, value, 100), 10);
    is(fremovexattr(fd, "trusted.x"), 0);
    close(fd);
    symlink("f", "link");
    is(lsetxattr("link", "trusted.x", "12", 2, 0), 0);
    is(lgetxattr("link", "trusted.x", value, 5), 2);
    fails_with(ENODATA, getxattr("link", "trusted.x", value, 5));
    is(llistxattr("link", value, 100), 10);
    is(lremovexattr("link", "trusted.x"), 0);
    unlink("link");
    mkdir("d", 0755);
    is(setxattr("d", "trusted.x", "123", 3, 0), 0);
    is(getxattr("d", "trusted.x", value, 5), 3);
    rmdir("d");
    mkfifo("fifo", 0600);
    is(setxattr("fifo", "trusted.x", "123", 3, 0), 0);
    unlink("fifo");
    fails_with(EOPNOTSUPP, getxattr("/proc/self/stat", "user.x", value, 5));
    fails_with(EOPNOTSUPP, getxattr("/proc/self/stat", "trusted.x", value, 5));
    is(listxattr("/proc/self/stat", value, 5), 0);
}

/* trusted.* is root's, and not seen by others. */
static void rights(void)
{
    setxattr("f", "trusted.x", "1", 1, 0);
    setxattr("f", "security.x", "1", 1, 0);
    become(USER, GROUP);
    fails_with(EPERM, setxattr("f", "trusted.x", "1", 1, 0));
    fails_with(ENODATA, getxattr("f", "trusted.x", value, 5));
    fails_with(EPERM, removexattr("f", "trusted.x"));
    is(getxattr("f", "security.x", value, 5), 1);
    is(listxattr("f", value, 100), 11);
    become_root();
    is(listxattr("f", value, 100), 21);
    removexattr("f", "trusted.x"), removexattr("f", "security.x");
    mkdir("m", 0755);
    mount("none", "m", "tmpfs", 0, NULL);
    make_file("m/f", 0600);
    setxattr("m/f", "trusted.x", "1", 1, 0);
    mount("none", "m", NULL, MS_REMOUNT | MS_RDONLY, NULL);
    fails_with(EROFS, setxattr("m/f", "trusted.x", "1", 1, 0));
    fails_with(EROFS, removexattr("m/f", "trusted.x"));
    is(getxattr("m/f", "trusted.x", value, 5), 1);
    umount("m"), rmdir("m");
}

/* By its descriptor a socket tells its protocol. */
static void sockets(void)
{
    const char name[] = "system.sockprotoname";
    int ends[2];
    struct sockaddr_un at = { AF_UNIX, "s" };
    socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    is(flistxattr(ends[0], NULL, 0), 21);
    is(flistxattr(ends[0], value, 21), 21);
    is_text(value, name);
    fails_with(ERANGE, flistxattr(ends[0], value, 20));
    is(fgetxattr(ends[0], name, NULL, 0), 12);
    is(fgetxattr(ends[0], name, value, 12), 12);
    is_text(value, "UNIX-STREAM");
    fails_with(ERANGE, fgetxattr(ends[0], name, value, 11));
    fails_with(EFAULT, fgetxattr(ends[0], name, (void *)8, 12));
    fails_with(EOPNOTSUPP, fgetxattr(ends[0], "system.sock", value, 12));
    fails_with(EOPNOTSUPP, fsetxattr(ends[0], name, "x", 1, 0));
    fails_with(EOPNOTSUPP, fremovexattr(ends[0], name));
    close(ends[0]), close(ends[1]);
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    is(fgetxattr(fd, name, value, 12), 5);
    is_text(value, "UNIX");
    bind(fd, (void *)&at, sizeof at);
    is(listxattr("s", value, 100), 0);
    fails_with(EOPNOTSUPP, getxattr("s", name, value, 12));
    close(fd);
    unlink("s");
    fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    is(fgetxattr(fd, name, value, 12), 5);
    close(fd);
}

static void run(void)
{
    make_file("f", 0644);
    kinds();
    setting();
    errors();
    places();
    rights();
    sockets();
}
TEST_MAIN
