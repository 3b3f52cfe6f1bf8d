/* SPDX-License-Identifier: MIT */
/* mount and umount2: new filesystems, their options, remounting, being busy. */
#include "who.h"

#include <sys/mount.h>
#include <sys/mman.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>

static long do_mount(const char *source, const char *target, const char *type,
    unsigned long flags, const void *data)
{
    return syscall(SYS_mount, source, target, type, flags, data);
}

static long do_umount(const char *target, int flags)
{
    return syscall(SYS_umount2, target, flags);
}

/* The options that /proc/self/mounts shows of the last mount at target. */
static const char *options_of(const char *target)
{
    static char options[256];
    char line[1024], place[256], found[256];
    FILE *file = fopen("/proc/self/mounts", "r");
    *options = 0;
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "%*s %255s %*s %255s", place, found) == 2
            && !strcmp(place, target))
            strcpy(options, found);
    fclose(file);
    return options;
}

static bool has_option(const char *target, const char *word)
{
    char text[300], wanted[64];
    snprintf(text, sizeof text, ",%s,", options_of(target));
    snprintf(wanted, sizeof wanted, ",%s,", word);
    return strstr(text, wanted);
}

static void errors(void)
{
    make_file("f", 0644);
    fails_with(ENOENT, do_mount("none", "none", "tmpfs", 0, NULL));
    fails_with(ENOENT, do_mount("none", "", "tmpfs", 0, NULL));
    fails_with(ENOTDIR, do_mount("none", "f", "tmpfs", 0, NULL));
    fails_with(ENODEV, do_mount("none", "m", "nosuchfs", 0, NULL));
    fails_with(EFAULT, do_mount("none", (char *)8, "tmpfs", 0, NULL));
    fails_with(EFAULT, do_mount("none", "m", (char *)8, 0, NULL));
    fails_with(EFAULT, do_mount((char *)8, "m", "tmpfs", 0, NULL));
    fails_with(EINVAL, do_mount("none", "m", NULL, 0, NULL));
    fails_with(EINVAL, do_mount("none", "m", "tmpfs", 0, "nonsense"));
    fails_with(EINVAL, do_mount("none", "m", "tmpfs", 0, "size=x"));
    fails_with(EINVAL, do_mount("none", "m", "tmpfs", 0, "mode=9"));
    fails_with(EINVAL, do_mount("none", "m", "tmpfs", 0, "nr_inodes=x"));
    fails_with(EINVAL, do_mount("none", "m", "tmpfs", 0, "uid=x"));
    fails_with(EINVAL, do_mount("none", "m", NULL, MS_REMOUNT, NULL));
    fails_with(EINVAL, do_mount("m", "m", NULL, MS_MOVE, NULL));
    fails_with(ENOENT, do_mount("none", "m", NULL, MS_BIND, NULL));
    fails_with(EINVAL, do_mount(NULL, "m", NULL, MS_BIND, NULL));
    fails_with(EINVAL, do_mount("none", "m", NULL, MS_PRIVATE, NULL));
    fails_with(EINVAL, do_umount("m", 0));
    fails_with(EINVAL, do_umount("f", 0));
    fails_with(ENOENT, do_umount("none", 0));
    fails_with(EFAULT, do_umount((char *)8, 0));
    fails_with(EINVAL, do_umount("m", 0x100));
    fails_with(EINVAL, do_umount("m", MNT_EXPIRE | MNT_DETACH));
    fails_with(EINVAL, do_umount("m", MNT_EXPIRE | MNT_FORCE));
    become(USER, GROUP);
    fails_with(EPERM, do_mount("none", "m", "tmpfs", 0, NULL));
    fails_with(EPERM, do_umount("m", 0));
    fails_with(EPERM, do_umount("/tmp", 0));
    become_root();
}

