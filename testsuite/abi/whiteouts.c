/* SPDX-License-Identifier: MIT */
/* renameat2 with RENAME_WHITEOUT: what was moved leaves a device 0:0 behind. */
#include "who.h"

#include <dirent.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>

enum { NO_REPLACE = 1, EXCHANGE = 2, WHITEOUT = 4 };

static long leave(const char *from, const char *to, unsigned flags)
{
    return syscall(
        SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, WHITEOUT | flags);
}

static bool is_whiteout(const char *path)
{
    struct stat status;
    return !lstat(path, &status) && status.st_mode == S_IFCHR &&
        !status.st_rdev && status.st_nlink == 1 && !status.st_size;
}

static int names_in(const char *path)
{
    DIR *directory = opendir(path);
    int count = 0;
    while (readdir(directory))
        count++;
    closedir(directory);
    return count - 2;
}

static void files(void)
{
    make_file("a", 0640);
    is(leave("a", "b", 0), 0);
    ok(is_whiteout("a"));
    is(type_of("b"), S_IFREG);
    is(mode_of("b"), 0640);
    fails_with(EACCES, (become(USER, GROUP), open("a", O_RDONLY)));
    become_root();
    fails_with(ENXIO, open("a", O_RDONLY));
    fails_with(EEXIST, mkdir("a", 0700));
    /* Over what is there; and a whiteout is moved like anything else. */
    is(leave("b", "a", 0), 0);
    ok(is_whiteout("b"));
    is(type_of("a"), S_IFREG);
    is(leave("b", "c", 0), 0);
    ok(is_whiteout("b") && is_whiteout("c"));
    is(leave("a", "c", 0), 0);
    ok(is_whiteout("a"));
    is(type_of("c"), S_IFREG);
    is(rename("a", "b"), 0);
    ok(!exists("a") && is_whiteout("b"));
    unlink("b"), unlink("c");
}

static void directories(void)
{
    mkdir("d", 0755), mkdir("d/in", 0755), mkdir("e", 0755);
    make_file("d/f", 0600);
    is(links_of("d"), 3);
    is(leave("d/in", "e/in", 0), 0);
    is(links_of("d"), 2);
    is(links_of("e"), 3);
    ok(is_whiteout("d/in"));
    is(names_in("d"), 2);
    is(size_of("d"), 80);
    is(leave("d/f", "e/f", 0), 0);
    is(names_in("d"), 2);
    is(names_in("e"), 2);
    fails_with(ENOTEMPTY, rmdir("d"));
    is(leave("e/in", "g", 0), 0);
    is(leave("d", "g", 0), 0); /* over an empty one */
    ok(is_whiteout("d") && is_whiteout("g/f"));
    is(names_in("g"), 2);
    unlink("d"), unlink("g/f"), unlink("g/in"), rmdir("g");
    unlink("e/f"), unlink("e/in");
    is(rmdir("e"), 0);
}

static void errors(void)
{
    make_file("a", 0600), make_file("b", 0600);
    mkdir("d", 0755), mkdir("full", 0755), mkdir("full/in", 0755);
    link("a", "same");
    fails_with(EINVAL, leave("a", "b", EXCHANGE));
    fails_with(EINVAL, leave("a", "b", EXCHANGE | NO_REPLACE));
    fails_with(EINVAL, leave("a", "b", 8));
    fails_with(EEXIST, leave("a", "b", NO_REPLACE));
    fails_with(ENOENT, leave("none", "b", 0));
    fails_with(EISDIR, leave("a", "d", 0));
    fails_with(ENOTDIR, leave("d", "a", 0));
    fails_with(ENOTEMPTY, leave("d", "full", 0));
    fails_with(EINVAL, leave("full", "full/in/x", 0));
    is(leave("a", "same", 0), 0); /* two names of one file: both stay */
    is(links_of("a"), 2);
    is(leave("a", "new", NO_REPLACE), 0);
    ok(is_whiteout("a"));
    become(USER, GROUP);
    fails_with(EACCES, leave("b", "c", 0));
    become_root();
    unlink("a"), unlink("b"), unlink("same"), unlink("new");
    rmdir("d"), rmdir("full/in"), rmdir("full");
}

