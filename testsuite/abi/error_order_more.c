/* SPDX-License-Identifier: MIT */
/* More of error_order: sizes that wrap round, records that end at a hole, and
 * checks that come before or after the file itself is looked at. */
#include "who.h"
#include <linux/capability.h>
#include <linux/openat2.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

enum { PAGE = 4096 };

static char *room; /* a page before a hole */
static int file, pid_file, ends[2], counter;

static void *before_hole(size_t bytes)
{
    return room + PAGE - bytes;
}

static void *in_hole(void)
{
    return room + PAGE;
}

static void headers(void)
{
    uint32_t *version = before_hole(4);
    *version = 77;
    fails_with(EINVAL, syscall(SYS_capset, version, room));
    is(*version, _LINUX_CAPABILITY_VERSION_3);
    fails_with(EFAULT, syscall(SYS_capset, version, room));
    *version = 77;
    fails_with(EINVAL, syscall(SYS_capget, version, room));
}

static void allocation(void)
{
    fails_with(EOPNOTSUPP, fallocate(file, 0x12, 0, 1));
    fails_with(EOPNOTSUPP, fallocate(file, 0x13, 0, 1));
    fails_with(EINVAL, fallocate(ends[1], 0x39, 0, 1));
    fails_with(EINVAL, fallocate(ends[0], 0x18, 0, 1));
    fails_with(EINVAL, fallocate(ends[0], 0x21, 0, 1));
    fails_with(EINVAL, fallocate(ends[0], 0x48, 0, 1));
    fails_with(EBADF, fallocate(ends[0], 0, 0, 1));
    fails_with(ESPIPE, fallocate(ends[1], 0, 0, 1));
    fails_with(EBADF, fallocate(-1, 0x18, 0, 1));
}

/* A length that is rounded up to nothing. */
static void wrapping(void)
{
    is(mlock(room, -1), 0);
    is(munlock(room, -1), 0);
    is(munlock(room, -100), 0);
    fails_with(EINVAL, mlock(room, -PAGE));
    fails_with(EINVAL, munlock(room, -2 * PAGE));
    is(msync(room, -1, 0), 0);
    fails_with(ENOMEM, msync(room, -PAGE, 0));
    fails_with(ENOMEM, syscall(SYS_mprotect, room, -1l, PROT_READ));
    fails_with(ENOMEM, mprotect(room, -PAGE, PROT_READ));
    fails_with(EINVAL, munmap(room, -1));
    fails_with(EINVAL, madvise(room, -1, MADV_NORMAL));
}

static void buffers(void)
{
    const size_t negative = 1ul << 63;
    fails_with(EFAULT, read(file, room, negative));
    fails_with(EFAULT, write(file, room, -1));
    fails_with(EFAULT, pread(file, room, negative, 0));
    fails_with(EBADF, read(ends[1], room, negative));
    fails_with(EINVAL, read(pid_file, in_hole(), 10));
    fails_with(EINVAL, write(pid_file, in_hole(), 10));
    fails_with(EINVAL, readv(pid_file, NULL, 0));
    is(readv(counter, NULL, 0), 0);
    is(writev(counter, NULL, 0), 0);
    is(readv(ends[0], NULL, 0), 0);
    struct iovec both[2] = { { (void *)-1l, 10 }, { room, -1 } };
    fails_with(EINVAL, readv(file, both, 2));
    both[1].iov_len = 1;
    fails_with(EFAULT, readv(file, both, 2));
}

static void send_files(void)
{
    off_t start = 0, *read_only;
    read_only = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int null = open("/dev/null", O_RDWR), full = open("/dev/full", O_RDWR);
    fails_with(EINVAL, sendfile(-1, file, &start, -1));
    fails_with(ESPIPE, sendfile(-1, ends[0], &start, -1));
    is(sendfile(null, null, NULL, 0), 0);
    fails_with(EINVAL, sendfile(ends[1], null, NULL, 0));
    fails_with(EINVAL, sendfile(counter, file, &start, 8));
    fails_with(EINVAL, sendfile(full, file, &start, 8));
    is(sendfile(null, file, &start, 2), 2);
    fails_with(EFAULT, sendfile(-1, -1, read_only, 2));
    fails_with(EFAULT, sendfile(null, file, read_only, 2));
    close(null);
    close(full);
    munmap(read_only, PAGE);
}

