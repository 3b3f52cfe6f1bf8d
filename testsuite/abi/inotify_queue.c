/* SPDX-License-Identifier: MIT */
/* inotify: what wakes, what is the same, what /proc shows, limits. */
#include "inotify.h"
#include "proc.h"

#include <sys/epoll.h>
#include <sys/uio.h>

static void put(const char *path)
{
    close(open(path, O_CREAT | O_WRONLY, 0644));
}

/* What is told already is no new edge. */
static void edges(void)
{
    int fd = inotify_init1(IN_NONBLOCK), epoll = epoll_create1(0);
    struct epoll_event event = { .events = EPOLLIN | EPOLLET };
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    put("f");
    inotify_add_watch(fd, "f", IN_OPEN | IN_CLOSE);
    int file = open("f", O_RDONLY);
    is(epoll_wait(epoll, &event, 1, 0), 1);
    is(event.events, EPOLLIN);
    is(epoll_wait(epoll, &event, 1, 0), 0);
    int second = open("f", O_RDONLY); /* the same again */
    is(epoll_wait(epoll, &event, 1, 0), 0);
    close(second);
    is(epoll_wait(epoll, &event, 1, 0), 1);
    is_text(told(fd), "open closed ");
    is(epoll_wait(epoll, &event, 1, 0), 0);
    inotify_rm_watch(fd, 1);
    is(epoll_wait(epoll, &event, 1, 0), 1);
    is_text(told(fd), "ignored ");
    close(file);
    unlink("f");
    close(fd), close(epoll);
}

/* Two in a row are one if watch, event and name are the same, not the cookie. */
static void same(void)
{
    int fd = inotify_init1(IN_NONBLOCK);
    mkdir("d", 0755);
    mkdir("e", 0755);
    put("d/a");
    put("e/b");
    inotify_add_watch(fd, "d", IN_MOVED_TO);
    rename("e/b", "d/a");
    put("e/b");
    rename("e/b", "d/a");
    is_text(told(fd), "to:a ");
    inotify_add_watch(fd, "d", IN_ATTRIB);
    chmod("d/a", 0600);
    chmod("d", 0700);
    chmod("d/a", 0644);
    chmod("d/a", 0600);
    is_text(told(fd), "attrib:a attrib/ attrib:a ");
    put("d/aa");
    chmod("d/a", 0600);
    chmod("d/aa", 0600);
    is_text(told(fd), "attrib:a attrib:aa ");
    unlink("d/a"), unlink("d/aa");
    rmdir("d"), rmdir("e");
    close(fd);
}

static const char *shown(int fd)
{
    return fdinfo_from(fd, "inotify ");
}

static void described(void)
{
    int fd = inotify_init(), wd[2];
    unsigned mask[2];
    put("f");
    put("g");
    is_text(shown(fd), "");
    inotify_add_watch(fd, "f", IN_ALL_EVENTS | IN_ISDIR | IN_UNMOUNT);
    inotify_add_watch(fd, "g", IN_OPEN | IN_ONESHOT | IN_EXCL_UNLINK);
    const char *text = shown(fd), *next = strchr(text, '\n');
    const char *form = "inotify wd:%x ino:%*x sdev:%*x mask:%x ignored_mask:0 ";
    is(sscanf(text, form, &wd[0], &mask[0]), 2);
    is(sscanf(next ? next + 1 : "", form, &wd[1], &mask[1]), 2);
    is(wd[0], 2); /* the newest first */
    is(wd[1], 1);
    is(mask[0], IN_OPEN | IN_ONESHOT | IN_EXCL_UNLINK);
    is(mask[1], IN_ALL_EVENTS);
    inotify_add_watch(fd, "g", IN_OPEN); /* without the flags */
    ok(strstr(shown(fd), " mask:20 ignored_mask:0 "));
    inotify_add_watch(fd, "g", IN_MASK_ADD | IN_ONESHOT | IN_CREATE);
    ok(strstr(shown(fd), " mask:80000120 ignored_mask:0 "));
    unlink("f"), unlink("g");
    close(fd);
}

static void numbers(void)
{
    int fd = inotify_init1(IN_NONBLOCK);
    put("f"), put("g"), put("h");
    is(inotify_add_watch(fd, "f", IN_OPEN), 1);
    is(inotify_rm_watch(fd, 1), 0);
    is(inotify_add_watch(fd, "f", IN_OPEN), 2);
    const unsigned long set_next = _IOW('I', 0, int32_t);
    fails_with(EINVAL, ioctl(fd, set_next, 0));
    fails_with(EINVAL, ioctl(fd, set_next, 0x80000000l));
    is(ioctl(fd, set_next, 40), 0);
    is(inotify_add_watch(fd, "g", IN_OPEN), 40);
    is(ioctl(fd, set_next, 2), 0);
    is(inotify_add_watch(fd, "h", IN_OPEN), 3); /* 2 is taken */
    is(inotify_rm_watch(fd, 3), 0);
    is(ioctl(fd, set_next, 0x7fffffff), 0);
    is(inotify_add_watch(fd, "h", IN_OPEN), 0x7fffffff);
    is(inotify_rm_watch(fd, 0x7fffffff), 0);
    is(inotify_add_watch(fd, "h", IN_OPEN), 1); /* from the start */
    fails_with(ENOTTY, ioctl(fd, _IOW('I', 1, int32_t), 2));
    is_text(told(fd), "ignored ignored ignored ");
    unlink("f"), unlink("g"), unlink("h");
    close(fd);
}

