/* SPDX-License-Identifier: MIT */
/* inotify: the file, its watches and their flags, its queue. */
#include "asleep.h"
#include "inotify.h"

#include <sys/epoll.h>

static void creation(void)
{
    char text[64] = "", path[64];
    fails_with(EINVAL, inotify_init1(O_APPEND));
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    is(fcntl(fd, F_GETFD), FD_CLOEXEC);
    is(fcntl(fd, F_GETFL), O_RDONLY | O_NONBLOCK);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    readlink(path, text, sizeof text);
    is_text(text, "anon_inode:inotify");
    fails_with(EAGAIN, read(fd, text, sizeof text));
    fails_with(EBADF, write(fd, text, 1));
    is(lseek(fd, 5, SEEK_SET), 0); /* nowhere */
    fails_with(ESPIPE, pread(fd, text, 1, 0));
    close(fd);
#ifdef SYS_inotify_init
    fd = syscall(SYS_inotify_init);
    is(fcntl(fd, F_GETFD), 0);
    close(fd);
#endif
}

static void errors(void)
{
    int fd = inotify_init1(IN_NONBLOCK), null = open("/dev/null", O_RDONLY);
    fails_with(EBADF, inotify_add_watch(99, "/", IN_OPEN));
    fails_with(EINVAL, inotify_add_watch(null, "/", IN_OPEN));
    fails_with(EINVAL, inotify_add_watch(fd, "/", 0));
    fails_with(EINVAL,
        inotify_add_watch(fd, "/", IN_OPEN | IN_MASK_ADD | IN_MASK_CREATE));
    fails_with(EFAULT, inotify_add_watch(fd, (char *)8, IN_OPEN));
    fails_with(ENOENT, inotify_add_watch(fd, "missing", IN_OPEN));
    fails_with(ENOENT, inotify_add_watch(fd, "", IN_OPEN));
    fails_with(ENOTDIR,
        inotify_add_watch(fd, "/proc/self/stat", IN_OPEN | IN_ONLYDIR));
    fails_with(EBADF, inotify_rm_watch(99, 1));
    fails_with(EINVAL, inotify_rm_watch(null, 1));
    fails_with(EINVAL, inotify_rm_watch(fd, 1));
    fails_with(EINVAL, inotify_rm_watch(fd, -1));
    close(null);
    close(fd);
}

static void rights(void *data)
{
    int fd = *(int *)data;
    if (setgid(1000) || setuid(1000))
        _exit(1);
    if (inotify_add_watch(fd, "private", IN_OPEN) != -1 || errno != EACCES)
        _exit(2);
}

static void masks(void)
{
    int fd = inotify_init1(IN_NONBLOCK);
    close(open("f", O_CREAT, 0600));
    close(open("private", O_CREAT, 0600));
    symlink("f", "link");
    is(in_child(rights, &fd), 0);
    is(inotify_add_watch(fd, "f", IN_OPEN), 1);
    is(inotify_add_watch(fd, "link", IN_CLOSE), 1); /* the same, changed */
    close(open("f", O_RDONLY));
    is_text(told(fd), "closed ");
    is(inotify_add_watch(fd, "f", IN_OPEN | IN_MASK_ADD), 1);
    close(open("f", O_RDONLY));
    is_text(told(fd), "open closed ");
    fails_with(EEXIST, inotify_add_watch(fd, "f", IN_OPEN | IN_MASK_CREATE));
    is(inotify_add_watch(fd, "private", IN_OPEN | IN_MASK_CREATE), 2);
    is(inotify_add_watch(fd, "link", IN_ATTRIB | IN_DONT_FOLLOW), 3);
    lchown("link", 1, 1);
    is_text(told(fd), "attrib ");
    is(inotify_rm_watch(fd, 2), 0);
    is_text(told(fd), "ignored ");
    is(inotify_add_watch(fd, "private", IN_OPEN | IN_ONESHOT), 4);
    close(open("private", O_RDONLY));
    close(open("private", O_RDONLY));
    is_text(told(fd), "open ignored ");
    fails_with(EINVAL, inotify_rm_watch(fd, 4));
    close(fd);
    unlink("f");
    unlink("link");
    unlink("private");
}

/* A file whose name is gone, in a watched directory. */
static void unlinked(void)
{
    int fd = inotify_init1(IN_NONBLOCK);
    mkdir("d", 0755);
    for (int i = 0; i < 2; i++) {
        inotify_add_watch(fd, "d", IN_MODIFY | (i ? IN_EXCL_UNLINK : 0));
        int file = open("d/f", O_CREAT | O_RDWR, 0600);
        unlink("d/f");
        write(file, "x", 1);
        close(file);
        is_text(told(fd), i ? "" : "modify:f ");
    }
    rmdir("d");
    close(fd);
}

