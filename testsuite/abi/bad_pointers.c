/* SPDX-License-Identifier: MIT */
/* Pointers that lead nowhere, to every call that takes one: each must say
 * EFAULT and do nothing, whatever is wrong with the pointer.  And objects that
 * lie across two pages must be as good as others. */
#include "calls.h"
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/sysinfo.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <time.h>

enum { PAGE = 4096 };

/* What the kernel does with the pointer. */
enum {
    READS = 1,   /* so one to a read-only page is a good one */
    WRITES = 2,
    STRING = 4,  /* reads until a NUL */
    MAY_BE_NULL = 8,
    BYTE = 16,   /* one byte, or none that is certain: no crossing */
    TWICE = 32,  /* in and out */
};

/* Arguments that are known at run time only. */
enum {
    P = -1000, /* the pointer itself */
    PIPE_IN,   /* empty, both ways without waiting */
    PIPE_FULL, /* to read: something is there */
    PIPE_OUT,
    FILE_RW,   /* a few pages long */
    FOLDER,
    BUFFER,    /* good memory of zeros */
    PATH,      /* good, of a file */
    FRESH,     /* a path where nothing is */
    VECTOR,    /* one good part of four bytes */
    TIMER,
    SELF,
    PIDFD,
    HERE = AT_FDCWD,
};

