/* SPDX-License-Identifier: MIT */
/* open, openat, creat: each flag, and each error of open(2). */
#include "cpu.h"
#include "who.h"

#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/sysmacros.h>


static int flags_of(int fd)
{
    return syscall(SYS_fcntl, fd, F_GETFL) & ~LARGE;
}

/* What F_GETFL gives back after an open with the flag. */
static const struct {
    const char *text;
    int flags, seen;
} rows[] = {
    { "O_RDONLY", O_RDONLY, O_RDONLY },
    { "O_WRONLY", O_WRONLY, O_WRONLY },
    { "O_RDWR", O_RDWR, O_RDWR },
    { "O_CREAT goes", O_RDWR | O_CREAT, O_RDWR },
    { "O_TRUNC goes", O_RDWR | O_TRUNC, O_RDWR },
    { "O_EXCL alone goes", O_RDWR | O_EXCL, O_RDWR },
    { "O_NOCTTY goes", O_RDWR | O_NOCTTY, O_RDWR },
    { "O_CLOEXEC is the descriptor's", O_RDWR | O_CLOEXEC, O_RDWR },
    { "O_APPEND", O_RDWR | O_APPEND, O_RDWR | O_APPEND },
    { "O_NONBLOCK", O_RDONLY | O_NONBLOCK, O_RDONLY | O_NONBLOCK },
    { "O_DSYNC", O_WRONLY | O_DSYNC, O_WRONLY | O_DSYNC },
    { "O_SYNC", O_WRONLY | O_SYNC, O_WRONLY | O_SYNC },
    { "O_NOATIME", O_RDONLY | O_NOATIME, O_RDONLY | O_NOATIME },
    { "O_NOFOLLOW", O_RDONLY | O_NOFOLLOW, O_RDONLY | O_NOFOLLOW },
};

static void flags_seen(void)
{
    make_file("f", 0644);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int fd = open("f", rows[i].flags, 0644);
        int seen = flags_of(fd);
        if (!tap_case(fd >= 0 && seen == rows[i].seen, rows[i].text))
            note("fd %d flags %#o, expected %#o", fd, seen, rows[i].seen);
        close(fd);
    }
    int fd = open("f", O_RDWR | O_CLOEXEC);
    is(fcntl(fd, F_GETFD), FD_CLOEXEC);
    close(fd);
    fd = open("f", O_RDWR);
    is(fcntl(fd, F_GETFD), 0);
    ok(syscall(SYS_fcntl, fd, F_GETFL) & LARGE);
    close(fd);
    fd = open(".", O_RDONLY | O_DIRECTORY);
    is(flags_of(fd), O_DIRECTORY);
    close(fd);
    fails_with(EINVAL, open("f", O_RDONLY | O_DIRECT));
}

/* Access mode 3: ioctl only. */
static void neither_access(void)
{
    char byte;
    int fd = open("f", 3);
    ok(fd >= 0);
    is(flags_of(fd), 3);
    fails_with(EBADF, read(fd, &byte, 1));
    fails_with(EBADF, write(fd, "x", 1));
    is(fcntl(fd, F_GETFD), 0);
    close(fd);
    fails_with(EISDIR, open(".", 3));
}

static void creation(void)
{
    unlink("f");
    umask(027);
    int fd = open("f", O_RDWR | O_CREAT | O_EXCL, 07777);
    is(mode_of("f"), 07777 & ~027);
    close(fd), unlink("f");
    /* Unknown bits of mode are nothing. */
    fd = open("f", O_RDWR | O_CREAT, 0170640);
    is(mode_of("f"), 0640);
    close(fd), unlink("f");
    /* A mode that forbids does not bind the maker's own descriptor. */
    become(USER, GROUP);
    chdir("/tmp");
    fd = open("/tmp/mine", O_RDWR | O_CREAT, 0);
    is(write(fd, "abc", 3), 3);
    fails_with(EACCES, open("/tmp/mine", O_RDONLY));
    fails_with(EACCES, open("/tmp/mine", O_RDONLY | O_CREAT, 0777));
    close(fd);
    unlink("/tmp/mine");
    become_root();
    chdir("/tmp/t");
    umask(022);
    fd = creat("f", 0666);
    is(mode_of("f"), 0644);
    is(flags_of(fd), O_WRONLY);
    write(fd, "content", 7);
    is(size_of("f"), 7);
    int other = creat("f", 0600);
    is(size_of("f"), 0);
    is(mode_of("f"), 0644);
    close(other), close(fd);
    fails_with(EEXIST, open("f", O_RDONLY | O_CREAT | O_EXCL, 0600));
    fails_with(EEXIST, open(".", O_RDONLY | O_CREAT | O_EXCL, 0600));
    fails_with(EISDIR, open("/", O_RDONLY | O_CREAT, 0600));
    fails_with(EISDIR, open("..", O_WRONLY | O_CREAT, 0600));
    fails_with(EISDIR, open("new/", O_RDONLY | O_CREAT, 0600));
    fails_with(ENOENT, open("none/new", O_WRONLY | O_CREAT, 0600));
    fails_with(ENOTDIR, open("f/new", O_WRONLY | O_CREAT, 0600));
    fails_with(ENOENT, open("", O_WRONLY | O_CREAT, 0600));
}