static void processes(void)
{
    struct rlimit limit;
    fails_with(ESRCH, syscall(SYS_prlimit64, INT32_MAX, 77, NULL, &limit));
    fails_with(EINVAL, syscall(SYS_prlimit64, 0, 77, NULL, &limit));
    fails_with(EINVAL, syscall(SYS_sched_getaffinity, 0, 1u << 31, room));
    fails_with(ESRCH, syscall(SYS_tgkill, getpid(), INT32_MAX, 99));
    fails_with(EINVAL, syscall(SYS_tgkill, getpid(), getpid(), 99));
    fails_with(ESRCH, syscall(SYS_tkill, INT32_MAX, -1));
    fails_with(ESRCH, kill(INT32_MAX, 99));
    fails_with(EINVAL, kill(getpid(), 99));
    siginfo_t info = { .si_signo = SIGURG, .si_code = -100 };
    ((char *)&info)[100] = 1;
    fails_with(
        E2BIG, syscall(SYS_pidfd_send_signal, pid_file, SIGUSR1, &info, 0));
    ((char *)&info)[100] = 0;
    fails_with(
        EINVAL, syscall(SYS_pidfd_send_signal, pid_file, SIGUSR1, &info, 0));
}

static void records(void)
{
    struct open_how *how = before_hole(sizeof *how + 8);
    memset(how, 0, sizeof *how + 8);
    fails_with(EFAULT, syscall(SYS_openat2, AT_FDCWD, "f", how, 64));
    ((char *)(how + 1))[7] = 1;
    fails_with(E2BIG, syscall(SYS_openat2, AT_FDCWD, "f", how, 64));
    struct timeval now = { 0, 0 };
    is(select(0, in_hole(), in_hole(), (void *)-1l, &now), 0);
    timer_t timer;
    struct itimerspec *half = before_hole(16);
    struct sigevent none = { .sigev_notify = SIGEV_NONE };
    timer_create(CLOCK_MONOTONIC, &none, &timer);
    half->it_interval.tv_sec = -1;
    half->it_interval.tv_nsec = -1;
    fails_with(EFAULT, syscall(SYS_timer_settime, (long)timer & 7, 0, half, 0));
    timer_delete(timer);
    /* The number is told before whose clock it is is looked at. */
    clockid_t of_nobody = ~0x3ffffff * 8 | 2;
    fails_with(EFAULT, syscall(SYS_timer_create, of_nobody, &none, 8));
    fails_with(EINVAL, syscall(SYS_timer_create, of_nobody, &none, &timer));
    fails_with(EFAULT, syscall(SYS_timer_create, of_nobody, 8, 8));
    none.sigev_notify = 77;
    fails_with(EINVAL, syscall(SYS_timer_create, of_nobody, &none, 8));
    gid_t *groups = before_hole(8);
    groups[0] = 5;
    groups[1] = -1;
    fails_with(EINVAL, syscall(SYS_setgroups, 1000, groups));
    groups[1] = 6;
    fails_with(EFAULT, syscall(SYS_setgroups, 1000, groups));
}

static void programs(void)
{
    char *const arguments[] = { "x", NULL };
    fails_with(EINVAL, syscall(SYS_execveat, file, "x", arguments, NULL, 1));
    fails_with(EINVAL, syscall(SYS_execveat, -1, "x", arguments, NULL, 1));
    fails_with(ENOENT, syscall(SYS_execveat, -1, "", arguments, NULL, 1));
    fails_with(EFAULT, syscall(SYS_execveat, -1, "x", in_hole(), NULL, 1));
    fails_with(EFAULT, syscall(SYS_execveat, -1, "x", in_hole(), NULL, 0));
}

static void sockets(void)
{
    int one = socket(AF_UNIX, SOCK_STREAM, 0);
    fails_with(EBADF, syscall(SYS_accept4, -1, NULL, NULL, 1));
    fails_with(EINVAL, syscall(SYS_accept4, file, NULL, NULL, 1));
    fails_with(EINVAL, syscall(SYS_accept4, one, NULL, NULL, 1));
    fails_with(ENOTSOCK, syscall(SYS_accept4, file, NULL, NULL, 0));
    fails_with(EBADF, connect(-1, in_hole(), 10));
    fails_with(EFAULT, connect(file, in_hole(), 10));
    fails_with(EINVAL, connect(file, in_hole(), 1000));
    fails_with(ENOTSOCK, connect(file, (void *)room, 10));
    fails_with(ENOTSOCK, bind(file, in_hole(), 10));
    fails_with(ENOTSOCK, connect(file, in_hole(), 0));
    fails_with(EINVAL, connect(one, in_hole(), 0));
    fails_with(EINVAL, syscall(SYS_sendmsg, -1, in_hole(), 1u << 31));
    fails_with(EINVAL, syscall(SYS_recvmsg, -1, in_hole(), 1u << 31));
    close(one);
}

