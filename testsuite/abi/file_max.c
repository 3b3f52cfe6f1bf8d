/* SPDX-License-Identifier: MIT */
/* Where as many files are open as may be, /proc/sys/fs/file-max, each call that
 * opens one says so to whoever is not root; those that need none go on. */
#include "setting.h"

#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>

#define FILE_MAX "/proc/sys/fs/file-max"
#define raw(name, ...) syscall(SYS_##name, ##__VA_ARGS__)

static struct setting files, watches;

#define limited(call)                                                          \
    ({                                                                         \
        say(&files, "0");                                                     \
        become(USER, GROUP);                                                   \
        long tap_said = (long)(call);                                          \
        int tap_why = errno;                                                   \
        become_root();                                                         \
        say(&files, files.before);                                                  \
        errno = tap_why;                                                       \
        tap_said;                                                              \
    })
#define refused(call)                                                          \
    ({                                                                         \
        errno = 0;                                                             \
        long refused_said = limited(call);                                     \
        if (!tap_case(refused_said == -1 && errno == ENFILE,                   \
                #call " fails with ENFILE"))                                   \
            note("%ld, errno %d", refused_said, errno);                        \
    })
#define granted(call) ok(limited(call) >= 0)

static int listener, client, file, self, master, ends[2];
static uint64_t none, how[3];

static int connect_one(void)
{
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    socklen_t length = sizeof name;
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    client = socket(AF_UNIX, SOCK_STREAM, 0);
    bind(listener, (void *)&name, sizeof name.sun_family);
    listen(listener, 1);
    getsockname(listener, (void *)&name, &length);
    return connect(client, (void *)&name, length);
}

static long clone_with(unsigned long flags, int *pidfd)
{
    long child = syscall(SYS_clone, flags | SIGCHLD, 0, pidfd, 0, 0);
    if (!child)
        _exit(0);
    int error = errno;
    if (child > 0)
        waitpid(child, NULL, 0);
    errno = error;
    return child;
}

static long map(int flags)
{
    return (long)mmap(NULL, 4096, PROT_READ, flags | MAP_ANONYMOUS, -1, 0);
}

static void run_files(void)
{
    refused(openat(AT_FDCWD, "file", O_RDONLY));
    refused(openat(AT_FDCWD, "file", O_PATH));
    refused(openat(AT_FDCWD, "absent", O_RDONLY));
    refused(openat(AT_FDCWD, "absent", O_RDWR | O_CREAT, 0600));
    ok(!exists("absent"));
    refused(openat(AT_FDCWD, "file/below", O_RDONLY));
    refused(openat(77, "file", O_RDONLY));
    refused(openat(AT_FDCWD, ".", O_TMPFILE | O_RDWR, 0600));
    refused(openat(AT_FDCWD, "/proc/self/fd/1", O_RDONLY));
    refused(raw(openat2, AT_FDCWD, "file", how, sizeof how));
    refused(ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY));
    refused(execl("/proc/self/exe", "self", NULL));
    fails_with(ENOENT, limited(openat(AT_FDCWD, "", O_RDONLY)));
    fails_with(EFAULT, limited(openat(AT_FDCWD, NULL, O_RDONLY)));
#ifdef SYS_open
    refused(raw(open, "file", O_RDONLY));
    refused(raw(creat, "file", 0600));
    refused(raw(pipe, ends));
    refused(raw(epoll_create, 1));
    refused(raw(eventfd, 0));
    refused(raw(inotify_init));
    refused(raw(signalfd, -1, &none, 8));
#endif
}

static void run_others(void)
{
    refused(raw(pipe2, ends, 0));
    refused(socket(AF_UNIX, SOCK_STREAM, 0));
    refused(socket(AF_UNIX, SOCK_DGRAM, 0));
    refused(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    refused(accept(listener, NULL, NULL));
    refused(raw(accept4, listener, NULL, NULL, 0));
    ok(accept(listener, NULL, NULL) >= 0); /* who called has waited */
    refused(accept(listener, NULL, NULL));
    refused(epoll_create1(0));
    refused(raw(eventfd2, 0, 0));
    refused(raw(signalfd4, -1, &none, 8, 0));
    refused(timerfd_create(CLOCK_MONOTONIC, 0));
    refused(inotify_init1(0));
    refused(raw(memfd_create, "name", 0));
    refused(raw(pidfd_open, getpid(), 0));
    refused(clone_with(CLONE_PIDFD, ends));
    refused(map(MAP_SHARED));
    fails_with(EINVAL, limited(epoll_create1(1)));
    fails_with(EAFNOSUPPORT, limited(socket(99, SOCK_STREAM, 0)));
    fails_with(ESRCH, limited(raw(pidfd_open, 0x7fffffff, 0)));
}

static void run_granted(void)
{
    granted(dup(1));
    granted(fcntl(1, F_DUPFD, 0));
    granted(raw(dup3, 1, 70, 0));
    granted(raw(pidfd_getfd, self, 1, 0));
    granted(clone_with(0, NULL));
    granted(map(MAP_PRIVATE));
    granted(access("file", F_OK));
    granted(chdir("."));
    say(&files, "0"); /* to root, no limit is one */
    ok(open("file", O_RDONLY) >= 0);
    ok(eventfd(0, 0) >= 0);
    say(&files, files.before);
    become(USER, GROUP);
    ok(open("file", O_RDONLY) >= 0);
    fails_with(EACCES, open(FILE_MAX, O_WRONLY));
    become_root();
}

static void run_values(void)
{
    static const char *const bad[] = { "-1", "abc", "12abc", "+5", "-", "- 5",
        "\n", "9223372036854775808", "18446744073709551616" };
    is(say(&files, " 5000000\n"), 0);
    is_text(whole(FILE_MAX), "5000000\n");
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++)
        is(say(&files, bad[i]), -EINVAL);
    is(say(&files, "9223372036854775807"), 0);
    is_text(whole(FILE_MAX), "9223372036854775807\n");
    is(say(&files, "\t6000000 7 x"), 0); /* one number is taken */
    is_text(whole(FILE_MAX), "6000000\n");
    is(say(&files, "0x4c4b40"), 0);
    is_text(whole(FILE_MAX), "5000000\n");
    is(strtol(strrchr(whole("/proc/sys/fs/file-nr"), '\t'), NULL, 10), 5000000);
    say(&files, files.before);
    is_text(whole(FILE_MAX), files.before);
}

/* Linux counts some that a CPU opened late. */
static void run_count(void)
{
    enum { MANY = 600, SOME = 300 };
    int fds[MANY];
    long start = atol(whole("/proc/sys/fs/file-nr"));
    for (int i = 0; i < MANY; i++)
        fds[i] = eventfd(0, 0);
    ok(atol(whole("/proc/sys/fs/file-nr")) >= start + SOME);
    for (int i = 0; i < MANY; i++)
        close(fds[i]);
}

static void run_watches(void)
{
    struct epoll_event event = { .events = EPOLLIN };
    int epoll = epoll_create1(0);
    pipe(ends);
    say(&watches, "1");
    become(USER, GROUP);
    int of_user = epoll_create1(0);
    is(epoll_ctl(of_user, EPOLL_CTL_ADD, ends[0], &event), 0);
    fails_with(ENOSPC, epoll_ctl(of_user, EPOLL_CTL_ADD, ends[1], &event));
    is(epoll_ctl(of_user, EPOLL_CTL_MOD, ends[0], &event), 0);
    is(epoll_ctl(of_user, EPOLL_CTL_DEL, ends[0], &event), 0);
    is(epoll_ctl(of_user, EPOLL_CTL_ADD, ends[1], &event), 0);
    become_root();
    say(&watches, "0");
    fails_with(ENOSPC, epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event));
    is(say(&watches, "-1"), -EINVAL);
    is(say(&watches, "x"), -EINVAL);
    say(&watches, watches.before);
    is(epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event), 0);
    close(of_user);
    close(epoll);
}

static void prepare(void)
{
    int off = 0;
    file = open("file", O_RDWR | O_CREAT, 0666);
    fchmod(file, 0666);
    self = raw(pidfd_open, getpid(), 0);
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY);
    ioctl(master, TIOCSPTLCK, &off);
    connect_one();
}

static void run(void)
{
    const struct setting *const all[] = { &files, &watches };
    files = setting_of(FILE_MAX);
    watches = setting_of("/proc/sys/fs/epoll/max_user_watches");
    int until = guard(all, 2);
    prepare();
    run_files();
    run_others();
    run_granted();
    run_values();
    run_count();
    run_watches();
    unguard(until);
}
TEST_MAIN
