/* SPDX-License-Identifier: MIT */
/* openat2: what it refuses that open lets pass, and its ways to resolve. */
#include "who.h"

#include <linux/openat2.h>
#include <sys/mount.h>

static long openat2(int at, const char *path, uint64_t flags, uint64_t mode,
    uint64_t resolve)
{
    struct open_how how = { flags, mode, resolve };
    long fd = syscall(SYS_openat2, at, path, &how, sizeof how);
    if (fd >= 0)
        close(fd);
    return fd < 0 ? -1 : 0;
}

static void sizes(void)
{
    struct {
        struct open_how how;
        uint64_t more;
    } big = { { O_RDONLY, 0, 0 }, 0 };
    long fd = syscall(SYS_openat2, AT_FDCWD, "f", &big, sizeof big);
    ok(fd >= 0);
    close(fd);
    big.more = 1;
    fails_with(E2BIG, syscall(SYS_openat2, AT_FDCWD, "f", &big, sizeof big));
    fails_with(EINVAL, syscall(SYS_openat2, AT_FDCWD, "f", &big, 16));
    fails_with(EINVAL, syscall(SYS_openat2, AT_FDCWD, "f", &big, 0));
    fails_with(E2BIG, syscall(SYS_openat2, AT_FDCWD, "f", &big, 8192));
    fails_with(EFAULT, syscall(SYS_openat2, AT_FDCWD, "f", 8, sizeof big.how));
}

static void flags(void)
{
    const int at = AT_FDCWD;
    is(openat2(at, "f", O_RDONLY, 0, 0), 0);
    fails_with(EINVAL, openat2(at, "f", 1ull << 40, 0, 0));
    fails_with(EINVAL, openat2(at, "f", 1u << 31, 0, 0));
    fails_with(EINVAL, openat2(at, "f", O_RDONLY, 0600, 0));
    is(openat2(at, "new", O_RDWR | O_CREAT, 0600, 0), 0);
    fails_with(EINVAL, openat2(at, "new", O_RDWR | O_CREAT, 0100600, 0));
    fails_with(EINVAL, openat2(at, "f", O_PATH | O_RDWR, 0, 0));
    fails_with(EINVAL, openat2(at, "f", O_PATH | O_TRUNC, 0, 0));
    is(openat2(at, "f", O_PATH | O_NOFOLLOW | O_CLOEXEC, 0, 0), 0);
    fails_with(EINVAL, openat2(at, "f", O_RDONLY, 0, 1 << 10));
    fails_with(EINVAL,
        openat2(at, "f", O_RDONLY, 0, RESOLVE_BENEATH | RESOLVE_IN_ROOT));
    is(openat2(at, ".", O_TMPFILE | O_RDWR, 0600, 0), 0);
    fails_with(EINVAL, openat2(at, ".", O_TMPFILE | O_RDONLY, 0600, 0));
    unlink("new");
}

static void beneath(void)
{
    int d = open("d", O_PATH);
    const unsigned in = RESOLVE_BENEATH;
    is(openat2(d, "e/f", O_RDONLY, 0, in), 0);
    is(openat2(d, "e/../e/f", O_RDONLY, 0, in), 0);
    is(openat2(d, ".", O_RDONLY, 0, in), 0);
    fails_with(EXDEV, openat2(d, "..", O_RDONLY, 0, in));
    fails_with(EXDEV, openat2(d, "e/../../f", O_RDONLY, 0, in));
    fails_with(EXDEV, openat2(d, "/tmp/t/d/e/f", O_RDONLY, 0, in));
    fails_with(EXDEV, openat2(d, "absolute", O_RDONLY, 0, in));
    fails_with(EXDEV, openat2(d, "up", O_RDONLY, 0, in));
    is(openat2(d, "inner", O_RDONLY, 0, in), 0);
    is(openat2(d, "absolute", O_PATH | O_NOFOLLOW, 0, in), 0);
    is(openat2(d, "fresh", O_RDWR | O_CREAT, 0600, in), 0);
    fails_with(EXDEV, openat2(d, "../fresh", O_RDWR | O_CREAT, 0600, in));
    ok(!exists("fresh"));
    unlink("d/fresh");
    close(d);
}

