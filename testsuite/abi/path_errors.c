/* SPDX-License-Identifier: MIT */
/* Everything that can be wrong with a path, to every call that takes one. */
#include "calls.h"
#include "who.h"
#include <linux/openat2.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/stat.h>

/* What the call does with what the path leads to. */
enum {
    CREATES = 1,  /* it must not be there */
    REMOVES = 2,
    WRITES = 4,
    STAYS = 8,    /* at a link, it does not follow */
    CROSSES = 16, /* the other path is in another file system */
    ACCESS = 32, /* not even the walk is with the effective user's rights */
    MAKES = 64,  /* it may be there or not */
};

/* Arguments that are known at run time only. */
enum {
    P = -1000, /* the path */
    D,         /* the directory it starts in */
    BUFFER,
    PATH,      /* good, of a file */
    FRESH,     /* a path where nothing is */
    HOW,       /* for openat2 */
    TREE,      /* inotify */
    NAME,      /* of an attribute */
    HERE = AT_FDCWD,
};

static const struct call calls[] = {
    CALL(openat, 0, D, P, O_RDONLY, 0),
    CALL(openat, WRITES, D, P, O_WRONLY, 0),
    CALL(openat, CREATES | WRITES | STAYS, D, P, O_CREAT | O_EXCL, 0600),
    CALL(openat, 0, D, P, O_PATH, 0),
    CALL(openat2, 0, D, P, HOW, sizeof(struct open_how)),
    CALL(newfstatat, 0, D, P, BUFFER, 0),
    CALL(newfstatat, STAYS, D, P, BUFFER, AT_SYMLINK_NOFOLLOW),
    CALL(statx, 0, D, P, 0, 0x7ff, BUFFER),
    CALL(statx, STAYS, D, P, AT_SYMLINK_NOFOLLOW, 0x7ff, BUFFER),
    CALL(statfs, 0, P, BUFFER),
    CALL(faccessat, ACCESS, D, P, R_OK),
    CALL(faccessat2, 0, D, P, R_OK, AT_EACCESS),
    CALL(faccessat2, ACCESS | WRITES, D, P, W_OK, 0),
    CALL(truncate, WRITES, P, 0),
    CALL(chdir, 0, P),
    CALL(chroot, 0, P),
    CALL(renameat, REMOVES | WRITES | STAYS | CROSSES, D, P, HERE, FRESH),
    CALL(renameat, CREATES | WRITES | STAYS | CROSSES, HERE, PATH, D, P),
    CALL(renameat2, REMOVES | WRITES | STAYS | CROSSES, D, P, HERE, FRESH, 1),
    CALL(renameat2, CREATES | WRITES | STAYS | CROSSES, HERE, PATH, D, P, 1),
    CALL(mkdirat, CREATES | WRITES | STAYS, D, P, 0700),
    CALL(unlinkat, REMOVES | WRITES | STAYS, D, P, 0),
    CALL(unlinkat, REMOVES | WRITES | STAYS, D, P, AT_REMOVEDIR),
    CALL(linkat, STAYS | CROSSES, D, P, HERE, FRESH, 0),
    CALL(linkat, CROSSES, D, P, HERE, FRESH, AT_SYMLINK_FOLLOW),
    CALL(linkat, CREATES | WRITES | STAYS, HERE, PATH, D, P, 0),
    CALL(symlinkat, CREATES | WRITES | STAYS, PATH, D, P),
    CALL(readlinkat, STAYS, D, P, BUFFER, 64),
    CALL(fchmodat, WRITES, D, P, 0600),
    CALL(fchownat, WRITES, D, P, 0, 0, 0),
    CALL(fchownat, WRITES | STAYS, D, P, 0, 0, AT_SYMLINK_NOFOLLOW),
    CALL(mknodat, CREATES | WRITES | STAYS, D, P, S_IFIFO | 0600, 0),
    CALL(utimensat, WRITES, D, P, 0, 0),
    CALL(utimensat, WRITES | STAYS, D, P, 0, AT_SYMLINK_NOFOLLOW),
    CALL(mount, 0, PATH, P, NAME, 0, 0),
    CALL(umount2, 0, P, 0),
    CALL(getxattr, 0, P, NAME, 0, 0),
    CALL(lgetxattr, STAYS, P, NAME, 0, 0),
    CALL(setxattr, WRITES, P, NAME, 0, 0, 0),
    CALL(lsetxattr, WRITES | STAYS, P, NAME, 0, 0, 0),
    CALL(listxattr, 0, P, 0, 0),
    CALL(llistxattr, STAYS, P, 0, 0),
    CALL(removexattr, WRITES, P, NAME),
    CALL(lremovexattr, WRITES | STAYS, P, NAME),
    CALL(execve, 0, P, BUFFER, BUFFER),
    CALL(execveat, 0, D, P, BUFFER, BUFFER, 0),
    CALL(inotify_add_watch, 0, TREE, P, 1),
#ifdef SYS_open /* the calls that newer CPUs do not have */
    CALL(open, 0, P, O_RDONLY, 0),
    CALL(creat, WRITES | MAKES, P, 0600),
    CALL(stat, 0, P, BUFFER),
    CALL(lstat, STAYS, P, BUFFER),
    CALL(access, ACCESS, P, R_OK),
    CALL(rename, REMOVES | WRITES | STAYS | CROSSES, P, FRESH),
    CALL(rename, CREATES | WRITES | STAYS | CROSSES, PATH, P),
    CALL(mkdir, CREATES | WRITES | STAYS, P, 0700),
    CALL(rmdir, REMOVES | WRITES | STAYS, P),
    CALL(unlink, REMOVES | WRITES | STAYS, P),
    CALL(link, STAYS | CROSSES, P, FRESH),
    CALL(link, CREATES | WRITES | STAYS, PATH, P),
    CALL(symlink, CREATES | WRITES | STAYS, PATH, P),
    CALL(readlink, STAYS, P, BUFFER, 64),
    CALL(chmod, WRITES, P, 0600),
    CALL(chown, WRITES, P, 0, 0),
    CALL(lchown, WRITES | STAYS, P, 0, 0),
    CALL(mknod, CREATES | WRITES | STAYS, P, S_IFIFO | 0600, 0),
    CALL(utime, WRITES, P, 0),
    CALL(utimes, WRITES, P, 0),
    CALL(futimesat, WRITES, D, P, 0),
#endif
};