static const struct call calls[] = {
    CALL(read, WRITES | BYTE, PIPE_FULL, P, 4),
    CALL(read, WRITES | BYTE, FILE_RW, P, 4),
    CALL(write, READS | BYTE, PIPE_OUT, P, 4),
    CALL(write, READS | BYTE, FILE_RW, P, 4),
    CALL(pread64, WRITES | BYTE, FILE_RW, P, 4, 0),
    CALL(pwrite64, READS | BYTE, FILE_RW, P, 4, 0),
    CALL(readv, READS, PIPE_FULL, P, 1),
    CALL(writev, READS, PIPE_OUT, P, 1),
    CALL(preadv, READS, FILE_RW, P, 1, 0),
    CALL(pwritev, READS, FILE_RW, P, 1, 0),
    CALL(preadv2, READS, FILE_RW, P, 1, 0, 0, 0),
    CALL(pwritev2, READS, FILE_RW, P, 1, 0, 0, 0),
    CALL(sendfile, READS | WRITES | MAY_BE_NULL | TWICE, PIPE_OUT, FILE_RW, P,
        1),
    CALL(copy_file_range, READS | WRITES | MAY_BE_NULL | TWICE, FILE_RW, P,
        FILE_RW, BUFFER, 0, 0),
    CALL(pipe2, WRITES, P, 0),
    CALL(ppoll, READS | TWICE, P, 1, BUFFER, 0, 8),
    CALL(ppoll, READS | MAY_BE_NULL, 0, 0, P, 0, 8),
    CALL(ppoll, READS | MAY_BE_NULL, 0, 0, BUFFER, P, 8),
    CALL(pselect6, READS | TWICE | MAY_BE_NULL, 64, P, 0, 0, BUFFER, 0),
    CALL(pselect6, READS | MAY_BE_NULL, 0, 0, 0, 0, BUFFER, P),

    CALL(openat, STRING, HERE, P, O_RDONLY, 0),
    CALL(openat2, READS, HERE, PATH, P, 24),
    CALL(fstat, WRITES, FILE_RW, P),
    CALL(newfstatat, STRING, HERE, P, BUFFER, 0),
    CALL(newfstatat, WRITES, HERE, PATH, P, 0),
    CALL(statx, STRING, HERE, P, 0, 0x7ff, BUFFER),
    CALL(statx, WRITES, HERE, PATH, 0, 0x7ff, P),
    CALL(statfs, STRING, P, BUFFER),
    CALL(statfs, WRITES, PATH, P),
    CALL(fstatfs, WRITES, FILE_RW, P),
    CALL(faccessat, STRING, HERE, P, R_OK),
    CALL(faccessat2, STRING, HERE, P, R_OK, 0),
    CALL(truncate, STRING, P, 0),
    CALL(getdents64, WRITES, FOLDER, P, 1024),
    CALL(getcwd, WRITES | BYTE, P, 256),
    CALL(chdir, STRING, P),
    CALL(chroot, STRING, P),
    CALL(renameat, STRING, HERE, P, HERE, PATH),
    CALL(renameat, STRING, HERE, PATH, HERE, P),
    CALL(renameat2, STRING, HERE, P, HERE, PATH, 0),
    CALL(renameat2, STRING, HERE, PATH, HERE, P, 0),
    CALL(mkdirat, STRING, HERE, P, 0700),
    CALL(unlinkat, STRING, HERE, P, 0),
    CALL(linkat, STRING, HERE, P, HERE, FRESH, 0),
    CALL(linkat, STRING, HERE, PATH, HERE, P, 0),
    CALL(symlinkat, STRING, P, HERE, FRESH),
    CALL(symlinkat, STRING, PATH, HERE, P),
    CALL(readlinkat, STRING, HERE, P, BUFFER, 64),
    CALL(fchmodat, STRING, HERE, P, 0600),
    CALL(fchownat, STRING, HERE, P, 0, 0, 0),
    CALL(mknodat, STRING, HERE, P, S_IFREG | 0600, 0),
    CALL(utimensat, STRING | MAY_BE_NULL, HERE, P, 0, 0),
    CALL(utimensat, READS | MAY_BE_NULL, HERE, PATH, P, 0),
    CALL(pivot_root, STRING, P, PATH),
    CALL(umount2, STRING, P, 0),
    CALL(mount, STRING, 0, P, BUFFER, 0, 0),
    CALL(mount, STRING | MAY_BE_NULL, P, PATH, BUFFER, 0, 0),
    CALL(mount, STRING | MAY_BE_NULL, 0, PATH, P, 0, 0),
    CALL(getxattr, STRING, P, BUFFER, 0, 0),
    CALL(getxattr, STRING, PATH, P, 0, 0),
    CALL(setxattr, STRING, P, BUFFER, 0, 0, 0),
    CALL(listxattr, STRING, P, 0, 0),
    CALL(removexattr, STRING, P, BUFFER),
    CALL(memfd_create, STRING, P, 0),
    CALL(execve, STRING, P, BUFFER, BUFFER),
    CALL(execve, READS | MAY_BE_NULL, PATH, P, BUFFER),
    CALL(execve, READS | MAY_BE_NULL, PATH, BUFFER, P),
    CALL(execveat, STRING, HERE, P, BUFFER, BUFFER, 0),

    CALL(rt_sigaction, READS | MAY_BE_NULL, SIGUSR1, P, 0, 8),
    CALL(rt_sigaction, WRITES | MAY_BE_NULL, SIGUSR1, 0, P, 8),
    CALL(rt_sigprocmask, READS | MAY_BE_NULL, SIG_BLOCK, P, 0, 8),
    CALL(rt_sigprocmask, WRITES | MAY_BE_NULL, SIG_BLOCK, 0, P, 8),
    CALL(rt_sigpending, WRITES, P, 8),
    CALL(rt_sigsuspend, READS, P, 8),
    CALL(rt_sigtimedwait, READS, P, 0, BUFFER, 8),
    CALL(rt_sigtimedwait, READS | MAY_BE_NULL, BUFFER, 0, P, 8),
    CALL(rt_sigqueueinfo, READS, SELF, 0, P),
    CALL(rt_tgsigqueueinfo, READS, SELF, SELF, 0, P),
    CALL(sigaltstack, READS | MAY_BE_NULL, P, 0),
    CALL(sigaltstack, WRITES | MAY_BE_NULL, 0, P),
    CALL(getitimer, WRITES, ITIMER_REAL, P),
    CALL(setitimer, READS | MAY_BE_NULL, ITIMER_VIRTUAL, P, 0),
    CALL(setitimer, WRITES | MAY_BE_NULL, ITIMER_VIRTUAL, BUFFER, P),
    CALL(timer_create, READS | MAY_BE_NULL, CLOCK_MONOTONIC, P, BUFFER),
    CALL(timer_create, WRITES, CLOCK_MONOTONIC, 0, P),
    CALL(timer_gettime, WRITES, TIMER, P),

    CALL(gettimeofday, WRITES | MAY_BE_NULL, P, 0),
    CALL(gettimeofday, WRITES | MAY_BE_NULL, 0, P),
    CALL(clock_gettime, WRITES, CLOCK_REALTIME, P),
    CALL(clock_gettime, WRITES, CLOCK_MONOTONIC, P),
    CALL(clock_getres, WRITES | MAY_BE_NULL, CLOCK_MONOTONIC, P),
    CALL(nanosleep, READS, P, 0),
    CALL(clock_nanosleep, READS, CLOCK_MONOTONIC, 0, P, 0),
    CALL(clock_settime, READS, CLOCK_REALTIME, P),
    CALL(adjtimex, READS | TWICE, P),
    CALL(times, WRITES | MAY_BE_NULL, P),
    CALL(uname, WRITES, P),
    CALL(sysinfo, WRITES, P),
    CALL(getrusage, WRITES, RUSAGE_SELF, P),
    CALL(getrlimit, WRITES, RLIMIT_NOFILE, P),
    CALL(setrlimit, READS, RLIMIT_CORE, P),
    CALL(prlimit64, READS | MAY_BE_NULL, 0, RLIMIT_CORE, P, 0),
    CALL(prlimit64, WRITES | MAY_BE_NULL, 0, RLIMIT_CORE, 0, P),
    CALL(getgroups, WRITES, 1, P),
    CALL(setgroups, READS, 1, P),
    CALL(getresuid, WRITES, P, BUFFER, BUFFER),
    CALL(getresuid, WRITES, BUFFER, P, BUFFER),
    CALL(getresuid, WRITES, BUFFER, BUFFER, P),
    CALL(getresgid, WRITES, P, BUFFER, BUFFER),
    CALL(sethostname, READS, P, 4),
    CALL(setdomainname, READS, P, 4),
    CALL(capget, READS | TWICE, P, BUFFER),
    CALL(sched_getparam, WRITES | MAY_BE_NULL, 0, P),
    CALL(sched_setparam, READS | MAY_BE_NULL, 0, P),
    CALL(sched_setscheduler, READS | MAY_BE_NULL, 0, SCHED_OTHER, P),
    CALL(sched_getaffinity, WRITES, 0, 8, P),
    CALL(sched_setaffinity, READS, 0, 8, P),
    CALL(sched_rr_get_interval, WRITES, 0, P),
    CALL(sched_setattr, READS | MAY_BE_NULL, 0, P, 0),
    CALL(sched_getattr, WRITES | MAY_BE_NULL, 0, P, 48, 0),
    CALL(getcpu, WRITES | MAY_BE_NULL, P, 0, 0),
    CALL(getcpu, WRITES | MAY_BE_NULL, 0, P, 0),
    CALL(get_robust_list, WRITES, 0, P, BUFFER),
    CALL(get_robust_list, WRITES, 0, BUFFER, P),
    CALL(getrandom, WRITES | BYTE, P, 4, 0),
    CALL(clone3, READS, P, 88),
    CALL(ioctl, WRITES, PIPE_FULL, 0x541b /* FIONREAD */, P),
    CALL(ioctl, READS, PIPE_FULL, 0x5421 /* FIONBIO */, P),
    CALL(fcntl, WRITES | READS | TWICE, FILE_RW, F_GETLK, P),
    CALL(fcntl, READS, FILE_RW, F_SETLK, P),
    CALL(prctl, WRITES, 16 /* PR_GET_NAME */, P),
    CALL(prctl, STRING | BYTE, 15 /* PR_SET_NAME */, P),
    CALL(prctl, WRITES, 2 /* PR_GET_PDEATHSIG */, P),
    CALL(futex, READS | BYTE, P, 0 /* WAIT */, 1, BUFFER),
    CALL(futex, READS | MAY_BE_NULL, BUFFER, 0, 0, P),
    CALL(mincore, WRITES, BUFFER, 2 * PAGE, P),
    CALL(pidfd_send_signal, READS | MAY_BE_NULL, PIDFD, 0, P, 0),

#ifdef SYS_open /* the calls that newer CPUs do not have */
    CALL(pipe, WRITES, P),
    CALL(poll, READS | TWICE, P, 1, 0),
    CALL(select, READS | TWICE | MAY_BE_NULL, 64, P, 0, 0, BUFFER),
    CALL(select, READS | TWICE | MAY_BE_NULL, 64, 0, P, 0, BUFFER),
    CALL(select, READS | TWICE | MAY_BE_NULL, 64, 0, 0, P, BUFFER),
    CALL(open, STRING, P, O_RDONLY, 0),
    CALL(creat, STRING, P, 0600),
    CALL(stat, STRING, P, BUFFER),
    CALL(stat, WRITES, PATH, P),
    CALL(lstat, STRING, P, BUFFER),
    CALL(lstat, WRITES, PATH, P),
    CALL(access, STRING, P, R_OK),
    CALL(getdents, WRITES, FOLDER, P, 1024),
    CALL(rename, STRING, P, PATH),
    CALL(rename, STRING, PATH, P),
    CALL(mkdir, STRING, P, 0700),
    CALL(rmdir, STRING, P),
    CALL(unlink, STRING, P),
    CALL(link, STRING, P, FRESH),
    CALL(link, STRING, PATH, P),
    CALL(symlink, STRING, P, FRESH),
    CALL(symlink, STRING, PATH, P),
    CALL(readlink, STRING, P, BUFFER, 64),
    CALL(chmod, STRING, P, 0600),
    CALL(chown, STRING, P, 0, 0),
    CALL(lchown, STRING, P, 0, 0),
    CALL(mknod, STRING, P, S_IFREG | 0600, 0),
    CALL(utime, STRING, P, 0),
    CALL(utime, READS | MAY_BE_NULL, PATH, P),
    CALL(utimes, STRING, P, 0),
    CALL(utimes, READS | MAY_BE_NULL, PATH, P),
    CALL(futimesat, READS | MAY_BE_NULL, HERE, PATH, P),
    CALL(time, WRITES | MAY_BE_NULL, P),
    CALL(arch_prctl, WRITES, 0x1003 /* ARCH_GET_FS */, P),
#endif
};

