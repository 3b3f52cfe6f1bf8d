/* SPDX-License-Identifier: MIT */
/* inotify: what is told of files and directories, in which order. */
#include "inotify.h"

#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/xattr.h>

static void put(const char *path, const char *text)
{
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0644);
    if (write(fd, text, strlen(text)) < 0)
        note("%s: %s", path, strerror(errno));
    close(fd);
}

static void of_a_file(void)
{
    int fd = inotify_init1(IN_NONBLOCK), file;
    char byte;
    put("file", "content");
    is(inotify_add_watch(fd, "file", IN_ALL_EVENTS), 1);
    file = open("file", O_RDWR);
    is_text(told(fd), "open ");
    is(read(file, &byte, 1), 1);
    is(read(file, &byte, 1), 1);
    is_text(told(fd), "access "); /* the same again is told once */
    is(write(file, "x", 1), 1);
    is_text(told(fd), "modify ");
    is(pread(file, &byte, 0, 0), 0);
    is_text(told(fd), "");
    ftruncate(file, 3);
    is_text(told(fd), "modify ");
    fchmod(file, 0600);
    is_text(told(fd), "attrib ");
    fchown(file, 1, 1);
    is_text(told(fd), "attrib ");
    struct timespec times[2] = { { 1, 0 }, { 2, 0 } };
    futimens(file, times);
    is_text(told(fd), "attrib ");
    times[0].tv_nsec = UTIME_OMIT;
    futimens(file, times);
    is_text(told(fd), "modify ");
    times[0].tv_nsec = UTIME_NOW;
    times[1].tv_nsec = UTIME_OMIT;
    futimens(file, times);
    is_text(told(fd), "access ");
    fsetxattr(file, "trusted.t", "v", 1, 0);
    is_text(told(fd), "attrib ");
    fremovexattr(file, "trusted.t");
    is_text(told(fd), "attrib ");
    fallocate(file, 0, 0, 100);
    is_text(told(fd), "modify ");
    close(file);
    is_text(told(fd), "written ");
    unlink("file");
    close(fd);
}

static void of_its_names(void)
{
    int fd = inotify_init1(IN_NONBLOCK), file;
    put("file", "content");
    is(inotify_add_watch(fd, "file", IN_ALL_EVENTS), 1);
    close(open("file", O_PATH));
    is_text(told(fd), "");
    close(open("file", O_WRONLY | O_TRUNC));
    is_text(told(fd), "modify open written ");
    truncate("file", 10);
    is_text(told(fd), "modify ");
    close(open("file", O_RDONLY));
    is_text(told(fd), "open closed ");
    is(link("file", "second"), 0);
    is_text(told(fd), "attrib ");
    unlink("second");
    is_text(told(fd), "attrib ");
    rename("file", "other");
    is_text(told(fd), "moved ");
    file = open("other", O_RDONLY);
    told(fd);
    unlink("other");
    is_text(told(fd), "attrib ");
    close(file);
    is_text(told(fd), "closed deleted ignored ");
    fails_with(EINVAL, inotify_rm_watch(fd, 1));
    close(fd);
}

