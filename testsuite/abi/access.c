/* SPDX-License-Identifier: MIT */
/* access, faccessat, faccessat2. */
#include "who.h"

#include <sys/mount.h>

static long faccessat2(int at, const char *path, int mode, int flags)
{
    return syscall(SYS_faccessat2, at, path, mode, flags);
}

static void arguments(void)
{
    make_file("f", 0644);
    is(access("f", F_OK), 0);
    is(access("f", R_OK | W_OK), 0);
    fails_with(EINVAL, access("f", 8));
    fails_with(EINVAL, access("f", -1));
    fails_with(ENOENT, access("none", F_OK));
    fails_with(ENOENT, access("", F_OK));
    fails_with(ENOTDIR, access("f/x", F_OK));
    fails_with(EFAULT, access((char *)8, F_OK));
    fails_with(EBADF, syscall(SYS_faccessat, -1, "f", F_OK));
    is(syscall(SYS_faccessat, -1, "/tmp", F_OK), 0);
    fails_with(EINVAL, faccessat2(AT_FDCWD, "f", F_OK, 0x2000));
    fails_with(EINVAL, faccessat2(AT_FDCWD, "f", 8, 0));
    int fd = open("f", O_RDONLY);
    is(faccessat2(fd, "", R_OK, AT_EMPTY_PATH), 0);
    fails_with(ENOENT, faccessat2(fd, "", R_OK, 0));
    fails_with(ENOTDIR, faccessat2(fd, "x", R_OK, 0));
    close(fd);
    symlink("none", "link");
    fails_with(ENOENT, faccessat2(AT_FDCWD, "link", F_OK, 0));
    is(faccessat2(AT_FDCWD, "link", F_OK, AT_SYMLINK_NOFOLLOW), 0);
    unlink("link");
    symlink("loop", "loop");
    fails_with(ELOOP, access("loop", F_OK));
    unlink("loop");
}

static void root(void)
{
    make_file("f", 0);
    is(access("f", R_OK | W_OK), 0);
    fails_with(EACCES, access("f", X_OK));
    chmod("f", 0001);
    is(access("f", X_OK), 0);
    mkdir("d", 0);
    is(access("d", R_OK | W_OK | X_OK), 0);
    rmdir("d");
    chmod("f", 0644);
}

/* The real ids count, unless AT_EACCESS. */
static void real_and_effective(void)
{
    make_file_of("f", 0600, OTHER, OTHER_GROUP);
    become(USER, GROUP);
    is(access("f", R_OK), 0); /* really, root */
    fails_with(EACCES, faccessat2(AT_FDCWD, "f", R_OK, AT_EACCESS));
    is(faccessat2(AT_FDCWD, "f", F_OK, AT_EACCESS), 0);
    become_root();
    setresuid(USER, 0, 0);
    setresgid(GROUP, 0, 0);
    fails_with(EACCES, access("f", R_OK));
    is(access("f", F_OK), 0);
    is(faccessat2(AT_FDCWD, "f", R_OK, AT_EACCESS), 0);
    setresuid(0, 0, 0);
    setresgid(0, 0, 0);
}

static void as_user(void *data)
{
    (void)data;
    static const struct {
        mode_t mode;
        uid_t uid;
        gid_t gid;
        int asked, error;
    } cases[] = {
        { 0400, USER, GROUP, R_OK, 0 },
        { 0400, USER, GROUP, W_OK, EACCES },
        { 0100, USER, GROUP, X_OK, 0 },
        { 0600, USER, GROUP, R_OK | W_OK | X_OK, EACCES },
        { 0040, OTHER, GROUP, R_OK, 0 },
        { 0606, OTHER, GROUP, R_OK, EACCES },
        { 0006, OTHER, OTHER_GROUP, R_OK | W_OK, 0 },
        { 0770, OTHER, OTHER_GROUP, R_OK, EACCES },
        { 0, OTHER, OTHER_GROUP, F_OK, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        become_root();
        make_file_of("p", cases[i].mode, cases[i].uid, cases[i].gid);
        setresgid(GROUP, GROUP, 0);
        setresuid(USER, USER, 0);
        int error = access("p", cases[i].asked) ? errno : 0;
        setresuid(0, 0, 0);
        setresgid(0, 0, 0);
        unlink("p");
        if (error != cases[i].error)
            _exit(i + 1);
    }
}

static void read_only(void)
{
    mkdir("ro", 0755);
    mount("none", "ro", "tmpfs", 0, NULL);
    make_file("ro/f", 0777);
    mkfifo("ro/fifo", 0666);
    mount("none", "ro", NULL, MS_REMOUNT | MS_RDONLY, NULL);
    fails_with(EROFS, access("ro/f", W_OK));
    fails_with(EROFS, access("ro", W_OK));
    is(access("ro/f", R_OK | X_OK), 0);
    is(access("ro/fifo", W_OK), 0);
    mount("none", "ro", NULL, MS_REMOUNT | MS_NOEXEC, NULL);
    is(access("ro/f", W_OK), 0);
    fails_with(EACCES, access("ro/f", X_OK));
    is(access("ro", X_OK), 0);
    umount("ro");
    rmdir("ro");
    fails_with(ETXTBSY, open("/proc/self/exe", O_WRONLY));
    is(access("/proc/self/exe", W_OK), 0);
}

static void run(void)
{
    arguments();
    root();
    real_and_effective();
    is(in_child(as_user, NULL), 0);
    read_only();
}
TEST_MAIN
