/* SPDX-License-Identifier: MIT */
/* Mounts of what is there already: bind, recursive, move, propagation; and
 * pivot_root. */
#include "who.h"

#include <sched.h>
#include <sys/mount.h>

static int mounts_at(const char *target)
{
    char line[1024], place[256];
    int count = 0;
    FILE *file = fopen("/proc/self/mountinfo", "r");
    while (fgets(line, sizeof line, file))
        count += sscanf(line, "%*d %*d %*s %*s %255s", place) == 1
            && !strcmp(place, target);
    fclose(file);
    return count;
}

static void binding(void)
{
    struct stat a, b;
    mkdir("from", 0755), mkdir("to", 0755), mkdir("from/d", 0755);
    make_file("from/f", 0644), make_file("file", 0600);
    is(mount("from", "to", NULL, MS_BIND, NULL), 0);
    stat("from/f", &a), stat("to/f", &b);
    ok(a.st_ino == b.st_ino && a.st_dev == b.st_dev);
    make_file("to/new", 0600);
    ok(exists("from/new"));
    unlink("from/new");
    fails_with(EBUSY, rmdir("to"));
    fails_with(EBUSY, rename("to", "elsewhere"));
    is(rename("from", "moved"), 0);
    ok(exists("to/f"));
    rename("moved", "from");
    is(mounts_at("/tmp/t/to"), 1);
    is(umount("to"), 0);
    ok(!exists("to/f"));
    /* A file over a file; never one over the other. */
    fails_with(ENOTDIR, mount("from", "file", NULL, MS_BIND, NULL));
    fails_with(ENOTDIR, mount("file", "to", NULL, MS_BIND, NULL));
    is(mount("from/f", "file", NULL, MS_BIND, NULL), 0);
    stat("file", &b);
    ok(a.st_ino == b.st_ino);
    fails_with(EBUSY, unlink("file"));
    is(umount("file"), 0);
    is(unlink("file"), 0);
    fails_with(ENOENT, mount("none", "to", NULL, MS_BIND, NULL));
    /* Onto itself. */
    is(mount("from", "from", NULL, MS_BIND, NULL), 0);
    is(mounts_at("/tmp/t/from"), 1);
    is(umount("from"), 0);
}

static void recursion(void)
{
    mkdir("from/in", 0755);
    mount("none", "from/in", "tmpfs", 0, NULL);
    make_file("from/in/g", 0600);
    is(mount("from", "to", NULL, MS_BIND, NULL), 0);
    ok(!exists("to/in/g"));
    is(umount("to"), 0);
    is(mount("from", "to", NULL, MS_BIND | MS_REC, NULL), 0);
    ok(exists("to/in/g"));
    is(mounts_at("/tmp/t/to/in"), 1);
    fails_with(EBUSY, umount("to"));
    is(umount2("to", MNT_DETACH), 0);
    is(mounts_at("/tmp/t/to/in"), 0);
    ok(exists("from/in/g"));
    /* Below itself: not without end. */
    is(mount("from", "from/d", NULL, MS_BIND | MS_REC, NULL), 0);
    ok(exists("from/d/in/g"));
    ok(!exists("from/d/d/in"));
    is(umount2("from/d", MNT_DETACH), 0);
    umount("from/in");
    rmdir("from/in");
}

/* Options of a bind are the mount's own. */
static void options(void)
{
    is(mount("from", "to", NULL, MS_BIND | MS_RDONLY, NULL), 0);
    is(open("to/f", O_WRONLY) >= 0, 1);
    umount2("to", MNT_DETACH);
    mount("from", "to", NULL, MS_BIND, NULL);
    is(mount("none", "to", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL), 0);
    fails_with(EROFS, open("to/f", O_WRONLY));
    fails_with(EROFS, chmod("to/f", 0600));
    fails_with(EROFS, truncate("to/f", 0));
    int fd = open("from/f", O_WRONLY);
    ok(fd >= 0);
    close(fd);
    /* A bind of a bind has its options. */
    mkdir("third", 0755);
    mount("to", "third", NULL, MS_BIND, NULL);
    fails_with(EROFS, open("third/f", O_WRONLY));
    is(mount("none", "third", NULL, MS_REMOUNT | MS_BIND, NULL), 0);
    fails_with(EROFS, open("to/f", O_WRONLY));
    umount("third"), umount("to");
    rmdir("third");
}