/* Only what one may read and write may one link to, if it is another's. */
static void hard_links(void)
{
    make_file("public", 0666);
    make_file("readable", 0644);
    make_file("setuid", 04777);
    make_file("setgid", 02777);
    make_file("setgid-only", 02767);
    mkfifo("fifo", 0666);
    chmod("fifo", 0666);
    symlink("public", "link");
    mkdir("open", 0777);
    chmod("open", 0777);
    become(USER, GROUP);
    is(link("public", "open/1"), 0);
    fails_with(EPERM, link("readable", "open/2"));
    fails_with(EPERM, link("setuid", "open/3"));
    fails_with(EPERM, link("setgid", "open/4"));
    is(link("setgid-only", "open/5"), 0);
    fails_with(EPERM, link("fifo", "open/6"));
    fails_with(EPERM, link("link", "open/7"));
    close(open("open/own", O_CREAT | O_RDWR, 0));
    is(link("open/own", "open/8"), 0);
    become_root();
    is(link("fifo", "open/9"), 0);
}

/* Ranges that reach far beyond what a program can have. */
static void far_ranges(void)
{
    fails_with(EINVAL, mprotect(NULL, -(2ul << 30), PROT_GROWSDOWN));
    fails_with(ENOMEM, mprotect(NULL, -(2ul << 30), PROT_READ));
    fails_with(ENOMEM, madvise(NULL, 1ul << 63, MADV_KEEPONFORK));
    fails_with(ENOMEM, madvise(room, -(1ul << 48), MADV_KEEPONFORK));
    fails_with(ENOMEM, madvise(room, -(1ul << 48), MADV_NORMAL));
    fails_with(EINVAL, madvise(room, -1, MADV_NORMAL));
    fails_with(ENOMEM, msync(in_hole(), -(1ul << 48), MS_ASYNC));
}

static void odd_flags(void)
{
    siginfo_t info = { .si_code = SI_QUEUE };
    enum { MANDATORY = 32, COMPAT = (int)0x80000000 };
    is(flock(file, MANDATORY | LOCK_NB), 0);
    is(flock(file, MANDATORY), 0);
    is(flock(-1, MANDATORY | LOCK_SH), 0);
    fails_with(EINVAL, flock(-1, 16));
    int watcher = inotify_init();
    fails_with(EINVAL, inotify_add_watch(-1, "/", -1));
    fails_with(EINVAL, inotify_add_watch(-1, "/", 0x00800000 | IN_OPEN));
    fails_with(EINVAL, inotify_add_watch(watcher, "/", 0x00800000 | IN_OPEN));
    fails_with(EBADF, inotify_add_watch(-1, "/", IN_OPEN));
    close(watcher);
    fails_with(EINVAL, syscall(SYS_sendmsg, -1, room, COMPAT));
    fails_with(EINVAL, syscall(SYS_recvmsg, -1, room, COMPAT));
    fails_with(EINVAL, syscall(SYS_sendmmsg, -1, room, 1, COMPAT));
    fails_with(EINVAL, syscall(SYS_recvmmsg, -1, room, 1, COMPAT, NULL));
    fails_with(EFAULT, syscall(SYS_recvmmsg, -1, room, 1, 0, 8));
    fails_with(EINVAL, syscall(SYS_recvmmsg, -1, room, 1, COMPAT, 8));
    fails_with(EINVAL,
        syscall(SYS_rt_tgsigqueueinfo, getpid(), getpid(), -1, &info));
    fails_with(EINVAL,
        syscall(SYS_rt_tgsigqueueinfo, getpid(), getpid(), 65, &info));
    fails_with(EFAULT,
        syscall(SYS_rt_tgsigqueueinfo, getpid(), getpid(), -1, in_hole()));
}

static void run(void)
{
    room = mmap(NULL, 3 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(room, PAGE, PROT_READ | PROT_WRITE);
    file = open("f", O_RDWR | O_CREAT, 0644);
    write(file, "hello", 5);
    pid_file = syscall(SYS_pidfd_open, getpid(), 0);
    counter = eventfd(0, 0);
    pipe(ends);
    headers();
    allocation();
    wrapping();
    buffers();
    send_files();
    processes();
    records();
    programs();
    sockets();
    hard_links();
    far_ranges();
    odd_flags();
}
TEST_MAIN
