/* SPDX-License-Identifier: MIT */
/* O_PATH: a descriptor that is only a place; and O_TMPFILE: a file that is in
 * no place. */
#include "cpu.h"
#include "who.h"

#include <poll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/statfs.h>
#include <sys/xattr.h>
#include <sys/time.h>


static char proc_path[64];

static const char *proc_of(int fd)
{
    snprintf(proc_path, sizeof proc_path, "/proc/self/fd/%d", fd);
    return proc_path;
}

static void what_a_place_refuses(void)
{
    char byte;
    struct stat status;
    int fd = open("f", O_PATH);
    ok(fd >= 0);
    is(syscall(SYS_fcntl, fd, F_GETFL) & ~LARGE, O_PATH);
    fails_with(EBADF, read(fd, &byte, 1));
    fails_with(EBADF, write(fd, "x", 1));
    fails_with(EBADF, lseek(fd, 0, SEEK_SET));
    fails_with(EBADF, ftruncate(fd, 0));
    fails_with(EBADF, fsync(fd));
    fails_with(EBADF, fallocate(fd, 0, 0, 10));
    fails_with(EBADF, ioctl(fd, FIONREAD, &byte));
    fails_with(EBADF, syscall(SYS_fchmod, fd, 0600));
    fails_with(EBADF, syscall(SYS_fchown, fd, 0, 0));
    fails_with(EBADF, syscall(SYS_utimensat, fd, NULL, NULL, 0));
    fails_with(EBADF, flock(fd, LOCK_SH));
    fails_with(EBADF, fcntl(fd, F_SETFL, O_APPEND));
    fails_with(EBADF, fcntl(fd, F_SETOWN, 1));
    struct flock lock = { .l_type = F_RDLCK };
    fails_with(EBADF, fcntl(fd, F_GETLK, &lock));
    fails_with(EBADF, fgetxattr(fd, "user.x", &byte, 1));
    fails_with(EBADF, mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0));
    fails_with(EBADF, syscall(SYS_getdents64, fd, &byte, 1));
    is(posix_fadvise(fd, 0, 0, 0), EBADF);
    fails_with(EBADF, dup3(-1, fd, 0));
    is(fstat(fd, &status), 0);
    ok(S_ISREG(status.st_mode));
    struct statfs totals;
    is(fstatfs(fd, &totals), 0);
    struct pollfd item = { fd, POLLIN | POLLOUT, 0 };
    is(poll(&item, 1, 0), 1);
    is(item.revents, POLLNVAL);
    is(fcntl(fd, F_GETFD), 0);
    is(fcntl(fd, F_SETFD, FD_CLOEXEC), 0);
    is(fcntl(fd, F_GETFD), FD_CLOEXEC);
    int copy = dup(fd);
    is(syscall(SYS_fcntl, copy, F_GETFL) & ~LARGE, O_PATH);
    close(copy);
    fails_with(ENOTDIR, fchdir(fd));
    fails_with(ENOTDIR, openat(fd, "x", O_RDONLY));
    close(fd);
}

static void what_a_place_allows(void)
{
    struct stat status;
    int fd = open("d", O_PATH);
    is(fchdir(fd), 0);
    chdir("..");
    int inside = openat(fd, "g", O_RDWR | O_CREAT, 0600);
    ok(inside >= 0);
    close(inside);
    is(fstatat(fd, "", &status, AT_EMPTY_PATH), 0);
    ok(S_ISDIR(status.st_mode));
    is(unlinkat(fd, "g", 0), 0);
    close(fd);
    fails_with(ENOTDIR, open("f", O_PATH | O_DIRECTORY));
    fd = open("d", O_PATH | O_DIRECTORY);
    is(syscall(SYS_fcntl, fd, F_GETFL) & ~LARGE, O_PATH | O_DIRECTORY);
    close(fd);
    /* Other flags are not looked at, and nothing is made. */
    fails_with(ENOENT, open("none", O_PATH | O_CREAT, 0600));
    fd = open("f", O_PATH | O_TRUNC | O_RDWR | O_APPEND);
    is(syscall(SYS_fcntl, fd, F_GETFL) & ~LARGE, O_PATH);
    is(size_of("f"), 3);
    is(fcntl(fd, F_GETFD), 0);
    /* Opened anew through /proc. */
    int real = open(proc_of(fd), O_RDONLY);
    char text[4] = "";
    is(read(real, text, 3), 3);
    is_text(text, "abc");
    close(real), close(fd);
    fd = open("f", O_PATH | O_CLOEXEC);
    is(fcntl(fd, F_GETFD), FD_CLOEXEC);
    close(fd);
}

static void links_as_places(void)
{
    struct stat status;
    char text[16] = "";
    symlink("f", "link");
    int fd = open("link", O_PATH | O_NOFOLLOW);
    ok(fd >= 0);
    is(fstat(fd, &status), 0);
    ok(S_ISLNK(status.st_mode));
    is(readlinkat(fd, "", text, sizeof text), 1);
    is_text(text, "f");
    fails_with(ELOOP, open(proc_of(fd), O_RDONLY));
    is(fchownat(fd, "", 5, 6, AT_EMPTY_PATH), 0);
    lstat("link", &status);
    is(status.st_uid, 5);
    close(fd);
    fd = open("link", O_PATH);
    fstat(fd, &status);
    ok(S_ISREG(status.st_mode));
    fails_with(ENOENT, readlinkat(fd, "", text, sizeof text));
    close(fd);
    fails_with(ENOTDIR, open("link", O_PATH | O_NOFOLLOW | O_DIRECTORY));
    unlink("link");
    mknod("sock", S_IFSOCK | 0600, 0);
    fd = open("sock", O_PATH);
    ok(fd >= 0);
    close(fd);
    unlink("sock");
}