static void moving(void)
{
    mkdir("third", 0755);
    mount("none", "to", "tmpfs", 0, NULL);
    make_file("to/f2", 0600);
    mkdir("to/sub", 0755);
    mount("none", "to/sub", "tmpfs", 0, NULL);
    fails_with(EINVAL, mount("from", "third", NULL, MS_MOVE, NULL));
    fails_with(EINVAL, mount("to/f2", "third", NULL, MS_MOVE, NULL));
    fails_with(ENOENT, mount("to", "none", NULL, MS_MOVE, NULL));
    fails_with(ELOOP, mount("to", "to/sub", NULL, MS_MOVE, NULL));
    fails_with(EINVAL, mount("to", "from/f", NULL, MS_MOVE, NULL));
    int fd = open("to/f2", O_RDWR);
    is(mount("to", "third", NULL, MS_MOVE, NULL), 0);
    ok(exists("third/f2") && !exists("to/f2"));
    is(mounts_at("/tmp/t/third"), 1);
    is(mounts_at("/tmp/t/third/sub"), 1);
    is(mounts_at("/tmp/t/to"), 0);
    close(fd);
    is(umount2("third", MNT_DETACH), 0);
    rmdir("third");
}

static void propagation(void)
{
    mount("none", "to", "tmpfs", 0, NULL);
    is(mount("none", "to", NULL, MS_PRIVATE, NULL), 0);
    is(mount("none", "to", NULL, MS_PRIVATE | MS_REC, NULL), 0);
    is(mount("none", "to", NULL, MS_SLAVE, NULL), 0);
    fails_with(EINVAL, mount("none", "to", NULL, MS_PRIVATE | MS_SLAVE, NULL));
    fails_with(EINVAL, mount("none", "to", NULL, MS_PRIVATE | MS_NOSUID,
                           NULL));
    fails_with(EINVAL, mount("none", "from", NULL, MS_PRIVATE, NULL));
    is(mount("none", "/", NULL, MS_PRIVATE | MS_REC, NULL), 0);
    umount("to");
}

static void mount_lines(void)
{
    char line[1024];
    int right = 0;
    mkdir("x y", 0755);
    mount("sou rce", "x y", "tmpfs", MS_NOEXEC, "size=8k");
    FILE *file = fopen("/proc/self/mountinfo", "r");
    while (fgets(line, sizeof line, file)) {
        int id, parent, major, minor;
        char root[256], place[256], options[256], dash[8], type[32],
            source[256], more[256];
        int got = sscanf(line, "%d %d %d:%d %255s %255s %255s %7s %31s %255s "
                               "%255s", &id, &parent, &major, &minor, root,
            place, options, dash, type, source, more);
        if (got != 11 || strcmp(place, "/tmp/t/x\\040y"))
            continue;
        struct stat s;
        stat("x y", &s);
        right += id > 0 && parent > 0 && major == 0
            && minor == (int)(s.st_dev & 0xff) && !strcmp(root, "/")
            && !strcmp(options, "rw,noexec,relatime") && !strcmp(dash, "-")
            && !strcmp(type, "tmpfs") && !strcmp(source, "sou\\040rce")
            && !strncmp(more, "rw,size=8k", 10);
    }
    fclose(file);
    is(right, 1);
    umount("x y");
    rmdir("x y");
}

/* In a root that can be left: the first one cannot. */
static void pivots(void *data)
{
    (void)data;
    struct stat before, after;
    stat("/new", &before);
    if (syscall(SYS_pivot_root, "/plain", "/plain") != -1 || errno != EBUSY)
        _exit(1);
    if (syscall(SYS_pivot_root, "/new", "/plain") != -1 || errno != EBUSY)
        _exit(2);
    if (syscall(SYS_pivot_root, "/none", "/new/old") != -1 || errno != ENOENT)
        _exit(3);
    if (syscall(SYS_pivot_root, "/", "/new/old") != -1 || errno != EBUSY)
        _exit(4);
    if (syscall(SYS_pivot_root, "/new/f", "/new/old") != -1
        || errno != ENOTDIR)
        _exit(5);
    if (syscall(SYS_pivot_root, "/new/old", "/new/old") != -1
        || errno != EINVAL)
        _exit(6);
    become(USER, GROUP);
    if (syscall(SYS_pivot_root, "/new", "/new/old") != -1 || errno != EPERM)
        _exit(7);
    become_root();
    if (syscall(SYS_pivot_root, "/new", "/new/old"))
        _exit(8);
    stat("/", &after);
    if (before.st_ino != after.st_ino || before.st_dev != after.st_dev)
        _exit(9);
    if (!exists("/old/plain") || exists("/plain") || exists("/new"))
        _exit(10);
    char here[64];
    if (!getcwd(here, sizeof here) || strcmp(here, "/"))
        _exit(11);
    if (umount2("/old", MNT_DETACH) || exists("/old/plain"))
        _exit(12);
}