static void reading(void)
{
    int fd = inotify_init1(IN_NONBLOCK), bytes = -1;
    struct inotify_event *event;
    char buffer[64] __attribute__((aligned(8)));
    mkdir("d", 0755);
    inotify_add_watch(fd, "d", IN_CREATE);
    struct pollfd item = { .fd = fd, .events = POLLIN | POLLOUT };
    is(poll(&item, 1, 0), 0);
    close(open("d/exactly15chars", O_CREAT, 0600));
    is(poll(&item, 1, 0), 1);
    is(item.revents, POLLIN);
    is(ioctl(fd, FIONREAD, &bytes), 0);
    is(bytes, 32);
    fails_with(EINVAL, read(fd, buffer, 31));
    is(read(fd, buffer, 63), 32);
    event = (void *)buffer;
    is(event->len, 16);
    is(event->wd, 1);
    is(event->mask, IN_CREATE);
    is_text(event->name, "exactly15chars");
    unlink("d/exactly15chars");
    close(open("d/16-characters-it", O_CREAT, 0600));
    close(open("d/b", O_CREAT, 0600));
    ioctl(fd, FIONREAD, &bytes);
    is(bytes, 48 + 32);
    is(read(fd, buffer, 64), 48); /* whole events only */
    is(read(fd, buffer, 64), 32);
    unlink("d/b");
    unlink("d/16-characters-it");
    close(open("d/lost", O_CREAT, 0600));
    fails_with(EFAULT, read(fd, (void *)8, 64));
    fails_with(EAGAIN, read(fd, buffer, 64));
    unlink("d/lost");
    rmdir("d");
    close(fd);
}

static void waiting(void)
{
    int fd = inotify_init(), epoll = epoll_create1(0), told[2];
    char buffer[64];
    pipe(told);
    struct epoll_event event = { .events = EPOLLIN | EPOLLET };
    inotify_add_watch(fd, ".", IN_CREATE);
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    pid_t child = fork();
    if (!child) {
        until_asleep(getppid());
        close(open("first", O_CREAT, 0600));
        read(told[0], buffer, 1);
        until_asleep(getppid());
        close(open("second", O_CREAT, 0600));
        _exit(0);
    }
    is(read(fd, buffer, 64), 32);
    epoll_wait(epoll, &event, 1, 0);
    write(told[1], "", 1);
    is(epoll_wait(epoll, &event, 1, 10000), 1);
    is(read(fd, buffer, 64), 32);
    waitpid(child, NULL, 0);
    unlink("first");
    unlink("second");
    close(fd), close(epoll), close(told[0]), close(told[1]);
}

static void overflow(void)
{
    int fd = inotify_init1(IN_NONBLOCK), bytes;
    char text[16];
    FILE *limit = fopen("/proc/sys/fs/inotify/max_queued_events", "r");
    ok(fgets(text, sizeof text, limit));
    fclose(limit);
    int most = atoi(text);
    is(most, 16384);
    close(open("f", O_CREAT, 0600));
    inotify_add_watch(fd, "f", IN_OPEN | IN_CLOSE);
    for (int i = 0; i < most / 2 + 10; i++)
        close(open("f", O_RDONLY));
    ioctl(fd, FIONREAD, &bytes);
    is(bytes, (most + 1) * 16);
    struct inotify_event event;
    int overflows = 0, others = 0, last = 0;
    while (read(fd, &event, sizeof event) == sizeof event) {
        last = event.mask;
        if (event.mask & IN_Q_OVERFLOW)
            overflows += event.wd == -1;
        else
            others++;
    }
    is(overflows, 1);
    is(others, most);
    is(last, IN_Q_OVERFLOW);
    close(open("f", O_RDONLY));
    is(read(fd, &event, sizeof event), sizeof event);
    is(event.mask, IN_OPEN);
    unlink("f");
    close(fd);
}

static void many(void)
{
    enum { MANY = 500 };
    int fd = inotify_init1(IN_NONBLOCK), good = 0;
    char name[32];
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "many%d", i);
        close(open(name, O_CREAT, 0600));
        good += inotify_add_watch(fd, name, IN_DELETE_SELF) == i + 1;
    }
    is(good, MANY);
    for (int i = 0; i < MANY; i += 2) {
        snprintf(name, sizeof name, "many%d", i);
        unlink(name);
    }
    int bytes;
    ioctl(fd, FIONREAD, &bytes);
    is(bytes, MANY / 2 * 2 * 16);
    close(fd);
    for (int i = 1; i < MANY; i += 2) {
        snprintf(name, sizeof name, "many%d", i);
        unlink(name);
    }
    int fds[200], count = 0;
    while (count < 200 && (fds[count] = inotify_init()) >= 0)
        count++;
    is(errno, EMFILE);
    is(count, 128);
    while (count--)
        close(fds[count]);
}

static void described(void)
{
    int fd = inotify_init();
    char path[64], text[512] = "", want[64];
    struct stat status;
    stat("/", &status);
    inotify_add_watch(fd, "/", IN_OPEN | IN_CREATE);
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
    int info = open(path, O_RDONLY);
    ok(read(info, text, sizeof text - 1) > 0);
    snprintf(want, sizeof want, "inotify wd:1 ino:%lx sdev:",
        (unsigned long)status.st_ino);
    ok(strstr(text, want));
    ok(strstr(text, " mask:120 ignored_mask:0"));
    close(info);
    close(fd);
}

static void run(void)
{
    creation();
    errors();
    masks();
    unlinked();
    reading();
    waiting();
    overflow();
    many();
    described();
}
TEST_MAIN