static void in_root(void)
{
    int d = open("d", O_PATH);
    const unsigned in = RESOLVE_IN_ROOT;
    is(openat2(d, "/e/f", O_RDONLY, 0, in), 0);
    is(openat2(d, "../../../e/f", O_RDONLY, 0, in), 0);
    fails_with(ENOENT, openat2(d, "/tmp/t/f", O_RDONLY, 0, in));
    is(openat2(d, "rooted", O_RDONLY, 0, in), 0);
    fails_with(ENOENT, openat2(d, "absolute", O_RDONLY, 0, in));
    close(d);
}

static void links(void)
{
    char magic[64];
    const int at = AT_FDCWD;
    int f = open("f", O_RDONLY);
    snprintf(magic, sizeof magic, "/proc/self/fd/%d", f);
    const unsigned none = RESOLVE_NO_SYMLINKS, plain = RESOLVE_NO_MAGICLINKS;
    fails_with(ELOOP, openat2(at, "d/inner", O_RDONLY, 0, none));
    fails_with(ELOOP, openat2(at, "to-d/e/f", O_RDONLY, 0, none));
    is(openat2(at, "d/inner", O_PATH | O_NOFOLLOW, 0, none), 0);
    is(openat2(at, "d/e/f", O_RDONLY, 0, none), 0);
    is(openat2(at, "d/inner", O_RDONLY, 0, plain), 0);
    is(openat2(at, magic, O_RDONLY, 0, 0), 0);
    fails_with(ELOOP, openat2(at, magic, O_RDONLY, 0, plain));
    fails_with(ELOOP, openat2(at, "/proc/self/exe", O_RDONLY, 0, plain));
    is(openat2(at, "/proc/self/stat", O_RDONLY, 0, plain), 0);
    fails_with(EXDEV, openat2(at, magic, O_RDONLY, 0, RESOLVE_BENEATH));
    close(f);
}

static void mounts(void)
{
    const int at = AT_FDCWD;
    const unsigned here = RESOLVE_NO_XDEV;
    mkdir("m", 0755);
    mount("none", "m", "tmpfs", 0, NULL);
    make_file("m/f", 0644);
    fails_with(EXDEV, openat2(at, "m", O_RDONLY, 0, here));
    fails_with(EXDEV, openat2(at, "m/f", O_RDONLY, 0, here));
    fails_with(EXDEV, openat2(at, "m/new", O_RDWR | O_CREAT, 0600, here));
    fails_with(EXDEV, openat2(at, "/tmp/t/f", O_RDONLY, 0, here));
    is(openat2(at, "d/../f", O_RDONLY, 0, here), 0);
    int m = open("m", O_PATH);
    is(openat2(m, "f", O_RDONLY, 0, here), 0);
    fails_with(EXDEV, openat2(m, "../f", O_RDONLY, 0, here));
    close(m);
    umount("m");
    rmdir("m");
}

static void cached(void)
{
    const int at = AT_FDCWD;
    const unsigned in = RESOLVE_CACHED;
    is(openat2(at, "f", O_RDONLY, 0, in), 0);
    fails_with(EAGAIN, openat2(at, "f", O_RDWR | O_CREAT, 0600, in));
    fails_with(EAGAIN, openat2(at, "f", O_RDWR | O_TRUNC, 0, in));
    fails_with(EAGAIN, openat2(at, ".", O_RDWR | O_TMPFILE, 0600, in));
}

static void run(void)
{
    make_file("f", 0644);
    mkdir("d", 0755), mkdir("d/e", 0755);
    make_file("d/e/f", 0644);
    symlink("/tmp/t/f", "d/absolute");
    symlink("../f", "d/up");
    symlink("e/f", "d/inner");
    symlink("/e/f", "d/rooted");
    symlink("d", "to-d");
    sizes();
    flags();
    beneath();
    in_root();
    links();
    mounts();
    cached();
}
TEST_MAIN
