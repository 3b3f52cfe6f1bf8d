/* SPDX-License-Identifier: MIT */
/* utimensat and its elders; which operation touches which time. */
#include "who.h"

#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/time.h>
#include <utime.h>

static struct stat before, after;

static long long ns(struct timespec time)
{
    return time.tv_sec * 1000000000ll + time.tv_nsec;
}

/* Times of `path` are old, then something happens. */
static void begin(const char *path)
{
    struct timespec old[2] = { { 1000, 1 }, { 2000, 2 } };
    utimensat(AT_FDCWD, path, old, 0);
    stat(path, &before);
    until_tick();
}

/* Which times it changed: letters of a m c. */
static const char *touched(const char *path)
{
    static char text[4];
    int n = 0;
    stat(path, &after);
    if (ns(before.st_atim) != ns(after.st_atim))
        text[n++] = 'a';
    if (ns(before.st_mtim) != ns(after.st_mtim))
        text[n++] = 'm';
    if (ns(before.st_ctim) != ns(after.st_ctim))
        text[n++] = 'c';
    text[n] = 0;
    return text;
}

static void setting(void)
{
    struct timespec t[2] = { { 11, 12 }, { 13, 14 } };
    struct stat s;
    is(utimensat(AT_FDCWD, "f", t, 0), 0);
    stat("f", &s);
    is(s.st_atim.tv_sec, 11);
    is(s.st_atim.tv_nsec, 12);
    is(s.st_mtim.tv_sec, 13);
    is(s.st_mtim.tv_nsec, 14);
    ok(s.st_ctim.tv_sec > 1000000000);
    t[0].tv_nsec = UTIME_OMIT, t[1].tv_nsec = UTIME_OMIT;
    struct stat u;
    until_tick();
    is(utimensat(AT_FDCWD, "f", t, 0), 0);
    stat("f", &u);
    ok(ns(u.st_ctim) == ns(s.st_ctim) && ns(u.st_atim) == ns(s.st_atim));
    t[1].tv_nsec = UTIME_NOW;
    is(utimensat(AT_FDCWD, "f", t, 0), 0);
    stat("f", &u);
    ok(ns(u.st_mtim) > ns(s.st_ctim) && ns(u.st_atim) == ns(s.st_atim));
    t[0].tv_nsec = UTIME_NOW, t[1].tv_nsec = UTIME_OMIT;
    is(utimensat(AT_FDCWD, "f", t, 0), 0);
    is(utimensat(AT_FDCWD, "f", NULL, 0), 0);
    stat("f", &u);
    ok(ns(u.st_mtim) == ns(u.st_atim) && ns(u.st_ctim) == ns(u.st_atim));
    t[0] = (struct timespec){ -1000, 500000000 };
    t[1] = (struct timespec){ 0, 0 };
    is(utimensat(AT_FDCWD, "f", t, 0), 0);
    stat("f", &u);
    is(u.st_atim.tv_sec, -1000);
    is(u.st_atim.tv_nsec, 500000000);
    is(u.st_mtim.tv_sec, 0);
    t[0] = (struct timespec){ 4294967296, 0 };
    is(utimensat(AT_FDCWD, "f", t, 0), 0);
    stat("f", &u);
    is(u.st_atim.tv_sec, 4294967296);
#ifdef SYS_utimes
    struct timeval v[2] = { { 21, 22 }, { 23, 24 } };
    is(syscall(SYS_utimes, "f", v), 0);
    stat("f", &u);
    is(u.st_atim.tv_nsec, 22000);
    is(u.st_mtim.tv_sec, 23);
    struct utimbuf w = { 31, 32 };
    is(syscall(SYS_utime, "f", &w), 0);
    stat("f", &u);
    is(u.st_atim.tv_sec, 31);
    is(u.st_mtim.tv_sec, 32);
    is(u.st_mtim.tv_nsec, 0);
    is(syscall(SYS_futimesat, AT_FDCWD, "f", v), 0);
    is(syscall(SYS_utime, "f", NULL), 0);
    is(syscall(SYS_utimes, "f", NULL), 0);
#endif
}