static void places_without_rights(void)
{
    char byte;
    make_file_of("private", 0600, OTHER, OTHER_GROUP);
    become(USER, GROUP);
    int fd = open("private", O_PATH);
    ok(fd >= 0);
    fails_with(EACCES, open(proc_of(fd), O_RDONLY));
    fails_with(EBADF, read(fd, &byte, 1));
    fails_with(EPERM, fchmodat(AT_FDCWD, proc_of(fd), 0666, 0));
    close(fd);
    become_root();
    unlink("private");
}

static void unnamed_files(void)
{
    struct stat status;
    int fd = open(".", O_TMPFILE | O_RDWR, 0666);
    ok(fd >= 0);
    fstat(fd, &status);
    is(status.st_nlink, 0);
    is(status.st_mode, S_IFREG | 0644);
    is(status.st_size, 0);
    is(syscall(SYS_fcntl, fd, F_GETFL) & ~LARGE, O_TMPFILE | O_RDWR);
    is(write(fd, "hello", 5), 5);
    is(linkat(AT_FDCWD, proc_of(fd), AT_FDCWD, "named", AT_SYMLINK_FOLLOW), 0);
    is(links_of("named"), 1);
    is(size_of("named"), 5);
    is(linkat(fd, "", AT_FDCWD, "again", AT_EMPTY_PATH), 0);
    is(links_of("named"), 2);
    fails_with(
        EEXIST, linkat(fd, "", AT_FDCWD, "again", AT_EMPTY_PATH));
    unlink("named"), unlink("again");
    fstat(fd, &status);
    is(status.st_nlink, 0);
    fails_with(ENOENT, linkat(fd, "", AT_FDCWD, "third", AT_EMPTY_PATH));
    close(fd);
    fd = open(".", O_TMPFILE | O_RDWR | O_EXCL, 0600);
    ok(fd >= 0);
    fails_with(ENOENT, linkat(fd, "", AT_FDCWD, "x", AT_EMPTY_PATH));
    fails_with(ENOENT,
        linkat(AT_FDCWD, proc_of(fd), AT_FDCWD, "x", AT_SYMLINK_FOLLOW));
    close(fd);
    fd = open(".", O_TMPFILE | O_WRONLY, 0600);
    ok(fd >= 0);
    char byte;
    fails_with(EBADF, read(fd, &byte, 1));
    close(fd);
}

static void unnamed_errors(void)
{
    fails_with(EINVAL, open(".", O_TMPFILE | O_RDONLY, 0600));
    fails_with(EINVAL, open(".", O_TMPFILE | O_RDWR | O_CREAT, 0600));
    fails_with(EINVAL, open(".", (O_TMPFILE & ~O_DIRECTORY) | O_RDWR, 0600));
    fails_with(ENOTDIR, open("f", O_TMPFILE | O_RDWR, 0600));
    fails_with(ENOTDIR, open("f", O_TMPFILE | 3, 0600));
    int fd = open(".", O_TMPFILE | 3, 0600);
    ok(fd >= 0);
    fails_with(EBADF, read(fd, "", 1));
    fails_with(EBADF, write(fd, "", 1));
    close(fd);
    fails_with(ENOENT, open("none", O_TMPFILE | O_RDWR, 0600));
    fails_with(EOPNOTSUPP, open("/proc", O_TMPFILE | O_RDWR, 0600));
    fails_with(EOPNOTSUPP, open("/sys", O_TMPFILE | O_RDWR, 0600));
    make_directory_of("closed", 0555, OTHER, OTHER_GROUP);
    become(USER, GROUP);
    fails_with(EACCES, open("closed", O_TMPFILE | O_RDWR, 0600));
    become_root();
    rmdir("closed");
    symlink("d", "link");
    fails_with(ENOTDIR, open("link", O_TMPFILE | O_RDWR | O_NOFOLLOW, 0600));
    fd = open("link", O_TMPFILE | O_RDWR, 0600);
    ok(fd >= 0);
    close(fd);
    unlink("link");
}

/* Only who may search everything links a descriptor by its number. */
static void linking_needs_rights(void)
{
    chmod(".", 0777);
    become(USER, GROUP);
    int fd = open(".", O_TMPFILE | O_RDWR, 0600);
    ok(fd >= 0);
    fails_with(ENOENT, linkat(fd, "", AT_FDCWD, "named", AT_EMPTY_PATH));
    is(linkat(AT_FDCWD, proc_of(fd), AT_FDCWD, "named", AT_SYMLINK_FOLLOW), 0);
    close(fd);
    is(unlink("named"), 0);
    become_root();
}

static void run(void)
{
    umask(022);
    make_file("f", 0644);
    write(open("f", O_WRONLY), "abc", 3);
    mkdir("d", 0755);
    what_a_place_refuses();
    what_a_place_allows();
    links_as_places();
    places_without_rights();
    unnamed_files();
    unnamed_errors();
    linking_needs_rights();
}
TEST_MAIN