static void options(void)
{
    struct stat s;
    struct statfs t;
    is(do_mount("a b\\c", "m", "tmpfs", 0,
           "size=1m,mode=1750,uid=5,gid=6,nr_inodes=50"), 0);
    stat("m", &s);
    is(s.st_mode, S_IFDIR | 01750);
    is(s.st_uid, 5);
    is(s.st_gid, 6);
    statfs("m", &t);
    is(t.f_type, 0x01021994);
    is(t.f_bsize, 4096);
    is(t.f_frsize, 4096);
    is(t.f_blocks, 256);
    is(t.f_bfree, 256);
    is(t.f_bavail, 256);
    is(t.f_files, 50);
    is(t.f_ffree, 49);
    is(t.f_namelen, 255);
    is(t.f_flags & ST_RDONLY, 0);
    is(t.f_flags & 0x20, 0x20);
    is(t.f_flags & 0x1000, 0x1000);
    ok(has_option("/tmp/t/m", "size=1024k"));
    ok(has_option("/tmp/t/m", "nr_inodes=50"));
    ok(has_option("/tmp/t/m", "mode=1750"));
    ok(has_option("/tmp/t/m", "uid=5"));
    ok(has_option("/tmp/t/m", "gid=6"));
    ok(has_option("/tmp/t/m", "rw"));
    ok(has_option("/tmp/t/m", "relatime"));
    char line[1024];
    bool found = false;
    FILE *file = fopen("/proc/mounts", "r");
    while (fgets(line, sizeof line, file))
        found |= !strncmp(line, "a\\040b\\134c /tmp/t/m tmpfs ", 27);
    fclose(file);
    ok(found);
    is(do_umount("m", 0), 0);
    is(do_mount("none", "m", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC
               | MS_NOATIME | MS_NODIRATIME | MS_SYNCHRONOUS, ""), 0);
    static const char *const words[] = { "nosuid", "nodev", "noexec",
        "noatime", "nodiratime", "sync" };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        tap_case(has_option("/tmp/t/m", words[i]), words[i]);
    statfs("m", &t);
    is(t.f_flags & 0xfff,
        0x20 | ST_NOSUID | ST_NODEV | ST_NOEXEC | ST_NOATIME | ST_NODIRATIME
            | ST_SYNCHRONOUS);
    is(do_umount("m", 0), 0);
    is(do_mount("none", "m", "tmpfs", MS_MGC_VAL | MS_RDONLY, NULL), 0);
    ok(has_option("/tmp/t/m", "ro"));
    statfs("m", &t);
    ok(t.f_flags & ST_RDONLY);
    fails_with(EROFS, mkdir("m/d", 0755));
    is(do_umount("m", 0), 0);
    is(do_mount(NULL, "m", "tmpfs", 0, "size=50%,huge=never"), 0);
    is(do_umount("m", 0), 0);
}

static void sizes(void)
{
    static char page[4096];
    struct statfs t;
    do_mount("none", "m", "tmpfs", 0, "size=16k,nr_inodes=4");
    int fd = open("m/f", O_RDWR | O_CREAT, 0600), count = 0;
    while (write(fd, page, sizeof page) == sizeof page)
        count++;
    is(errno, ENOSPC);
    is(count, 4);
    statfs("m", &t);
    is(t.f_bfree, 0);
    is(size_of("m/f"), 16384);
    fails_with(ENOSPC, write(fd, "x", 1));
    is(pwrite(fd, "x", 1, 0), 1);
    ftruncate(fd, 100);
    statfs("m", &t);
    is(t.f_bfree, 3);
    is(pwrite(fd, page, 4096, 8192), 4096);
    fails_with(ENOSPC, fallocate(fd, 0, 0, 5 * 4096));
    fails_with(ENOSPC, fallocate(fd, 0, 1 << 20, 3 * 4096));
    statfs("m", &t);
    is(t.f_bfree, 2);
    is(fallocate(fd, 0, 0, 16384), 0);
    is(fallocate(fd, 3, 4096, 8192), 0);
    statfs("m", &t);
    is(t.f_bfree, 2);
    /* Part of a write fits. */
    ftruncate(fd, 0);
    static char five[5 * 4096];
    is(pwrite(fd, five, sizeof five, 0), 16384);
    close(fd);
    unlink("m/f");
    statfs("m", &t);
    is(t.f_bfree, 4);
    make_file("m/a", 0600), make_file("m/b", 0600), make_file("m/c", 0600);
    fails_with(ENOSPC, open("m/d", O_RDWR | O_CREAT, 0600));
    fails_with(ENOSPC, mkdir("m/d", 0755));
    fails_with(ENOSPC, symlink("x", "m/d"));
    fails_with(ENOSPC, link("m/a", "m/d"));
    fails_with(ENOSPC, open("m", O_RDWR | O_TMPFILE, 0600));
    statfs("m", &t);
    is(t.f_ffree, 0);
    unlink("m/a");
    statfs("m", &t);
    is(t.f_ffree, 1);
    is(link("m/b", "m/a"), 0);
    statfs("m", &t);
    is(t.f_ffree, 0);
    is(do_umount("m", 0), 0);
}