/* Anybody may leave one, and it is theirs. */
static void owner(void)
{
    struct stat status;
    make_directory_of("own", 0755, USER, GROUP);
    make_file_of("own/a", 0600, OTHER, OTHER_GROUP);
    become(USER, GROUP);
    is(leave("own/a", "own/b", 0), 0);
    become_root();
    ok(is_whiteout("own/a"));
    is(lstat("own/a", &status), 0);
    ok(status.st_uid == USER && status.st_gid == GROUP);
    chmod("own", 02755), chown("own", USER, OTHER_GROUP);
    chmod("own", 02755);
    is(leave("own/b", "own/c", 0), 0);
    is(lstat("own/b", &status), 0);
    ok(status.st_uid == 0 && status.st_gid == OTHER_GROUP);
    unlink("own/a"), unlink("own/b"), unlink("own/c"), rmdir("own");
}

/* It needs an inode, even if one gets free. */
static void no_room(void)
{
    mkdir("m", 0755);
    mount("none", "m", "tmpfs", 0, "nr_inodes=4");
    make_file("m/a", 0600), make_file("m/b", 0600), mkdir("m/d", 0755);
    fails_with(ENOSPC, leave("m/a", "m/c", 0));
    fails_with(ENOSPC, leave("m/a", "m/b", 0));
    fails_with(EISDIR, leave("m/a", "m/d", 0));
    ok(type_of("m/a") == S_IFREG && type_of("m/b") == S_IFREG);
    is(names_in("m"), 3);
    rmdir("m/d");
    is(leave("m/a", "m/b", 0), 0);
    ok(is_whiteout("m/a"));
    is(names_in("m"), 2);
    is(mkdir("m/d", 0755), 0);
    fails_with(ENOSPC, mkdir("m/e", 0755));
    unlink("m/a"), rmdir("m/d");
    mkdir("m/d", 0755), mkdir("m/e", 0755);
    fails_with(ENOSPC, leave("m/d", "m/e", 0));
    rmdir("m/e"), rmdir("m/d"), unlink("m/b");
    mkdir("m/d", 0755), mkdir("m/e", 0755), mkdir("m/e/f", 0755);
    fails_with(ENOTEMPTY, leave("m/d", "m/e", 0));
    umount("m");
    mount("none", "m", "tmpfs", 0, NULL);
    make_file("m/a", 0600);
    mount("none", "m", NULL, MS_REMOUNT | MS_RDONLY, NULL);
    fails_with(EROFS, leave("m/a", "m/b", 0));
    fails_with(EXDEV, leave("m/a", "a", 0));
    umount("m");
    mount("none", "m", "ramfs", 0, NULL);
    make_file("m/a", 0600), make_file("m/b", 0600), link("m/a", "m/same");
    mkdir("m/d", 0755);
    fails_with(EINVAL, leave("m/a", "m/b", 0));
    fails_with(EEXIST, leave("m/a", "m/b", NO_REPLACE));
    fails_with(EISDIR, leave("m/a", "m/d", 0));
    is(leave("m/a", "m/same", 0), 0);
    umount("m"), rmdir("m");
}

/* Of the whiteout nothing is told. */
static void told(void)
{
    char space[1024];
    make_file("a", 0600);
    int watcher = inotify_init1(IN_NONBLOCK);
    inotify_add_watch(watcher, ".", IN_ALL_EVENTS);
    is(leave("a", "b", 0), 0);
    ssize_t got = read(watcher, space, sizeof space);
    const ssize_t each = sizeof(struct inotify_event) + 16;
    struct inotify_event *first = (void *)space, *second = (void *)(space + each);
    is(got, 2 * each);
    is(first->mask, IN_MOVED_FROM);
    is_text(first->name, "a");
    is(second->mask, IN_MOVED_TO);
    is_text(second->name, "b");
    close(watcher);
    unlink("a"), unlink("b");
}

static void run(void)
{
    files();
    directories();
    errors();
    owner();
    no_room();
    told();
}
TEST_MAIN
