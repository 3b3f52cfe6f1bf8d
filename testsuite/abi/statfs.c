/* SPDX-License-Identifier: MIT */
/* statfs, fstatfs, sync and its family. */
#include "who.h"

#include <sys/mount.h>
#include <sys/statfs.h>

static const struct {
    const char *path;
    unsigned long magic;
} kinds[] = {
    { "/proc", 0x9fa0 },
    { "/proc/self/status", 0x9fa0 },
    { "/sys", 0x62656572 },
    { "/dev/pts", 0x1cd1 },
    { "/dev/shm", 0x01021994 },
    { "/tmp/t", 0x01021994 },
};

static void types(void)
{
    struct statfs t;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        int result = statfs(kinds[i].path, &t);
        if (!tap_case(!result && (unsigned long)t.f_type == kinds[i].magic,
                kinds[i].path))
            note("magic %#lx", (unsigned long)t.f_type);
        is(t.f_namelen, 255);
        is(t.f_bsize > 0 && t.f_frsize > 0, 1);
    }
    int ends[2];
    pipe(ends);
    is(fstatfs(ends[0], &t), 0);
    is(t.f_type, 0x50495045);
    close(ends[0]), close(ends[1]);
}

static void errors(void)
{
    struct statfs t;
    make_file("f", 0644);
    fails_with(ENOENT, statfs("none", &t));
    fails_with(ENOENT, statfs("", &t));
    fails_with(ENOTDIR, statfs("f/x", &t));
    fails_with(EFAULT, syscall(SYS_statfs, (char *)8, &t));
    fails_with(EFAULT, syscall(SYS_statfs, "f", (void *)8));
    fails_with(EBADF, fstatfs(-1, &t));
    fails_with(EFAULT, syscall(SYS_fstatfs, 0, (void *)8));
}

static void counts(void)
{
    struct statfs before, after;
    mkdir("m", 0755);
    mount("none", "m", "tmpfs", 0, "size=1m,nr_inodes=100");
    statfs("m", &before);
    int fd = open("m/f", O_RDWR | O_CREAT, 0600);
    pwrite(fd, "x", 1, 0), pwrite(fd, "x", 1, 40960);
    fstatfs(fd, &after);
    is(before.f_bfree - after.f_bfree, 2);
    is(before.f_ffree - after.f_ffree, 1);
    mkdir("m/d", 0755), symlink("x", "m/l");
    statfs("m", &after);
    is(before.f_ffree - after.f_ffree, 3);
    is(before.f_bfree - after.f_bfree, 2);
    unlink("m/f"), rmdir("m/d"), unlink("m/l");
    statfs("m", &after);
    is(before.f_bfree - after.f_bfree, 2);
    is(before.f_ffree - after.f_ffree, 1);
    close(fd);
    statfs("m", &after);
    is(before.f_bfree - after.f_bfree, 0);
    is(before.f_ffree - after.f_ffree, 0);
    umount("m"), rmdir("m");
}

static void syncing(void)
{
    int fd = open("f", O_RDWR), d = open(".", O_RDONLY), ends[2];
    pipe(ends);
    int path = open("f", O_PATH), null = open("/dev/null", O_RDWR);
    is(fsync(fd), 0);
    is(fdatasync(fd), 0);
    is(syncfs(fd), 0);
    is(fsync(d), 0);
    is(fdatasync(d), 0);
    fails_with(EINVAL, fsync(ends[0]));
    fails_with(EINVAL, fdatasync(ends[1]));
    fails_with(EINVAL, fsync(null));
    is(syncfs(ends[0]), 0);
    fails_with(EBADF, fsync(-1));
    fails_with(EBADF, fsync(path));
    fails_with(EBADF, fdatasync(path));
    fails_with(EBADF, syncfs(path));
    fails_with(EBADF, syncfs(-1));
    is(sync_file_range(fd, 0, 0, 0), 0);
    is(sync_file_range(fd, 0, 100, 7), 0);
    fails_with(EINVAL, sync_file_range(fd, 0, 0, 8));
    fails_with(EINVAL, sync_file_range(fd, -1, 0, 0));
    fails_with(EINVAL, sync_file_range(fd, 0, -1, 0));
    fails_with(EBADF, sync_file_range(-1, 0, 0, 0));
    fails_with(ESPIPE, sync_file_range(ends[0], 0, 0, 2));
    sync();
    close(fd), close(d), close(path), close(null);
    close(ends[0]), close(ends[1]);
}

static void run(void)
{
    types();
    errors();
    counts();
    syncing();
}
TEST_MAIN