static void order_of_errors(void)
{
    int fd = inotify_init1(IN_NONBLOCK), path = open("/", O_PATH);
    fails_with(EINVAL, inotify_add_watch(99, "/", 0));
    fails_with(EINVAL, inotify_add_watch(99, "/", 0x10000000 & ~IN_MASK_CREATE));
    fails_with(EINVAL, inotify_add_watch(fd, "/", 0x10000));
    fails_with(EINVAL, inotify_add_watch(fd, "missing", IN_OPEN | 0x10000));
    fails_with(EBADF, inotify_add_watch(path, "/", IN_OPEN));
    fails_with(EBADF, inotify_rm_watch(path, 1));
    fails_with(ENOTDIR, inotify_add_watch(fd, "/proc/version/x", IN_OPEN));
    is(inotify_add_watch(fd, "/", IN_ISDIR), 1); /* bits that say nothing */
    is(inotify_add_watch(fd, "/", IN_ONLYDIR), 1);
    fails_with(EINVAL, inotify_rm_watch(fd, 0));
    put("f");
    fails_with(ENOTDIR, inotify_add_watch(fd, "f/", IN_OPEN));
    symlink("/", "link");
    fails_with(
        ENOTDIR, inotify_add_watch(fd, "link", IN_ONLYDIR | IN_DONT_FOLLOW));
    is(inotify_add_watch(fd, "link", IN_ONLYDIR | IN_OPEN), 1);
    unlink("link"), unlink("f");
    close(fd), close(path);
}

static void segments(void)
{
    int fd = inotify_init1(IN_NONBLOCK), pipes[2];
    char buffer[64] __attribute__((aligned(8)));
    struct iovec halves[2] = { { buffer, 8 }, { buffer + 8, 8 } };
    struct iovec two[2] = { { buffer, 16 }, { buffer + 16, 16 } };
    struct iovec wide[2] = { { buffer, 24 }, { buffer + 24, 16 } };
    pipe(pipes);
    put("f");
    inotify_add_watch(fd, "f", IN_OPEN | IN_CLOSE);
    fails_with(EAGAIN, read(fd, buffer, 0));
    close(open("f", O_RDONLY));
    fails_with(EINVAL, read(fd, buffer, 0));
    fails_with(EINVAL, readv(fd, halves, 2));
    fails_with(EINVAL, splice(fd, NULL, pipes[1], NULL, 64, 0));
    is(readv(fd, two, 2), 32);
    close(open("f", O_RDONLY));
    is(readv(fd, wide, 2), 16); /* not filled: the next is not looked at */
    is_text(told(fd), "closed ");
    unlink("f");
    close(fd), close(pipes[0]), close(pipes[1]);
}

static int setting(const char *name, const char *value)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/sys/fs/inotify/%s", name);
    int fd = open(path, O_WRONLY);
    int result = write(fd, value, strlen(value)) < 0 ? -errno : 0;
    close(fd);
    return fd < 0 ? -1 : result;
}

/* Of files that are made from then on; users have as many as is said now. */
static void limits(void)
{
    int old = inotify_init1(IN_NONBLOCK);
    is(setting("max_queued_events", "2"), 0);
    int fd = inotify_init1(IN_NONBLOCK);
    is(setting("max_queued_events", "16384"), 0);
    put("f"), put("g");
    inotify_add_watch(old, "f", IN_OPEN | IN_CLOSE);
    is(inotify_add_watch(fd, "f", IN_OPEN | IN_CLOSE), 1);
    close(open("f", O_RDONLY));
    close(open("f", O_RDONLY));
    is_text(told(old), "open closed open closed ");
    is_text(told(fd), "open closed overflow ");
    is(setting("max_user_instances", "2"), 0);
    fails_with(EMFILE, inotify_init());
    close(old);
    old = inotify_init1(0);
    ok(old >= 0);
    is(setting("max_user_instances", "128"), 0);
    is(setting("max_user_watches", "1"), 0);
    fails_with(ENOSPC, inotify_add_watch(fd, "g", IN_OPEN));
    is(inotify_add_watch(fd, "f", IN_CLOSE), 1);
    is(setting("max_user_watches", "8192"), 0);
    /* The one that failed has had number 2. */
    fails_with(ENOENT, inotify_add_watch(fd, "none", IN_OPEN));
    is(inotify_add_watch(fd, "g", IN_OPEN), 3);
    fails_with(EEXIST, inotify_add_watch(fd, "g", IN_OPEN | IN_MASK_CREATE));
    is(inotify_add_watch(fd, ".", IN_ATTRIB), 4);
    is(setting("max_user_watches", "-1"), -EINVAL);
    is(setting("max_queued_events", "x"), -EINVAL);
    unlink("f"), unlink("g");
    close(fd), close(old);
}

static void run(void)
{
    edges();
    same();
    described();
    numbers();
    order_of_errors();
    segments();
    limits();
}
TEST_MAIN
