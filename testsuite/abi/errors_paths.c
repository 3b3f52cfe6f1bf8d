/* SPDX-License-Identifier: MIT */
/* Errors of the calls that take paths which other tests see through another call
 * of the family, or not at all: where nothing can be made, what is read only,
 * full, sealed, in use or another's. */
#include "who.h"

#include <linux/fs.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/un.h>
#include <utime.h>

#define raw(name, ...) syscall(SYS_##name, ##__VA_ARGS__)
enum { HERE = AT_FDCWD, NO_REPLACE = 1, EXCHANGE = 2, WHITEOUT = 4 };

/* Directories of file systems in which programs make nothing. */
static void nothing_made(void)
{
    mkdir("pts", 0755);
    mount("none", "pts", "devpts", 0, NULL);
    fails_with(EPERM, raw(mkdirat, HERE, "pts/x", 0700));
    fails_with(EPERM, raw(mknodat, HERE, "pts/x", S_IFIFO | 0600, 0));
    fails_with(EPERM, raw(symlinkat, "x", HERE, "pts/x"));
    fails_with(EPERM, raw(linkat, HERE, "pts/ptmx", HERE, "pts/x", 0));
    fails_with(EPERM, raw(unlinkat, HERE, "pts/ptmx", 0));
    fails_with(ENOTDIR, raw(unlinkat, HERE, "pts/ptmx", AT_REMOVEDIR));
    fails_with(EPERM, raw(renameat, HERE, "pts/ptmx", HERE, "pts/x"));
    fails_with(EPERM, raw(renameat2, HERE, "pts/ptmx", HERE, "pts/x", 1));
    fails_with(EACCES, raw(openat, HERE, "pts/x", O_CREAT | O_RDWR, 0600));
    fails_with(EOPNOTSUPP, raw(openat, HERE, "pts", O_TMPFILE | O_RDWR, 0600));
    fails_with(EPERM, raw(mkdirat, HERE, "/sys/x", 0700));
    fails_with(EPERM, raw(symlinkat, "x", HERE, "/sys/x"));
    fails_with(EOPNOTSUPP, raw(openat, HERE, "/sys", O_TMPFILE | O_RDWR, 0600));
    fails_with(ENOENT, raw(mkdirat, HERE, "/proc/x", 0700));
    fails_with(ENOENT, raw(symlinkat, "x", HERE, "/proc/x"));
    fails_with(ENOENT, raw(openat, HERE, "/proc/x", O_CREAT | O_RDWR, 0600));
    fails_with(EEXIST, raw(mkdirat, HERE, "/proc/self", 0700));
    fails_with(EPERM, raw(unlinkat, HERE, "/proc/version", 0));
    fails_with(EPERM, raw(unlinkat, HERE, "/proc/self", 0));
    fails_with(EPERM, raw(renameat, HERE, "/proc/stat", HERE, "/proc/version"));
#ifdef SYS_open
    fails_with(EPERM, raw(mkdir, "pts/x", 0700));
    fails_with(EPERM, raw(symlink, "x", "pts/x"));
    fails_with(EPERM, raw(link, "pts/ptmx", "pts/x"));
    fails_with(EPERM, raw(unlink, "pts/ptmx"));
    fails_with(EPERM, raw(rename, "pts/ptmx", "pts/x"));
    fails_with(EPERM, raw(mknod, "pts/x", S_IFIFO | 0600, 0));
    fails_with(EACCES, raw(creat, "pts/x", 0600));
#endif
    umount("pts"), rmdir("pts");
}

static void read_only(void)
{
    mkdir("fixed", 0755);
    mount("none", "fixed", "tmpfs", 0, NULL);
    make_file("fixed/f", 0644), mkdir("fixed/d", 0755);
    mount("none", "fixed", NULL, MS_REMOUNT | MS_RDONLY, NULL);
    fails_with(EROFS, raw(renameat, HERE, "fixed/f", HERE, "fixed/g"));
    fails_with(EROFS, raw(renameat, HERE, "fixed/g", HERE, "fixed/h"));
    fails_with(EROFS, raw(renameat2, HERE, "fixed/f", HERE, "fixed/g", 0));
    fails_with(EROFS, raw(renameat2, HERE, "fixed/f", HERE, "fixed/d", 2));
    fails_with(EROFS, raw(linkat, HERE, "fixed/f", HERE, "fixed/g", 0));
    fails_with(EROFS, raw(faccessat, HERE, "fixed/f", W_OK));
    fails_with(EROFS, raw(faccessat, HERE, "fixed/d", W_OK));
    is(raw(faccessat, HERE, "fixed/f", R_OK), 0);
    fails_with(EROFS, raw(unlinkat, HERE, "fixed/d", AT_REMOVEDIR));
    fails_with(EROFS, raw(openat, HERE, "fixed", O_TMPFILE | O_RDWR, 0600));
    fails_with(EEXIST, raw(mkdirat, HERE, "fixed/d", 0700));
    fails_with(EEXIST, raw(symlinkat, "x", HERE, "fixed/f"));
    fails_with(EEXIST, raw(linkat, HERE, "fixed/f", HERE, "fixed/d", 0));
    int fd = open("fixed/f", O_RDONLY);
    fails_with(EROFS, raw(fchmod, fd, 0600));
    fails_with(EROFS, raw(fchown, fd, 0, 0));
    fails_with(EROFS, raw(utimensat, fd, NULL, NULL, 0));
    close(fd);
#ifdef SYS_open
    fails_with(EROFS, raw(rename, "fixed/f", "fixed/g"));
    fails_with(EROFS, raw(link, "fixed/f", "fixed/g"));
    fails_with(EROFS, raw(access, "fixed/f", W_OK));
#endif
    umount("fixed"), rmdir("fixed");
}