static char *good, *only_read, *before_hole;
static int full[2], quiet[2], file, folder, pidfd;
static long timer;

/* A page that can be accessed as said, with nothing behind it. */
static char *page_before_hole(int rights)
{
    char *at = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(at, 0, PAGE);
    munmap(at + PAGE, PAGE);
    mprotect(at, PAGE, rights);
    return at;
}

static long value_of(long argument, long pointer)
{
    static struct iovec part;
    switch (argument) {
    case P:
        return pointer;
    case PIPE_IN:
        return quiet[0];
    case PIPE_FULL:
        return full[0];
    case PIPE_OUT:
        return full[1];
    case FILE_RW:
        return file;
    case FOLDER:
        return folder;
    case BUFFER:
        return (long)good;
    case PATH:
        return (long)"file";
    case FRESH:
        return (long)"fresh";
    case VECTOR:
        part = (struct iovec){ good, 4 };
        return (long)&part;
    case TIMER:
        return timer;
    case SELF:
        return getpid();
    case PIDFD:
        return pidfd;
    }
    return argument;
}

static long do_call(const struct call *call, long pointer)
{
    long a[6];
    for (int i = 0; i < 6; i++)
        a[i] = value_of(call->arguments[i], pointer);
    lseek(file, 0, SEEK_SET);
    lseek(folder, 0, SEEK_SET);
    return syscall(call->number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static void try(const struct call *call, const char *kind, long pointer)
{
    char text[120];
    snprintf(text, sizeof text, "%s, argument %d %s: EFAULT", call->text,
        call_position(call, P), kind);
    errno = 0;
    long result = do_call(call, pointer);
    int error = errno;
    if (!tap_case(result == -1 && error == EFAULT, text))
        note("returned %ld, errno %d (%s)", result, error, strerror(error));
}

static void try_all(const struct call *call)
{
    bool writes = call->what & WRITES;
    if (!(call->what & MAY_BE_NULL))
        try(call, "NULL", 0);
    try(call, "8", 8);
    try(call, "in a hole", (long)before_hole + PAGE);
    try(call, "in the kernel", (long)0xffffffff81000000);
    try(call, "in the kernel's RAM", (long)0xffff800000001000);
    try(call, "not canonical", (long)0x8000000000000000);
    try(call, "at the end of all addresses", (long)0xffffffffffffff00);
    try(call, "without rights", (long)only_read - PAGE);
    if (writes && !(call->what & TWICE))
        try(call, "read only", (long)only_read);
    if (call->what & BYTE)
        return;
    before_hole[PAGE - 1] = call->what & STRING ? 'x' : 0;
    try(call, "across the end of a page", (long)before_hole + PAGE - 1);
    before_hole[PAGE - 1] = 0;
}

static void vectors(void)
{
    struct iovec bad[2] = { { good, 4 }, { before_hole + PAGE, 4 } };
    int ends[2];
    pipe2(ends, O_NONBLOCK);
    is(pwritev(file, bad, 2, 0), 4);
    is(preadv(file, bad, 2, 0), 4);
    bad[0].iov_base = (void *)8;
    fails_with(EFAULT, writev(ends[1], bad, 2));
    is(pwritev(file, bad, 0, 0), 0);
    bad[0] = (struct iovec){ (void *)0xffff800000001000, 4 };
    fails_with(EFAULT, pwritev(file, bad, 1, 0));
    fails_with(EFAULT, preadv(file, bad, 1, 0));
    bad[0] = (struct iovec){ good, (size_t)-1 };
    fails_with(EINVAL, writev(ends[1], bad, 1));
    fails_with(EINVAL, writev(ends[1], bad, -1));
    fails_with(EINVAL, syscall(SYS_writev, ends[1], bad, 1025));
    close(ends[0]);
    close(ends[1]);
}

/* As much as there is comes over, and only then the error; but a pipe does not
 * begin a page that it cannot fill. */
static void partly(void)
{
    int ends[2];
    pipe2(ends, O_NONBLOCK);
    fails_with(EFAULT, write(ends[1], before_hole + PAGE - 3, 10));
    fails_with(EAGAIN, read(ends[0], good, 10));
    is(pwrite(file, before_hole + PAGE - 3, 10, 0), 3);
    is(pread(file, before_hole + PAGE - 3, 10, 0), 3);
    is(pread(file, only_read + PAGE, 10, 0), -1);
    close(ends[0]);
    close(ends[1]);
}

static void *across(size_t bytes)
{
    return (void *)((uintptr_t)good + PAGE - bytes / 2);
}

static void crossing(void)
{
    ok(!stat("file", across(sizeof(struct stat))));
    is(((struct stat *)across(sizeof(struct stat)))->st_size, 3 * PAGE);
    ok(!uname(across(sizeof(struct utsname))));
    is_text(((struct utsname *)across(sizeof(struct utsname)))->sysname,
        "Linux");
    ok(!clock_gettime(CLOCK_REALTIME, across(sizeof(struct timespec))));
    ok(!getrlimit(RLIMIT_NOFILE, across(sizeof(struct rlimit))));
    ok(!setrlimit(RLIMIT_NOFILE, across(sizeof(struct rlimit))));
    struct pollfd *one = across(sizeof *one);
    *one = (struct pollfd){ .fd = full[0], .events = POLLIN };
    is(poll(one, 1, 0), 1);
    is(one->revents, POLLIN);
    struct sigaction *action = across(sizeof *action);
    ok(!sigaction(SIGUSR2, NULL, action));
    ok(!sigaction(SIGUSR2, action, NULL));
    char *path = across(4);
    strcpy(path, "file");
    ok(!access(path, F_OK));
    memset(good, 0, 2 * PAGE);
    is(pwrite(file, across(100), 100, 50), 100);
    is(pread(file, across(200), 200, 0), 200);
    ok(!pipe(across(8)));
    int *ends = across(8);
    close(ends[0]);
    close(ends[1]);
    memset(good, 0, 2 * PAGE);
}

/* A page's last bytes are enough for what fits into them. */
static void at_the_end(void)
{
    strcpy(before_hole + PAGE - 5, "file");
    ok(!access(before_hole + PAGE - 5, F_OK));
    struct timespec *time = (void *)(before_hole + PAGE - sizeof *time);
    ok(!clock_gettime(CLOCK_MONOTONIC, time));
    ok(!stat("file", (void *)(before_hole + PAGE - sizeof(struct stat))));
    ok(getcwd(before_hole + PAGE - 7, 7) != NULL);
    is_text(before_hole + PAGE - 7, "/tmp/t");
    memset(before_hole, 0, PAGE);
}

/* Names longer than any buffer. */
static void long_names(void)
{
    char *name = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(name, '/', 16 * PAGE);
    fails_with(ENAMETOOLONG, access(name, F_OK));
    name[4095] = 0;
    ok(!access(name, F_OK));
    name[4095] = '/';
    name[4096] = 0;
    fails_with(ENAMETOOLONG, access(name, F_OK));
    fails_with(ENAMETOOLONG, symlink(name, "fresh"));
    fails_with(ENAMETOOLONG, chdir(name));
    memset(name, 'a', 16 * PAGE);
    fails_with(ENAMETOOLONG, access(name, F_OK));
    fails_with(EINVAL, syscall(SYS_memfd_create, name, 0));
    name[255] = 0;
    fails_with(ENOENT, access(name, F_OK));
    name[255] = 'a';
    name[256] = 0;
    fails_with(ENAMETOOLONG, access(name, F_OK));
    munmap(name, 16 * PAGE);
}

static void set_up(void)
{
    good = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    only_read = mmap(NULL, 3 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
                    -1, 0) + PAGE;
    mprotect(only_read, PAGE, PROT_READ);
    before_hole = page_before_hole(PROT_READ | PROT_WRITE);
    pipe2(full, O_NONBLOCK);
    pipe2(quiet, O_NONBLOCK);
    write(full[1], good, 100);
    file = open("file", O_RDWR | O_CREAT, 0600);
    ftruncate(file, 3 * PAGE);
    folder = open(".", O_RDONLY | O_DIRECTORY);
    int id = 0;
    syscall(SYS_timer_create, CLOCK_MONOTONIC, NULL, &id);
    timer = id;
    pidfd = syscall(SYS_pidfd_open, getpid(), 0);
    gid_t group = 7;
    setgroups(1, &group);
}

static void run(void)
{
    set_up();
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        try_all(&calls[i]);
    fails_with(ENOENT, access("fresh", F_OK));
    vectors();
    partly();
    crossing();
    at_the_end();
    long_names();
}
TEST_MAIN