static void places(void)
{
    struct timespec t[2] = { { 11, 12 }, { 13, 14 } };
    struct stat s;
    symlink("f", "link");
    is(utimensat(AT_FDCWD, "link", t, AT_SYMLINK_NOFOLLOW), 0);
    lstat("link", &s);
    is(s.st_mtim.tv_sec, 13);
    stat("f", &s);
    ok(s.st_mtim.tv_sec != 13);
    is(utimensat(AT_FDCWD, "link", t, 0), 0);
    stat("f", &s);
    is(s.st_mtim.tv_sec, 13);
    unlink("link");
    int fd = open("f", O_RDONLY);
    t[1].tv_sec = 15;
    is(futimens(fd, t), 0);
    stat("f", &s);
    is(s.st_mtim.tv_sec, 15);
    t[1].tv_sec = 16;
    is(syscall(SYS_utimensat, fd, "", t, AT_EMPTY_PATH), 0);
    stat("f", &s);
    is(s.st_mtim.tv_sec, 16);
    fails_with(ENOENT, syscall(SYS_utimensat, fd, "", t, 0));
    fails_with(EINVAL,
        syscall(SYS_utimensat, fd, NULL, t, AT_SYMLINK_NOFOLLOW));
    fails_with(EFAULT, syscall(SYS_utimensat, AT_FDCWD, NULL, t, 0));
    fails_with(EBADF, syscall(SYS_utimensat, -1, NULL, t, 0));
    fails_with(EBADF, syscall(SYS_utimensat, -1, "f", t, 0));
    fails_with(ENOENT, utimensat(AT_FDCWD, "none", t, 0));
    fails_with(EINVAL, utimensat(AT_FDCWD, "f", t, 0x10000));
    fails_with(EFAULT, syscall(SYS_utimensat, AT_FDCWD, "f", 8, 0));
    close(fd);
    t[0].tv_nsec = 1000000000;
    fails_with(EINVAL, utimensat(AT_FDCWD, "f", t, 0));
    t[0].tv_nsec = -1;
    fails_with(EINVAL, utimensat(AT_FDCWD, "f", t, 0));
#ifdef SYS_utimes
    struct timeval v[2] = { { 1, 1000000 }, { 1, 0 } };
    fails_with(EINVAL, syscall(SYS_utimes, "f", v));
    v[0].tv_usec = -1;
    fails_with(EINVAL, syscall(SYS_utimes, "f", v));
#endif
}

static void rights(void)
{
    struct timespec both_now[2] = { { 0, UTIME_NOW }, { 0, UTIME_NOW } };
    struct timespec one_now[2] = { { 0, UTIME_NOW }, { 0, UTIME_OMIT } };
    struct timespec none[2] = { { 0, UTIME_OMIT }, { 0, UTIME_OMIT } };
    struct timespec set[2] = { { 1, 0 }, { 2, 0 } };
    make_file_of("mine", 0, USER, GROUP);
    make_file_of("writable", 0666, OTHER, OTHER_GROUP);
    make_file_of("foreign", 0644, OTHER, OTHER_GROUP);
    become(USER, GROUP);
    is(utimensat(AT_FDCWD, "mine", set, 0), 0);
    is(utimensat(AT_FDCWD, "mine", NULL, 0), 0);
    is(utimensat(AT_FDCWD, "writable", NULL, 0), 0);
    is(utimensat(AT_FDCWD, "writable", both_now, 0), 0);
    fails_with(EPERM, utimensat(AT_FDCWD, "writable", one_now, 0));
    fails_with(EPERM, utimensat(AT_FDCWD, "writable", set, 0));
    fails_with(EACCES, utimensat(AT_FDCWD, "foreign", NULL, 0));
    fails_with(EACCES, utimensat(AT_FDCWD, "foreign", both_now, 0));
    fails_with(EPERM, utimensat(AT_FDCWD, "foreign", one_now, 0));
    fails_with(EPERM, utimensat(AT_FDCWD, "foreign", set, 0));
    is(utimensat(AT_FDCWD, "foreign", none, 0), 0);
    become_root();
    unlink("mine"), unlink("writable"), unlink("foreign");
}

static void what_touches(void)
{
    char byte;
    int fd = open("f", O_RDWR | O_TRUNC);
    write(fd, "0123456789", 10);
    begin("f");
    pread(fd, &byte, 1, 0);
    is_text(touched("f"), "a");
    begin("f");
    pwrite(fd, "x", 1, 0);
    is_text(touched("f"), "mc");
    begin("f");
    pwrite(fd, "x", 0, 0);
    is_text(touched("f"), "");
    begin("f");
    ftruncate(fd, 10);
    is_text(touched("f"), "mc");
    begin("f");
    truncate("f", 10);
    is_text(touched("f"), "mc");
    begin("f");
    ftruncate(fd, 5);
    is_text(touched("f"), "mc");
    begin("f");
    fallocate(fd, 0, 0, 5);
    is_text(touched("f"), "mc");
    begin("f");
    fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 2);
    is_text(touched("f"), "mc");
    begin("f");
    chmod("f", 0644);
    is_text(touched("f"), "c");
    begin("f");
    chown("f", 0, 0);
    is_text(touched("f"), "c");
    begin("f");
    chown("f", -1, -1);
    is_text(touched("f"), "c");
    begin("f");
    rename("f", "g"), rename("g", "f");
    is_text(touched("f"), "c");
    close(fd);
}