/* No room for one more inode. */
static void full(void)
{
    mkdir("top", 0755);
    mount("none", "top", "tmpfs", 0, "nr_inodes=3");
    make_file("top/one", 0600), mkdir("top/two", 0700);
    fails_with(ENOSPC, raw(linkat, HERE, "top/one", HERE, "top/x", 0));
    fails_with(ENOSPC, raw(openat, HERE, "top", O_TMPFILE | O_RDWR, 0600));
    is(raw(renameat, HERE, "top/one", HERE, "top/x"), 0);
#ifdef SYS_open
    fails_with(ENOSPC, raw(creat, "top/y", 0600));
    fails_with(ENOSPC, raw(mknod, "top/y", S_IFIFO | 0600, 0));
    fails_with(ENOSPC, raw(symlink, "x", "top/y"));
#endif
    umount("top"), rmdir("top");
}

static void kinds(void)
{
    mkdir("empty", 0755), mkdir("full", 0755), mkdir("full/in", 0755);
    make_file("file", 0644);
    fails_with(EISDIR, raw(renameat2, HERE, "file", HERE, "empty", 0));
    fails_with(EEXIST, raw(renameat2, HERE, "file", HERE, "empty", NO_REPLACE));
    fails_with(ENOTDIR, raw(renameat2, HERE, "empty", HERE, "file", 0));
    fails_with(ENOTEMPTY, raw(renameat2, HERE, "empty", HERE, "full", 0));
    fails_with(ENOTEMPTY, raw(renameat2, HERE, "full/in", HERE, "full", 0));
    fails_with(EINVAL, raw(renameat2, HERE, "full", HERE, "full/in/x", 0));
    fails_with(EINVAL, raw(renameat2, HERE, "full", HERE, "full/in", EXCHANGE));
    fails_with(EINVAL, raw(renameat2, HERE, "full/in", HERE, "full", EXCHANGE));
    fails_with(EISDIR, raw(openat, HERE, "empty", O_WRONLY));
    fails_with(EISDIR, raw(openat, HERE, "empty", O_RDONLY | O_TRUNC));
    fails_with(EISDIR, raw(openat, HERE, "x/", O_CREAT | O_RDWR, 0600));
    fails_with(EINVAL, raw(mknodat, HERE, "new", S_IFMT | 0600, 0));
    fails_with(EINVAL, raw(mknodat, HERE, "new", S_IFLNK | 0600, 0));
    fails_with(EPERM, raw(mknodat, HERE, "new", S_IFDIR | 0600, 0));
    fails_with(EINVAL, raw(faccessat, HERE, "file", 8));
    fails_with(EINVAL, raw(openat, HERE, ".", O_TMPFILE | O_RDONLY, 0600));
#ifdef SYS_open
    fails_with(EISDIR, raw(creat, "empty", 0600));
    fails_with(EISDIR, raw(creat, "x/", 0600));
    fails_with(EINVAL, raw(mknod, "new", S_IFMT | 0600, 0));
#endif
    rmdir("empty"), rmdir("full/in"), rmdir("full"), unlink("file");
}

/* Files that are there and cannot be opened to be written. */
static void not_writable(void)
{
    struct sockaddr_un name = { AF_UNIX, "socket" };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    bind(fd, (void *)&name, sizeof name);
    close(fd);
    mknod("nothing", S_IFCHR | 0600, makedev(4000, 77));
    mknod("block", S_IFBLK | 0600, makedev(4000, 77));
    mkfifo("fifo", 0600);
    const int how = O_WRONLY | O_CREAT | O_TRUNC;
    fails_with(ENXIO, raw(openat, HERE, "socket", how, 0600));
    fails_with(ENXIO, raw(openat, HERE, "nothing", how, 0600));
    fails_with(ENXIO, raw(openat, HERE, "block", how, 0600));
    fails_with(ENXIO, raw(openat, HERE, "fifo", how | O_NONBLOCK, 0600));
    fails_with(ETXTBSY, raw(openat, HERE, "/proc/self/exe", O_WRONLY));
    fails_with(ETXTBSY, raw(openat, HERE, "/proc/self/exe", how, 0600));
    fails_with(EINVAL, raw(truncate, "fifo", 0l));
    fails_with(EINVAL, raw(truncate, "nothing", 0l));
#ifdef SYS_open
    fails_with(ENXIO, raw(creat, "socket", 0600));
    fails_with(ENXIO, raw(creat, "nothing", 0600));
    fails_with(ETXTBSY, raw(creat, "/proc/self/exe", 0600));
#endif
    unlink("socket"), unlink("nothing"), unlink("block"), unlink("fifo");
}