/* A mapping of a hole in a full filesystem. */
static void touches_full(void *data)
{
    (void)data;
    int fd = open("m/f", O_RDWR | O_CREAT, 0600);
    ftruncate(fd, 1 << 20);
    char *at = mmap(
        NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    for (int i = 0; i < 16; i++)
        at[i * 4096] = 1;
}

static void faults(void)
{
    do_mount("none", "m", "tmpfs", 0, "size=16k");
    int status = in_child(touches_full, NULL);
    ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS);
    is(do_umount("m", 0), 0);
}

static void remounting(void)
{
    struct statfs t;
    do_mount("none", "m", "tmpfs", 0, "size=1m");
    int fd = open("m/f", O_RDWR | O_CREAT, 0600);
    fails_with(EBUSY, do_mount("none", "m", NULL, MS_REMOUNT | MS_RDONLY, 0));
    ok(has_option("/tmp/t/m", "rw"));
    close(fd);
    fd = open("m/f", O_RDONLY);
    is(do_mount("none", "m", NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
    ok(has_option("/tmp/t/m", "ro"));
    close(fd);
    fails_with(EROFS, open("m/f", O_RDWR));
    is(do_mount("none", "m", NULL, MS_REMOUNT, "size=2m"), 0);
    ok(has_option("/tmp/t/m", "rw"));
    statfs("m", &t);
    is(t.f_blocks, 512);
    fd = open("m/f", O_RDWR);
    is(fallocate(fd, 0, 0, 1 << 20), 0);
    fails_with(EINVAL, do_mount("none", "m", NULL, MS_REMOUNT, "size=512k"));
    fails_with(EINVAL, do_mount("none", "m", NULL, MS_REMOUNT, "nonsense"));
    statfs("m", &t);
    is(t.f_blocks, 512);
    is(do_mount("none", "m", NULL, MS_REMOUNT | MS_NOSUID, NULL), 0);
    ok(has_option("/tmp/t/m", "nosuid"));
    is(do_mount("none", "m", NULL, MS_REMOUNT, NULL), 0);
    ok(!has_option("/tmp/t/m", "nosuid"));
    /* What is not said of access times stays. */
    is(do_mount("none", "m", NULL, MS_REMOUNT | MS_NOATIME, NULL), 0);
    is(do_mount("none", "m", NULL, MS_REMOUNT, NULL), 0);
    ok(has_option("/tmp/t/m", "noatime"));
    is(do_mount("none", "m", NULL, MS_REMOUNT | MS_RELATIME, NULL), 0);
    ok(has_option("/tmp/t/m", "relatime"));
    /* For the mount alone, files that are open or not. */
    fails_with(EBUSY,
        do_mount("none", "m", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL));
    close(fd);
    is(do_mount("none", "m", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL), 0);
    fails_with(EROFS, open("m/f", O_RDWR));
    is(do_mount("none", "m", NULL, MS_REMOUNT | MS_BIND, NULL), 0);
    /* Not the top of a mount. */
    mkdir("m/d", 0755);
    fails_with(EINVAL, do_mount("none", "m/d", NULL, MS_REMOUNT, NULL));
    /* A shared mapping that may be written counts as well, when its file is
     * closed. */
    fd = open("m/f", O_RDWR);
    void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    fails_with(EBUSY, do_mount("none", "m", NULL, MS_REMOUNT | MS_RDONLY, 0));
    munmap(at, 4096);
    is(do_mount("none", "m", NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
    is(do_mount("none", "m", NULL, MS_REMOUNT, NULL), 0);
    /* So does a file that has no name any more, though it is only read. */
    fd = open("m/f", O_RDONLY);
    unlink("m/f");
    fails_with(EBUSY, do_mount("none", "m", NULL, MS_REMOUNT | MS_RDONLY, 0));
    close(fd);
    is(do_mount("none", "m", NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
    is(do_umount("m", 0), 0);
}

static void busy(void)
{
    do_mount("none", "m", "tmpfs", 0, NULL);
    int fd = open("m/f", O_RDWR | O_CREAT, 0600);
    fails_with(EBUSY, do_umount("m", 0));
    close(fd);
    chdir("m");
    fails_with(EBUSY, do_umount("/tmp/t/m", 0));
    chdir("..");
    fd = open("m", O_PATH);
    fails_with(EBUSY, do_umount("m", 0));
    close(fd);
    mkdir("m/below", 0755);
    do_mount("none", "m/below", "tmpfs", 0, NULL);
    fails_with(EBUSY, do_umount("m", 0));
    is(do_umount("m/below", 0), 0);
    fd = open("m/f", O_RDWR);
    void *at = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    fails_with(EBUSY, do_umount("m", 0));
    munmap(at, 4096);
    is(do_umount("m", 0), 0);
    fails_with(EINVAL, do_umount("m", 0));
}

static void detaching(void)
{
    do_mount("none", "m", "tmpfs", 0, NULL);
    mkdir("m/below", 0755);
    do_mount("none", "m/below", "tmpfs", 0, NULL);
    int fd = open("m/f", O_RDWR | O_CREAT, 0600), d = open("m", O_RDONLY);
    is(do_umount("m", MNT_DETACH), 0);
    ok(!exists("m/f"));
    is(write(fd, "abc", 3), 3);
    is(openat(d, "f", O_RDONLY) >= 0, 1);
    is(mkdirat(d, "fresh", 0755), 0);
    close(fd), close(d);
    fails_with(EINVAL, do_umount("m", MNT_DETACH));
}

static void expiring(void)
{
    do_mount("none", "m", "tmpfs", 0, NULL);
    fails_with(EAGAIN, do_umount("m", MNT_EXPIRE));
    is(do_umount("m", MNT_EXPIRE), 0);
    do_mount("none", "m", "tmpfs", 0, NULL);
    fails_with(EAGAIN, do_umount("m", MNT_EXPIRE));
    make_file("m/f", 0600);
    fails_with(EAGAIN, do_umount("m", MNT_EXPIRE));
    is(do_umount("m", MNT_EXPIRE), 0);
    do_mount("none", "m", "tmpfs", 0, NULL);
    symlink("m", "link");
    fails_with(EINVAL, do_umount("link", UMOUNT_NOFOLLOW));
    is(do_umount("link", 0), 0);
    unlink("link");
    do_mount("none", "m", "tmpfs", 0, NULL);
    pid_t child = fork();
    if (!child) {
        chroot("m");
        int result = do_umount("/", MNT_EXPIRE);
        _exit(result == -1 && errno == EINVAL ? 7 : 1);
    }
    int status;
    waitpid(child, &status, 0);
    is(status, 7 << 8);
    is(do_umount("m", 0), 0);
}

static void stacked(void)
{
    do_mount("none", "m", "tmpfs", 0, NULL);
    make_file("m/first", 0600);
    is(do_mount("none", "m", "tmpfs", 0, NULL), 0);
    ok(!exists("m/first"));
    make_file("m/second", 0600);
    is(do_umount("m", 0), 0);
    ok(exists("m/first") && !exists("m/second"));
    is(do_umount("m", 0), 0);
    ok(!exists("m/first"));
}

/* What a type of filesystem says of itself. */
static void types(void)
{
    struct statfs t;
    is(do_mount("none", "m", "proc", 0, NULL), 0);
    statfs("m", &t);
    is(t.f_type, 0x9fa0);
    ok(exists("m/self"));
    is(do_umount("m", 0), 0);
    is(do_mount("none", "m", "sysfs", 0, NULL), 0);
    statfs("m", &t);
    is(t.f_type, 0x62656572);
    is(do_umount("m", 0), 0);
    is(do_mount("none", "m", "devtmpfs", 0, NULL), 0);
    ok(exists("m/null"));
    is(do_umount("m", 0), 0);
    is(do_mount("none", "m", "ramfs", 0, NULL), 0);
    statfs("m", &t);
    is(t.f_type, 0x858458f6);
    is(t.f_blocks, 0);
    is(do_umount("m", 0), 0);
    is(do_mount("none", "m", "devpts", 0, "newinstance,ptmxmode=0666"), 0);
    statfs("m", &t);
    is(t.f_type, 0x1cd1);
    ok(exists("m/ptmx"));
    is(do_umount("m", 0), 0);
}

static void run(void)
{
    mkdir("m", 0755);
    errors();
    options();
    sizes();
    faults();
    remounting();
    busy();
    detaching();
    expiring();
    stacked();
    types();
}
TEST_MAIN
