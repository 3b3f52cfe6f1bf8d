/* SPDX-License-Identifier: MIT */
/* kcmp: what threads and processes share. */
#include "tap.h"

#include <linux/kcmp.h>
#include <pthread.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/mman.h>

static long compare(pid_t a, pid_t b, int type, long x, long y)
{
    return syscall(SYS_kcmp, a, b, type, x, y);
}

static void errors(void)
{
    pid_t me = getpid();
    fails_with(ESRCH, compare(0, me, KCMP_VM, 0, 0));
    fails_with(ESRCH, compare(me, -1, KCMP_VM, 0, 0));
    fails_with(ESRCH, compare(me, 99999999, KCMP_VM, 0, 0));
    fails_with(EINVAL, compare(me, me, -1, 0, 0));
    fails_with(EINVAL, compare(me, me, 99, 0, 0));
    fails_with(EBADF, compare(me, me, KCMP_FILE, 1, 77));
    fails_with(EBADF, compare(me, me, KCMP_FILE, -1, 1));
    for (int type = KCMP_VM; type <= KCMP_SYSVSEM; type++)
        is(compare(me, me, type, 0, 0), 0);
}

/* 1 and 2 are an order: the other way round it is the other. */
static bool differ(pid_t a, pid_t b, int type, long x, long y)
{
    long there = compare(a, b, type, x, y), back = compare(b, a, type, y, x);
    return (there == 1 && back == 2) || (there == 2 && back == 1);
}

static void open_files(void)
{
    pid_t me = getpid();
    int a = open("/dev/null", O_RDONLY), b = open("/dev/null", O_RDONLY);
    int c = dup(a);
    is(compare(me, me, KCMP_FILE, a, a), 0);
    is(compare(me, me, KCMP_FILE, a, c), 0);
    ok(differ(me, me, KCMP_FILE, a, b));
    ok(differ(me, me, KCMP_FILE, c, b));
    int path = open("/", O_PATH);
    is(compare(me, me, KCMP_FILE, path, path), 0);
    close(path);
    close(b);
    close(c);
    close(a);
}

static long watched(int fd, unsigned epoll, unsigned target, unsigned index)
{
    struct kcmp_epoll_slot slot = { epoll, target, index };
    return compare(getpid(), getpid(), KCMP_EPOLL_TFD, fd, (long)&slot);
}

/* What an epoll watches, found by the number it had when it was added. */
static void watched_files(void)
{
    int epoll = epoll_create1(0), ends[2], other[2];
    struct epoll_event event = { .events = EPOLLIN };
    pid_t me = getpid();
    pipe(ends), pipe(other);
    fails_with(ENOENT, watched(ends[0], epoll, ends[0], 0));
    epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event);
    is(watched(ends[0], epoll, ends[0], 0), 0);
    ok(watched(ends[1], epoll, ends[0], 0) > 0);
    fails_with(ENOENT, watched(ends[0], epoll, ends[0], 1));
    fails_with(ENOENT, watched(ends[0], epoll, ends[1], 0));
    fails_with(ENOENT, watched(ends[0], epoll, -1, 0));
    fails_with(EBADF, watched(-1, epoll, ends[0], 0));
    fails_with(EBADF, watched(ends[0], -1, ends[0], 0));
    fails_with(EINVAL, watched(ends[0], ends[1], ends[0], 0));
    fails_with(EBADF, watched(-1, ends[1], ends[0], 0));
    fails_with(EFAULT, compare(me, me, KCMP_EPOLL_TFD, ends[0], 8));
    fails_with(EFAULT, compare(me, me, KCMP_EPOLL_TFD, -1, 8));
    /* The same number twice: the first one lives on by another. */
    int saved = dup(ends[0]);
    dup2(other[0], ends[0]);
    epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event);
    ok(!watched(saved, epoll, ends[0], 0) != !watched(saved, epoll, ends[0], 1));
    ok(!watched(other[0], epoll, ends[0], 0) !=
        !watched(other[0], epoll, ends[0], 1));
    fails_with(ENOENT, watched(saved, epoll, ends[0], 2));
    close(saved);
    is(watched(other[0], epoll, ends[0], 0), 0);
    fails_with(ENOENT, watched(other[0], epoll, ends[0], 1));
    close(epoll), close(ends[0]), close(ends[1]);
    close(other[0]), close(other[1]);
}

static volatile int tid, may_end;

static void *waits(void *none)
{
    tid = syscall(SYS_gettid);
    while (!may_end)
        usleep(1000);
    return none;
}

static void threads(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, waits, NULL);
    while (!tid)
        usleep(1000);
    for (int type = KCMP_VM; type <= KCMP_SYSVSEM; type++)
        is(compare(getpid(), tid, type, 0, 0), 0);
    is(compare(getpid(), tid, KCMP_FILE, 1, 1), 0);
    may_end = 1;
    pthread_join(thread, NULL);
}

static int child_main(void *none)
{
    for (;;)
        pause();
    return none != NULL;
}

static void clones(void)
{
    static const struct {
        int flags, type;
    } rows[] = {
        { CLONE_VM, KCMP_VM },
        { CLONE_FILES, KCMP_FILES },
        { CLONE_FS, KCMP_FS },
        { CLONE_VM | CLONE_SIGHAND, KCMP_SIGHAND },
    };
    char *stack = mmap(NULL, 65536, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int i = -1; i < 4; i++) {
        int flags = i < 0 ? 0 : rows[i].flags;
        pid_t child =
            clone(child_main, stack + 65536, flags | SIGCHLD, NULL);
        for (int j = 0; j < 4; j++) {
            bool is_shared = (flags & rows[j].flags) == rows[j].flags;
            if (is_shared)
                is(compare(getpid(), child, rows[j].type, 0, 0), 0);
            else
                ok(differ(getpid(), child, rows[j].type, 0, 0));
        }
        is(compare(getpid(), child, KCMP_FILE, 1, 1), 0);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
    }
    munmap(stack, 65536);
}

static void rights(void)
{
    int status;
    pid_t parent = getpid(), child = fork();
    if (!child) {
        if (setresgid(1000, 1000, 1000) || setresuid(1000, 1000, 1000))
            _exit(1);
        _exit(compare(getpid(), parent, KCMP_VM, 0, 0) == -1 &&
            errno == EPERM ? 4 : 2);
    }
    waitpid(child, &status, 0);
    is(status, 4 << 8);
}

static void run(void)
{
    errors();
    open_files();
    watched_files();
    threads();
    clones();
    rights();
}
TEST_MAIN