/* By its link in /proc. */
static void sealed(void)
{
    char path[32];
    int fd = memfd_create("sealed", MFD_ALLOW_SEALING);
    write(fd, "hello", 5);
    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    fails_with(EPERM, raw(truncate, path, 4l));
    is(raw(truncate, path, 5l), 0);
    is(raw(truncate, path, 6l), 0);
    fcntl(fd, F_ADD_SEALS, F_SEAL_GROW);
    fails_with(EPERM, raw(truncate, path, 7l));
    fails_with(EPERM, raw(openat, HERE, path, O_WRONLY | O_TRUNC));
    fails_with(EPERM, raw(fallocate, fd, 0, 0l, 7l));
    is(raw(fallocate, fd, 0, 0l, 6l), 0);
#ifdef SYS_open
    fails_with(EPERM, raw(creat, path, 0600));
#endif
    fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE);
    fails_with(EPERM, raw(openat, HERE, path, O_WRONLY | O_TRUNC));
    fails_with(EPERM, raw(fallocate, fd, 3, 0l, 6l));
    int again = raw(openat, HERE, path, O_RDWR);
    ok(again >= 0);
    fails_with(EPERM, raw(pwrite64, again, "x", 1l, 0l));
    close(again), close(fd);
}

static void anothers(void)
{
    struct timespec times[2] = { { 1, 0 }, { 2, 0 } };
    make_file("roots", 0666);
    make_directory_of("closed", 0700, 0, 0);
    make_file("closed/x", 0666);
    symlink("roots", "link");
    int fd = open("roots", O_RDONLY);
    become(USER, GROUP);
    fails_with(EPERM, raw(openat, HERE, "roots", O_RDONLY | O_NOATIME));
    fails_with(EPERM, raw(fchownat, HERE, "link", USER, -1,
        AT_SYMLINK_NOFOLLOW));
    fails_with(EPERM, raw(fchownat, fd, "", USER, -1, AT_EMPTY_PATH));
    fails_with(EPERM, raw(fchmod, fd, 0600));
    fails_with(EPERM, raw(fchown, fd, USER, -1));
    fails_with(EPERM, raw(utimensat, HERE, "roots", times, 0));
    is(raw(utimensat, HERE, "roots", NULL, 0), 0);
#ifdef SYS_open
    struct utimbuf seconds = { 1, 2 };
    struct timeval fine[2] = { { 1, 0 }, { 2, 0 } };
    fails_with(EPERM, raw(utime, "roots", &seconds));
    fails_with(EPERM, raw(utimes, "roots", fine));
    fails_with(EPERM, raw(futimesat, HERE, "roots", fine));
    fails_with(EPERM, raw(lchown, "link", USER, -1));
    fails_with(EPERM, raw(chown, "link", USER, -1));
    is(raw(utime, "roots", NULL), 0);
#endif
    become_root();
    setresuid(USER, 0, 0); /* by the real one */
    fails_with(EACCES, raw(faccessat, HERE, "closed/x", R_OK));
    fails_with(EACCES, raw(faccessat, HERE, "roots", X_OK));
    fails_with(EACCES, raw(faccessat2, HERE, "closed", W_OK, 0));
    is(raw(faccessat2, HERE, "closed", W_OK, AT_EACCESS), 0);
    setresuid(0, 0, 0);
    close(fd);
    unlink("roots"), unlink("link"), unlink("closed/x"), rmdir("closed");
}

static void handles(void)
{
    char space[sizeof(struct file_handle) + 128];
    struct file_handle *handle = (void *)space;
    int mount_id;
    symlink("round", "round");
    handle->handle_bytes = 128;
    fails_with(ELOOP, raw(name_to_handle_at, HERE, "round", handle, &mount_id,
        AT_SYMLINK_FOLLOW));
    fails_with(ELOOP, raw(name_to_handle_at, HERE, "round/x", handle,
        &mount_id, 0));
    is(raw(name_to_handle_at, HERE, "round", handle, &mount_id, 0), 0);
    int here = open(".", O_RDONLY);
    fails_with(ELOOP, raw(open_by_handle_at, here, handle, O_RDONLY));
    unlink("round");
    close(here);
}

#ifdef SYS_getdents
static void old_getdents(void)
{
    char space[256];
    mkdir("gone", 0700);
    make_file("file", 0600);
    int gone = open("gone", O_RDONLY), file = open("file", O_RDONLY);
    rmdir("gone");
    fails_with(EBADF, raw(getdents, -1, space, sizeof space));
    fails_with(EBADF, raw(getdents, 99, space, sizeof space));
    fails_with(ENOTDIR, raw(getdents, file, space, sizeof space));
    fails_with(ENOENT, raw(getdents, gone, space, sizeof space));
    close(gone), close(file), unlink("file");
}
#else
static void old_getdents(void) {}
#endif

static void run(void)
{
    nothing_made();
    read_only();
    full();
    kinds();
    not_writable();
    sealed();
    anothers();
    handles();
    old_getdents();
}
TEST_MAIN