static void in_a_directory(void)
{
    int fd = inotify_init1(IN_NONBLOCK), file;
    char text[256];
    mkdir("d", 0755);
    mkdir("e", 0755);
    is(inotify_add_watch(fd, "d", IN_ALL_EVENTS), 1);
    put("d/a", "text");
    is_text(told(fd), "create:a open:a modify:a written:a ");
    file = open("d/a", O_RDONLY);
    read(file, text, 4);
    close(file);
    is_text(told(fd), "open:a access:a closed:a ");
    chmod("d/a", 0600);
    is_text(told(fd), "attrib:a ");
    mkdir("d/sub", 0755);
    symlink("a", "d/link");
    mknod("d/fifo", S_IFIFO | 0600, 0);
    is_text(told(fd), "create/:sub create:link create:fifo ");
    link("d/a", "d/hard");
    is_text(told(fd), "create:hard ");
    rename("d/a", "d/b");
    is_text(told(fd), "from:a to:b ");
    uint32_t cookie = last_cookie;
    rename("d/b", "e/b");
    is_text(told(fd), "from:b ");
    ok(last_cookie != cookie && last_cookie);
    rename("e/b", "d/c");
    is_text(told(fd), "to:c ");
    rename("d/sub", "d/sub2");
    is_text(told(fd), "from/:sub to/:sub2 ");
    put("d/over", "");
    told(fd);
    rename("d/c", "d/over");
    is_text(told(fd), "from:c to:over ");
    unlink("d/over");
    unlink("d/link");
    unlink("d/fifo");
    unlink("d/hard");
    is_text(told(fd), "delete:over delete:link delete:fifo delete:hard ");
    rmdir("d/sub2");
    is_text(told(fd), "delete/:sub2 ");
    file = open("d", O_RDONLY | O_DIRECTORY);
    syscall(SYS_getdents64, file, text, sizeof text);
    close(file);
    is_text(told(fd), "open/ access/ closed/ ");
    chmod("d", 0700);
    is_text(told(fd), "attrib/ ");
    rename("d", "dd");
    is_text(told(fd), "moved ");
    rmdir("dd");
    is_text(told(fd), "deleted ignored ");
    rmdir("e");
    close(fd);
}

static void both(void)
{
    int fd = inotify_init1(IN_NONBLOCK);
    mkdir("d", 0755);
    put("d/f", "x");
    is(inotify_add_watch(fd, "d", IN_OPEN | IN_DELETE), 1);
    is(inotify_add_watch(fd, "d/f", IN_OPEN | IN_DELETE_SELF), 2);
    close(open("d/f", O_RDONLY));
    is_text(told(fd), "open:f open ");
    unlink("d/f");
    is_text(told(fd), "deleted ignored delete:f ");
    /* In a directory in it: nothing. */
    mkdir("d/deep", 0755);
    put("d/deep/file", "x");
    is_text(told(fd), "");
    unlink("d/deep/file");
    rmdir("d/deep");
    is_text(told(fd), "delete/:deep ");
    rmdir("d");
    close(fd);
}

static void swaps(void)
{
    int fd = inotify_init1(IN_NONBLOCK);
    mkdir("d", 0755);
    put("d/a", "");
    mkdir("d/b", 0755);
    inotify_add_watch(fd, "d", IN_MOVE);
    is(syscall(SYS_renameat2, AT_FDCWD, "d/a", AT_FDCWD, "d/b", 2), 0);
    is_text(told(fd), "from:a to:b from/:b to/:a ");
    rmdir("d/a");
    unlink("d/b");
    rmdir("d");
    close(fd);
}

/* Bytes that do not pass through the program count as well. */
static void other_ways(void)
{
    int fd = inotify_init1(IN_NONBLOCK);
    put("in", "content");
    put("out", "");
    int in = open("in", O_RDONLY), out = open("out", O_WRONLY);
    inotify_add_watch(fd, "in", IN_ACCESS);
    inotify_add_watch(fd, "out", IN_MODIFY);
    is(sendfile(out, in, NULL, 7), 7);
    const char *text = told(fd); /* in which order is left open */
    ok(strstr(text, "access ") && strstr(text, "modify "));
    close(in);
    close(out);
    unlink("in");
    unlink("out");
    close(fd);
}

static void mounts(void)
{
    int fd = inotify_init1(IN_NONBLOCK);
    mkdir("m", 0755);
    is(mount("none", "m", "tmpfs", 0, NULL), 0);
    put("m/f", "x");
    is(inotify_add_watch(fd, "m", IN_ALL_EVENTS), 1);
    is(inotify_add_watch(fd, "m/f", IN_DELETE), 2);
    is(umount("m"), 0);
    const char *text = told(fd); /* which of the two comes first, too */
    ok(!strcmp(text, "unmount ignored unmount/ ignored ") ||
        !strcmp(text, "unmount/ ignored unmount ignored "));
    rmdir("m");
    close(fd);
}

static void run(void)
{
    of_a_file();
    of_its_names();
    in_a_directory();
    both();
    swaps();
    other_ways();
    mounts();
}
TEST_MAIN