static void pivots_in(void *data)
{
    if (chroot("base") || chdir("/"))
        _exit(90);
    pivots(data);
}

static void pivoting(void)
{
    mkdir("base", 0755);
    mount("none", "base", "tmpfs", 0, NULL);
    mkdir("base/new", 0755), mkdir("base/plain", 0755);
    mount("none", "base/new", "tmpfs", 0, NULL);
    mkdir("base/new/old", 0755);
    make_file("base/new/f", 0644);
    is(in_child(pivots_in, NULL), 0);
    ok(exists("base/f") && !exists("base/plain"));
    is(umount2("base", MNT_DETACH), 0);
    rmdir("base");
    fails_with(EINVAL, syscall(SYS_pivot_root, "/tmp", "/tmp/t"));
}

static bool is_said_of(const char *word, const char *target)
{
    char line[1024], place[256];
    bool is_said = false;
    FILE *file = fopen("/proc/self/mountinfo", "r");
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "%*d %*d %*s %*s %255s", place) == 1 &&
            !strcmp(place, target))
            is_said = strstr(line, word);
    fclose(file);
    return is_said;
}

/* What cannot be bound, nor goes along when what it is below is. */
static void unbindable(void)
{
    const unsigned long how = MS_UNBINDABLE;
    mount("none", "from", "tmpfs", 0, NULL);
    mkdir("from/in", 0755), mkdir("from/in/deep", 0755);
    mount("none", "from/in", "tmpfs", 0, NULL);
    mkdir("from/in/deep", 0755);
    mount("none", "from/in/deep", "tmpfs", 0, NULL);
    is(mount("none", "from/in", NULL, how, NULL), 0);
    ok(is_said_of(" unbindable ", "/tmp/t/from/in"));
    ok(!is_said_of("unbindable", "/tmp/t/from/in/deep"));
    fails_with(EINVAL, mount("from/in", "to", NULL, MS_BIND, NULL));
    fails_with(EINVAL, mount("from/in", "to", NULL, MS_BIND | MS_REC, NULL));
    fails_with(EINVAL, mount("none", "from/in", NULL, how | MS_SHARED, NULL));
    fails_with(EINVAL, mount("none", "to", NULL, how, NULL));
    is(mount("from", "to", NULL, MS_BIND | MS_REC, NULL), 0);
    is(mounts_at("/tmp/t/to"), 1);
    is(mounts_at("/tmp/t/to/in"), 0);
    is(mounts_at("/tmp/t/to/in/deep"), 0);
    ok(!is_said_of("unbindable", "/tmp/t/to"));
    umount("to");
    is(mount("from/in/deep", "to", NULL, MS_BIND, NULL), 0);
    umount("to");
    is(mount("none", "from/in", NULL, MS_SLAVE, NULL), 0);
    ok(is_said_of("unbindable", "/tmp/t/from/in"));
    is(mount("none", "from/in", NULL, MS_REMOUNT | MS_BIND, NULL), 0);
    ok(is_said_of("unbindable", "/tmp/t/from/in"));
    is(mount("from/in", "to", NULL, MS_MOVE, NULL), 0);
    ok(is_said_of("unbindable", "/tmp/t/to"));
    is(mount("none", "to", NULL, MS_PRIVATE, NULL), 0);
    ok(!is_said_of("unbindable", "/tmp/t/to"));
    is(mount("none", "to", NULL, how | MS_REC, NULL), 0);
    ok(is_said_of("unbindable", "/tmp/t/to/deep"));
    is(mount("none", "to", NULL, MS_PRIVATE | MS_REC | MS_SILENT, NULL), 0);
    ok(!is_said_of("unbindable", "/tmp/t/to/deep"));
    umount2("to", MNT_DETACH), umount2("from", MNT_DETACH);
}

static void run(void)
{
    binding();
    recursion();
    options();
    moving();
    propagation();
    unbindable();
    mount_lines();
    pivoting();
}
TEST_MAIN