static void truncation(void)
{
    int fd = open("f", O_WRONLY | O_TRUNC);
    write(fd, "12345", 5);
    close(open("f", O_WRONLY));
    is(size_of("f"), 5);
    /* It works with reading alone where writing is allowed. */
    close(open("f", O_RDONLY | O_TRUNC));
    is(size_of("f"), 0);
    close(fd);
    chmod("f", 0444);
    write(open("f", O_WRONLY), "123", 3);
    become(USER, GROUP);
    fails_with(EACCES, open("f", O_RDONLY | O_TRUNC));
    become_root();
    is(size_of("f"), 3);
    chmod("f", 0644);
    fails_with(EISDIR, open(".", O_RDONLY | O_TRUNC));
    int null = open("/dev/null", O_WRONLY | O_TRUNC);
    ok(null >= 0);
    close(null);
}

static void directories(void)
{
    fails_with(ENOTDIR, open("f", O_RDONLY | O_DIRECTORY));
    fails_with(ENOTDIR, open("/dev/null", O_RDONLY | O_DIRECTORY));
    fails_with(EISDIR, open(".", O_WRONLY));
    fails_with(EISDIR, open(".", O_RDWR));
    fails_with(EISDIR, open(".", O_RDWR | O_DIRECTORY));
    symlink(".", "here");
    int fd = open("here", O_RDONLY | O_DIRECTORY);
    ok(fd >= 0);
    close(fd);
    fails_with(ENOTDIR, open("here", O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    fails_with(ELOOP, open("here", O_RDONLY | O_NOFOLLOW));
    fd = open("here/", O_RDONLY | O_NOFOLLOW);
    ok(fd >= 0);
    close(fd);
    unlink("here");
}

/* O_CREAT does not make directories, and says so whatever is there. */
static void create_and_directory(void)
{
    int both = O_RDONLY | O_CREAT | O_DIRECTORY;
    mkdir("d", 0755);
    fails_with(EINVAL, open("d", both, 0644));
    fails_with(EINVAL, open("f", both, 0644));
    fails_with(EINVAL, open("fresh", both, 0644));
    ok(!exists("fresh"));
    rmdir("d");
}

static void links(void)
{
    symlink("there", "link");
    fails_with(ENOENT, open("link", O_RDONLY));
    fails_with(ELOOP, open("link", O_RDWR | O_CREAT | O_NOFOLLOW, 0600));
    fails_with(EEXIST, open("link", O_RDWR | O_CREAT | O_EXCL, 0600));
    ok(!exists("there"));
    int fd = open("link", O_RDWR | O_CREAT, 0600);
    ok(fd >= 0 && exists("there"));
    close(fd);
    unlink("there"), unlink("link");
    symlink("none/there", "link");
    fails_with(ENOENT, open("link", O_RDWR | O_CREAT, 0600));
    unlink("link");
    symlink("there/", "link");
    fails_with(EISDIR, open("link", O_RDWR | O_CREAT, 0600));
    unlink("link");
    symlink("b", "a"), symlink("a", "b");
    fails_with(ELOOP, open("a", O_RDWR | O_CREAT, 0600));
    fails_with(ELOOP, open("a/x", O_RDONLY));
    unlink("a"), unlink("b");
}

static void relative(void)
{
    mkdir("d", 0755);
    int d = open("d", O_RDONLY | O_DIRECTORY);
    int fd = openat(d, "inside", O_RDWR | O_CREAT, 0600);
    ok(fd >= 0 && exists("d/inside"));
    fails_with(ENOTDIR, openat(fd, "x", O_RDONLY));
    fails_with(ENOENT, openat(fd, "", O_RDONLY));
    close(fd);
    fails_with(EBADF, openat(-1, "f", O_RDONLY));
    fails_with(EBADF, openat(999, "f", O_RDONLY));
    fd = openat(-1, "/tmp/t/f", O_RDONLY);
    ok(fd >= 0);
    close(fd);
    fails_with(ENOTDIR, openat(d, "inside/", O_RDONLY));
    unlink("d/inside");
    rmdir("d");
    fails_with(ENOENT, openat(d, "inside", O_RDWR | O_CREAT, 0600));
    fd = openat(d, "..", O_RDONLY);
    ok(fd >= 0);
    close(fd);
    close(d);
    fails_with(EFAULT, open((char *)1, O_RDONLY));
}

static void special(void)
{
    mkfifo("fifo", 0600);
    fails_with(ENXIO, open("fifo", O_WRONLY | O_NONBLOCK));
    int reader = open("fifo", O_RDONLY | O_NONBLOCK);
    ok(reader >= 0);
    int writer = open("fifo", O_WRONLY | O_NONBLOCK);
    ok(writer >= 0);
    close(reader), close(writer);
    int both = open("fifo", O_RDWR);
    ok(both >= 0);
    close(both);
    unlink("fifo");
    mknod("sock", S_IFSOCK | 0600, 0);
    fails_with(ENXIO, open("sock", O_RDWR));
    unlink("sock");
    mount("here", "/tmp/t/nodes", "tmpfs", 0, NULL);
    mknod("char", S_IFCHR | 0600, makedev(250, 77));
    fails_with(ENXIO, open("char", O_RDWR));
    mknod("block", S_IFBLK | 0600, makedev(250, 77));
    fails_with(ENXIO, open("block", O_RDWR));
    unlink("char"), unlink("block");
}

static void busy_text(void)
{
    int in = open("/proc/self/exe", O_RDONLY);
    fails_with(ETXTBSY, open("/proc/self/exe", O_WRONLY));
    fails_with(ETXTBSY, open("/proc/self/exe", O_RDWR));
    fails_with(ETXTBSY, open("/proc/self/exe", O_RDONLY | O_TRUNC));
    fails_with(ETXTBSY, truncate("/proc/self/exe", 0));
    close(in);
}

/* As a user: what the bits, in all three places, allow. */
static void permissions(void)
{
    static const struct {
        const char *text;
        mode_t mode;
        uid_t uid;
        gid_t gid;
        int flags, error;
    } cases[] = {
        { "owner reads", 0400, USER, OTHER_GROUP, O_RDONLY, 0 },
        { "owner may not read", 0077, USER, GROUP, O_RDONLY, EACCES },
        { "owner writes", 0200, USER, OTHER_GROUP, O_WRONLY, 0 },
        { "owner may not write", 0577, USER, GROUP, O_WRONLY, EACCES },
        { "owner needs both", 0400, USER, GROUP, O_RDWR, EACCES },
        { "group reads", 0040, OTHER, GROUP, O_RDONLY, 0 },
        { "group may not read", 0707, OTHER, GROUP, O_RDONLY, EACCES },
        { "group writes", 0020, OTHER, GROUP, O_WRONLY, 0 },
        { "others read", 0004, OTHER, OTHER_GROUP, O_RDONLY, 0 },
        { "others may not read", 0773, OTHER, OTHER_GROUP, O_RDONLY, EACCES },
        { "others write", 0002, OTHER, OTHER_GROUP, O_WRONLY, 0 },
        { "truncation is writing", 0444, OTHER, OTHER_GROUP,
            O_RDONLY | O_TRUNC, EACCES },
        { "mode 3 needs both", 0444, OTHER, OTHER_GROUP, 3, EACCES },
        { "no access times but for the owner", 0666, OTHER, GROUP,
            O_RDONLY | O_NOATIME, EPERM },
        { "the owner's access times", 0600, USER, GROUP, O_RDONLY | O_NOATIME,
            0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        make_file_of("p", cases[i].mode, cases[i].uid, cases[i].gid);
        become(USER, GROUP);
        errno = 0;
        int fd = open("p", cases[i].flags);
        int error = fd < 0 ? errno : 0;
        become_root();
        if (!tap_case(error == cases[i].error, cases[i].text))
            note("errno %d, expected %d", error, cases[i].error);
        close(fd);
        unlink("p");
    }
}

static void directory_permissions(void)
{
    make_directory_of("d", 0666, OTHER, OTHER_GROUP);
    make_file("d/f", 0666);
    become(USER, GROUP);
    fails_with(EACCES, open("d/f", O_RDONLY));
    fails_with(EACCES, open("d/new", O_RDWR | O_CREAT, 0600));
    int fd = open("d", O_RDONLY);
    ok(fd >= 0);
    close(fd);
    become_root();
    chmod("d", 0555);
    become(USER, GROUP);
    fd = open("d/f", O_RDWR | O_CREAT, 0600);
    ok(fd >= 0);
    close(fd);
    fails_with(EACCES, open("d/new", O_RDWR | O_CREAT, 0600));
    fails_with(EEXIST, open("d/f", O_RDWR | O_CREAT | O_EXCL, 0600));
    become_root();
    chmod("d", 0333);
    become(USER, GROUP);
    fails_with(EACCES, open("d", O_RDONLY));
    fd = open("d/new", O_RDWR | O_CREAT, 0600);
    ok(fd >= 0);
    close(fd);
    become_root();
    unlink("d/new"), unlink("d/f"), rmdir("d");
}

static void read_only(void)
{
    mkdir("ro", 0755);
    mount("none", "ro", "tmpfs", 0, NULL);
    make_file("ro/f", 0644);
    mkfifo("ro/fifo", 0600);
    mknod("ro/null", S_IFCHR | 0666, makedev(1, 3));
    is(mount("none", "ro", NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
    fails_with(EROFS, open("ro/f", O_WRONLY));
    fails_with(EROFS, open("ro/f", O_RDWR));
    fails_with(EROFS, open("ro/f", O_RDONLY | O_TRUNC));
    fails_with(EROFS, open("ro/new", O_RDWR | O_CREAT, 0600));
    fails_with(EEXIST, open("ro/f", O_RDWR | O_CREAT | O_EXCL, 0600));
    fails_with(ENOENT, open("ro/none", O_RDWR));
    fails_with(EROFS, open("ro", O_RDWR | O_TMPFILE, 0600));
    int fd = open("ro/f", O_RDONLY | O_CREAT, 0600);
    ok(fd >= 0);
    close(fd);
    fd = open("ro/null", O_RDWR);
    ok(fd >= 0);
    close(fd);
    fd = open("ro/fifo", O_RDWR);
    ok(fd >= 0);
    close(fd);
    /* A filesystem that is read-only says so before the file says who. */
    become(USER, GROUP);
    fails_with(EROFS, open("ro/f", O_WRONLY));
    become_root();
    is(mount("none", "ro", NULL, MS_REMOUNT, NULL), 0);
    is(mount("none", "ro", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL), 0);
    fails_with(EROFS, open("ro/f", O_WRONLY));
    become(USER, GROUP);
    fails_with(EACCES, open("ro/f", O_WRONLY));
    become_root();
    is(umount("ro"), 0);
    mount("none", "ro", "tmpfs", MS_NODEV, NULL);
    mknod("ro/null", S_IFCHR | 0666, makedev(1, 3));
    fails_with(EACCES, open("ro/null", O_RDONLY));
    is(umount("ro"), 0);
    rmdir("ro");
}

/* O_EXEC is not there; but a limit of descriptors is. */
static void limits(void)
{
    struct rlimit old, few;
    getrlimit(RLIMIT_NOFILE, &old);
    int next = dup(0);
    close(next);
    few = (struct rlimit){ next, old.rlim_max };
    setrlimit(RLIMIT_NOFILE, &few);
    fails_with(EMFILE, open("f", O_RDONLY));
    /* Found before the name is looked at, and nothing is made. */
    fails_with(EMFILE, open("fresh", O_RDWR | O_CREAT, 0600));
    fails_with(EFAULT, open((char *)1, O_RDONLY));
    setrlimit(RLIMIT_NOFILE, &old);
    ok(!exists("fresh"));
}

static void append_at_the_end(void)
{
    char text[8] = "";
    int a = open("f", O_RDWR | O_APPEND | O_TRUNC), b = open("f", O_RDWR);
    write(a, "1", 1), write(b, "23", 2), write(a, "4", 1);
    is(pread(b, text, 8, 0), 3);
    is_text(text, "234");
    is(lseek(a, 0, SEEK_CUR), 3);
    lseek(a, 0, SEEK_SET);
    write(a, "5", 1);
    is(lseek(a, 0, SEEK_CUR), 4);
    /* As Linux does: the offset of pwrite is nothing to O_APPEND. */
    is(pwrite(a, "6", 1, 0), 1);
    is(size_of("f"), 5);
    is(lseek(a, 0, SEEK_CUR), 4);
    close(a), close(b);
}

static void run(void)
{
    umask(022);
    flags_seen();
    neither_access();
    creation();
    truncation();
    directories();
    create_and_directory();
    links();
    relative();
    special();
    busy_text();
    permissions();
    directory_permissions();
    read_only();
    limits();
    append_at_the_end();
}
TEST_MAIN