static char buffer[4096], long_name[257], long_path[4097];
static int start, inotify;

static long value_of(long argument, const char *path)
{
    static struct open_how how = { .flags = O_RDONLY };
    switch (argument) {
    case P:
        return (long)path;
    case D:
        return start;
    case BUFFER:
        memset(buffer, 0, sizeof buffer);
        return (long)buffer;
    case PATH:
        return (long)"file";
    case FRESH:
        return (long)"fresh";
    case HOW:
        return (long)&how;
    case TREE:
        return inotify;
    case NAME:
        return (long)"user.name";
    }
    return argument;
}

static void try(
    const struct call *call, const char *kind, const char *path, int error)
{
    char text[120];
    snprintf(text, sizeof text, "%s, argument %d %s: %s", call->text,
        call_position(call, P), kind, strerror(error));
    long a[6];
    for (int i = 0; i < 6; i++)
        a[i] = value_of(call->arguments[i], path);
    errno = 0;
    long result = syscall(call->number, a[0], a[1], a[2], a[3], a[4], a[5]);
    int got = errno;
    if (!tap_case(result == -1 && got == error, text))
        note("returned %ld, errno %d (%s)", result, got, strerror(got));
}

static void walk(const struct call *call)
{
    try(call, "empty", "", ENOENT);
    try(call, "through what is not there", "none/x", ENOENT);
    try(call, "through a file", "file/x", ENOTDIR);
    try(call, "through a link to itself", "loop/x", ELOOP);
    try(call, "with a name too long", long_name, ENAMETOOLONG);
    try(call, "through a name too long", long_path + 4096 - 600, ENAMETOOLONG);
    try(call, "too long", long_path, ENAMETOOLONG);
    if (!(call->what & (CREATES | MAKES)))
        try(call, "not there", "none", ENOENT);
    if (!(call->what & STAYS))
        try(call, "a link to itself", "loop", ELOOP);
}

static void directory(const struct call *call)
{
    start = -1;
    try(call, "from no descriptor", "file", EBADF);
    start = open("file", O_RDONLY);
    try(call, "from a file", "file", ENOTDIR);
    close(start);
    start = AT_FDCWD;
}

static void rights(const struct call *call)
{
    if (!(call->what & ACCESS)) {
        become(USER, GROUP);
        try(call, "through a locked directory", "locked/x", EACCES);
        if (call->what & (CREATES | REMOVES))
            try(call, "in a directory of another",
                call->what & CREATES ? "others/new" : "others/x", EACCES);
        become_root();
    }
    if (call->what & CROSSES)
        try(call, "on another mount", call->what & CREATES ? "fixed/new" :
            "fixed/x", EXDEV);
    else if (call->what & WRITES)
        try(call, "on a mount that is read only",
            call->what & CREATES ? "fixed/new" : "fixed/x", EROFS);
}

static void prepare(void)
{
    memset(long_name, 'n', 256);
    memset(long_path, 'n', 4096);
    memcpy(long_path + 4094, "/x", 2);
    for (int i = 250; i < 3000; i += 250)
        long_path[i] = '/';
    make_file("file", 0666);
    symlink("loop", "loop");
    make_directory_of("locked", 0700, 0, 0);
    make_directory_of("others", 0755, 0, 0);
    make_directory_of("fixed", 0777, 0, 0);
    mount("none", "fixed", "tmpfs", 0, "mode=777");
    make_file("locked/x", 0666);
    make_file("others/x", 0666);
    make_file("fixed/x", 0777);
    mount(NULL, "fixed", NULL, MS_REMOUNT | MS_RDONLY, "mode=777");
    inotify = inotify_init1(0);
}

static void run(void)
{
    prepare();
    start = AT_FDCWD;
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        walk(&calls[i]);
        if (call_position(&calls[i], D))
            directory(&calls[i]);
        rights(&calls[i]);
    }
    is(umount("fixed"), 0);
    ok(exists("file") && exists("locked/x") && exists("others/x"));
    ok(!exists("fresh") && !exists("others/new"));
    close(inotify);
}
TEST_MAIN