static void what_opening_touches(void)
{
    char byte;
    int fd = open("f", O_RDWR);
    begin("f");
    close(open("f", O_RDONLY));
    is_text(touched("f"), "");
    begin("f");
    close(open("f", O_WRONLY | O_TRUNC));
    is_text(touched("f"), "mc");
    begin("f");
    close(open("f", O_WRONLY | O_TRUNC));
    is_text(touched("f"), "mc");
    begin("f");
    lseek(fd, 3, SEEK_SET);
    is_text(touched("f"), "");
    write(fd, "abc", 3);
    begin("f");
    char *at = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    is_text(touched("f"), "a");
    munmap(at, 4096);
    close(fd);
    fd = open("f", O_RDONLY | O_NOATIME);
    begin("f");
    read(fd, &byte, 1);
    is_text(touched("f"), "");
    close(fd);
}

static void directories(void)
{
    char buffer[1024];
    mkdir("d", 0755);
    begin("d");
    make_file("d/f", 0644);
    is_text(touched("d"), "mc");
    begin("d");
    close(open("d/f", O_RDWR | O_CREAT, 0600));
    is_text(touched("d"), "");
    begin("d");
    chmod("d/f", 0600);
    is_text(touched("d"), "");
    begin("d");
    unlink("d/f");
    is_text(touched("d"), "mc");
    begin("d");
    mkdir("d/e", 0755);
    is_text(touched("d"), "mc");
    begin("d");
    rmdir("d/e");
    is_text(touched("d"), "mc");
    begin("d");
    int fd = open("d", O_RDONLY);
    syscall(SYS_getdents64, fd, buffer, sizeof buffer);
    is_text(touched("d"), "a");
    close(fd);
    symlink("f", "d/link");
    struct timespec old[2] = { { 1, 0 }, { 2, 0 } };
    utimensat(AT_FDCWD, "d/link", old, AT_SYMLINK_NOFOLLOW);
    readlink("d/link", buffer, sizeof buffer);
    struct stat s;
    lstat("d/link", &s);
    ok(s.st_atim.tv_sec > 2);
    unlink("d/link");
    rmdir("d");
}

/* relatime, noatime, nodiratime, strictatime. */
static void mounts(void)
{
    char byte, buffer[256];
    struct timespec later[2] = { { 3000000000, 0 }, { 1, 0 } };
    mkdir("m", 0755);
    mount("none", "m", "tmpfs", 0, NULL);
    int fd = open("m/f", O_RDWR | O_CREAT, 0600);
    write(fd, "abc", 3);
    struct timespec recent[2] = { { 0, UTIME_NOW }, { 1, 0 } };
    until_tick();
    utimensat(AT_FDCWD, "m/f", recent, 0);
    until_tick();
    stat("m/f", &before);
    pread(fd, &byte, 1, 0);
    stat("m/f", &after);
    /* The change time is as new as the access time: due once. */
    ok(ns(after.st_atim) > ns(before.st_atim));
    until_tick();
    pread(fd, &byte, 1, 0);
    stat("m/f", &before);
    ok(ns(after.st_atim) == ns(before.st_atim));
    is(mount("none", "m", NULL, MS_REMOUNT | MS_STRICTATIME, NULL), 0);
    pread(fd, &byte, 1, 0);
    stat("m/f", &after);
    ok(ns(after.st_atim) > ns(before.st_atim));
    utimensat(AT_FDCWD, "m/f", later, 0);
    pread(fd, &byte, 1, 0);
    stat("m/f", &after);
    ok(after.st_atim.tv_sec < 3000000000);
    is(mount("none", "m", NULL, MS_REMOUNT | MS_NOATIME, NULL), 0);
    begin("m/f");
    pread(fd, &byte, 1, 0);
    is_text(touched("m/f"), "");
    is(mount("none", "m", NULL, MS_REMOUNT | MS_NODIRATIME, NULL), 0);
    begin("m/f");
    pread(fd, &byte, 1, 0);
    is_text(touched("m/f"), "a");
    begin("m");
    int d = open("m", O_RDONLY);
    syscall(SYS_getdents64, d, buffer, sizeof buffer);
    is_text(touched("m"), "");
    close(d), close(fd);
    umount("m"), rmdir("m");
}

static void run(void)
{
    chmod(".", 0777);
    make_file("f", 0644);
    setting();
    places();
    rights();
    what_touches();
    what_opening_touches();
    directories();
    mounts();
}
TEST_MAIN
