/* SPDX-License-Identifier: MIT */
/* Of several things that are wrong, which is told: what the comparison of
 * random calls on two kernels has found. */
#include "who.h"
#include <sys/eventfd.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/xattr.h>

enum { PAGE = 4096 };

static char *room; /* a page before a hole */
static int file, path_fd, ends[2];

static void *before_hole(size_t bytes)
{
    return room + PAGE - bytes;
}

static void *in_hole(void)
{
    return room + PAGE;
}

static void vectors(void)
{
    struct iovec bad = { in_hole(), 10 }, none = { room, 0 };
    fails_with(EBADF, syscall(SYS_preadv, path_fd, &bad, 1, 0l, 0l));
    fails_with(EBADF, syscall(SYS_pwritev, path_fd, &bad, 1, 0l, 0l));
    fails_with(EBADF, pread(path_fd, room, 1, 0));
    fails_with(EBADF, pwrite(path_fd, room, 1, 0));
    fails_with(EBADF, syscall(SYS_readv, path_fd, in_hole(), 1));
    fails_with(EFAULT, syscall(SYS_readv, ends[1], in_hole(), 1));
    fails_with(EFAULT, syscall(SYS_writev, ends[0], in_hole(), 1));
    fails_with(EINVAL, syscall(SYS_writev, ends[0], &none, 2000));
    fails_with(EINVAL, syscall(SYS_readv, ends[1], &none, -1));
    fails_with(EBADF, syscall(SYS_readv, ends[1], &none, 1));
    fails_with(ESPIPE, syscall(SYS_preadv, ends[0], in_hole(), 1, 0l, 0l));
    is(syscall(SYS_preadv2, file, &none, 1, 0l, 0l, 0x10000), 0);
    fails_with(EFAULT, syscall(SYS_preadv2, file, in_hole(), 1, 0l, 0l, 0x10000));
    fails_with(EINVAL, syscall(SYS_pwritev2, file, &none, -1, 0l, 0l, 0x10000));
    struct iovec some = { room, 1 };
    fails_with(
        EOPNOTSUPP, syscall(SYS_preadv2, file, &some, 1, 0l, 0l, 0x10000));
    fails_with(
        EBADF, syscall(SYS_pwritev2, ends[0], &some, 1, -1l, -1l, 0x10000));
}

static void copies(void)
{
    off_t offset = 0, negative = -1;
    fails_with(EBADF, copy_file_range(-1, in_hole(), file, NULL, 1, 1));
    fails_with(EBADF, copy_file_range(file, in_hole(), -1, NULL, 1, 1));
    fails_with(EFAULT, copy_file_range(file, in_hole(), file, NULL, 1, 1));
    fails_with(EINVAL, copy_file_range(file, &offset, file, &offset, 1, 1));
    fails_with(EINVAL, copy_file_range(file, NULL, ends[0], NULL, 1, 0));
    fails_with(EINVAL, copy_file_range(ends[1], NULL, ends[0], NULL, 1, 0));
    fails_with(ESPIPE, sendfile(-1, ends[0], &offset, 1));
    fails_with(EBADF, sendfile(-1, ends[1], &offset, 1));
    fails_with(EINVAL, sendfile(-1, file, &negative, 1));
    fails_with(EBADF, sendfile(-1, file, &offset, 1));
    fails_with(EFAULT, sendfile(-1, -1, in_hole(), 1));
    static const char *const devices[] = { "/dev/null", "/dev/zero",
        "/dev/full" };
    for (int i = 0; i < 3; i++) {
        int device = open(devices[i], O_RDONLY);
        fails_with(EINVAL, sendfile(ends[1], device, NULL, 1));
        close(device);
    }
    int device = open("/dev/urandom", O_RDONLY);
    is(sendfile(ends[1], device, NULL, 1), 1);
    is(sendfile(file, device, NULL, 1), 1);
    close(device);
    is(read(ends[0], room, PAGE), 1);
}

static void ranges(void)
{
    fails_with(EBADF, sync_file_range(-1, -1, 0, 0));
    fails_with(EBADF, sync_file_range(-1, 0, 0, 64));
    fails_with(EINVAL, sync_file_range(file, 0, 0, 64));
    fails_with(EINVAL, syscall(SYS_fallocate, file, 4, 1l, 0l));
    fails_with(EINVAL, syscall(SYS_fallocate, file, 4, -1l, 1l));
    fails_with(EOPNOTSUPP, syscall(SYS_fallocate, file, 4, 1l, 1l));
    fails_with(EINVAL, readahead(file, 0, -1));
    is(readahead(file, 0, 100), 0);
    fails_with(EBADF, readahead(-1, 0, -1));
}

static void waits(void)
{
    siginfo_t info;
    memset(&info, 0x55, sizeof info);
    fails_with(ECHILD, waitid(P_ALL, 0, &info, WEXITED));
    is(info.si_signo, 0);
    is(info.si_pid, 0);
    fails_with(EFAULT, waitid(P_ALL, 0, in_hole(), WEXITED));
    fails_with(EFAULT, waitid(P_ALL, 0, in_hole(), 0));
    fails_with(EFAULT, waitid(77, 0, in_hole(), WEXITED));
    fails_with(EINVAL, waitid(77, 0, NULL, WEXITED));
}

static void maps(void)
{
    const int both = PROT_READ | PROT_WRITE;
    char *at = mmap(NULL, 2 * PAGE, both, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(at + PAGE, PAGE);
    fails_with(EBADF, mmap(NULL, 0, both, 0, -1, 0));
    fails_with(EBADF, mmap(NULL, PAGE, both, 0, path_fd, 0));
    fails_with(EINVAL, mmap(NULL, 0, both, MAP_PRIVATE, file, 0));
    fails_with(EINVAL, syscall(SYS_mmap, NULL, PAGE, both, 0, -1, 1l));
    fails_with(
        EOVERFLOW, syscall(SYS_mmap, NULL, PAGE, both, 0, file, -4096l));
    fails_with(EINVAL, syscall(SYS_mprotect, at, PAGE, 1l << 40));
    fails_with(EINVAL, mprotect(at, PAGE, PROT_READ | PROT_GROWSUP));
    fails_with(ENOMEM, mprotect(at + PAGE, PAGE, PROT_READ | PROT_GROWSUP));
    fails_with(EINVAL, mprotect(at + PAGE, PAGE, 64));
    is(mprotect(at + PAGE, 0, 64), 0);
    fails_with(EINVAL, mremap(at, 2, 100, MREMAP_MAYMOVE | 4, at + PAGE));
    fails_with(EFAULT, mremap(at + PAGE, PAGE, PAGE, 3, at + PAGE));
    fails_with(EFAULT, mremap(at + PAGE, PAGE, PAGE, 3, at + 1));
    fails_with(EINVAL, mremap(at, PAGE, PAGE, 3, at + 1));
    fails_with(EINVAL, mremap(at, PAGE, PAGE, 3, at));
    fails_with(EFAULT, syscall(SYS_mremap, at + PAGE, PAGE, -4096l, 1));
    fails_with(ENOMEM, syscall(SYS_mremap, at, PAGE, -4096l, 1));
    fails_with(EINVAL, syscall(SYS_mremap, at, PAGE, -8192l, 3, at + 16 * PAGE));
    munmap(at, PAGE);
}

static void random_bytes(void)
{
    /* How near the hole a copy comes is the CPU's matter. */
    long short_of = 32 - getrandom(before_hole(32), 144, 0);
    ok(short_of >= 0 && short_of < 16);
    short_of = 100 - getrandom(before_hole(100), 300, 0);
    ok(short_of >= 0 && short_of < 16);
    fails_with(EFAULT, getrandom(in_hole(), 10, 0));
}

static void controls(void)
{
    int urandom = open("/dev/urandom", O_RDONLY);
    fails_with(EINVAL, syscall(SYS_ioctl, urandom, 0x5422, 0));
    fails_with(EINVAL, syscall(SYS_ioctl, urandom, 0x12345678, 0));
    close(urandom);
    int counter = eventfd(0, 0), poller = epoll_create1(0);
    is(lseek(counter, 10, SEEK_SET), 0);
    is(lseek(counter, 10, SEEK_DATA), 0);
    is(lseek(poller, -10, SEEK_HOLE), 0);
    fails_with(EINVAL, lseek(poller, 0, 5));
    fails_with(ESPIPE, pread(counter, room, 8, 0));
    close(counter);
    close(poller);
    fails_with(ENOPKG, syscall(SYS_pipe2, ends, 0x80));
    fails_with(EINVAL, syscall(SYS_pipe2, ends, 0x81));
}

static void paths(void)
{
    struct timespec odd[2] = { { 0, -1 }, { 0, 0 } };
    fails_with(ENOTDIR, link("f/x", ""));
    fails_with(ENOENT, link("none", in_hole()));
    fails_with(EFAULT, link("f", in_hole()));
    fails_with(ENOENT, linkat(AT_FDCWD, "none", file, "x", 0));
    fails_with(ENOTDIR, linkat(AT_FDCWD, "f", file, "x", 0));
    fails_with(ENOTDIR, rename("f/x", ""));
    fails_with(ENOENT, rename("none/x", in_hole()));
    fails_with(EFAULT, rename("none", in_hole()));
    fails_with(ENOTDIR, renameat(AT_FDCWD, "none", file, "x"));
    fails_with(ENOENT, utimensat(AT_FDCWD, "none", odd, 0));
    fails_with(ENOTDIR, utimensat(AT_FDCWD, "f/x", odd, 0));
    fails_with(EINVAL, utimensat(AT_FDCWD, "f", odd, 0));
    fails_with(EINVAL, utimensat(AT_FDCWD, "none", odd, 0x10));
#ifdef SYS_utimes
    struct timeval worse[2] = { { 0, -1 }, { 0, 0 } };
    fails_with(EINVAL, syscall(SYS_utimes, "none", worse));
#endif
    fails_with(EINVAL, openat(file, "d", O_CREAT | O_DIRECTORY, 0644));
    fails_with(EINVAL, openat(-1, "d", O_CREAT | O_DIRECTORY, 0644));
    fails_with(ENOENT, syscall(SYS_execveat, AT_FDCWD, "", NULL, NULL, 1));
    fails_with(EINVAL, syscall(SYS_execveat, AT_FDCWD, "f", NULL, NULL, 1));
    fails_with(EINVAL, syscall(SYS_umount2, "none", 16));
    fails_with(ENOENT, syscall(SYS_umount2, "none", 7));
    fails_with(EINVAL, syscall(SYS_umount2, "/tmp", 7));
}

static void lists(void)
{
    is(listxattr("f", in_hole(), 10), 0);
    is(flistxattr(file, in_hole(), 10), 0);
}

/* Only so much is looked at as there can be descriptors. */
static void sets(void)
{
    struct timeval now = { 0, 0 };
    memset(before_hole(16), 0, 16);
    is(select(65536, before_hole(16), NULL, NULL, &now), 0);
}

static void queue_as(void *info)
{
    int error = 0;
    for (int i = 0; i < 2 && !error; i++)
        if (syscall(SYS_rt_sigqueueinfo, i ? getpid() : 0, SIGURG, info))
            error = errno;
    _exit(error);
}

/* The end of a record that nobody knows must be zero, and be there. */
static void queued_signals(void)
{
    char *record = before_hole(128);
    memset(record, 0, 128);
    ((int *)record)[2] = -100;
    record[60] = 1;
    is(WEXITSTATUS(in_child(queue_as, record)), E2BIG);
    fails_with(E2BIG, syscall(SYS_rt_tgsigqueueinfo, 0, 0, SIGURG, record));
    record[60] = 0;
    is(WEXITSTATUS(in_child(queue_as, record)), ESRCH);
    ((int *)record)[2] = SI_QUEUE;
    record[60] = 1;
    is(WEXITSTATUS(in_child(queue_as, record)), ESRCH);
    record = before_hole(48);
    memset(record, 0, 48);
    ((int *)record)[2] = SI_QUEUE;
    is(WEXITSTATUS(in_child(queue_as, record)), ESRCH);
    ((int *)record)[2] = -100;
    is(WEXITSTATUS(in_child(queue_as, record)), EFAULT);
    fails_with(EINVAL, syscall(SYS_rt_tgsigqueueinfo, 0, 0, SIGURG,
        memset(before_hole(48), 0, 48)));
    fails_with(EFAULT, syscall(SYS_rt_tgsigqueueinfo, 0, 0, 5, in_hole()));
}

static void as_nobody(void)
{
    become(USER, GROUP);
    fails_with(EACCES, getxattr("secret", "nonsense", room, 10));
    fails_with(EACCES, getxattr("secret", "user.x", room, 10));
    fails_with(EACCES, setxattr("secret", "nonsense", "1", 1, 0));
    fails_with(EACCES, removexattr("secret", "user.x"));
    fails_with(EOPNOTSUPP, getxattr("secret", "system.x", room, 10));
    fails_with(ENODATA, getxattr("secret", "trusted.x", room, 10));
    fails_with(EPERM, setxattr("secret", "trusted.x", "1", 1, 0));
    fails_with(EPERM, syscall(SYS_umount2, "/tmp", 7));
    fails_with(EPERM, syscall(SYS_syslog, 3, room, 10));
    fails_with(EPERM, syscall(SYS_syslog, 10, NULL, 0));
    fails_with(EPERM, open("/dev/kmsg", O_RDONLY));
    become_root();
}

static void run(void)
{
    char *two = mmap(NULL, 3 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
        -1, 0);
    room = two;
    mprotect(room, PAGE, PROT_READ | PROT_WRITE);
    file = open("f", O_RDWR | O_CREAT, 0644);
    write(file, "hello", 5);
    path_fd = open("f", O_PATH);
    close(open("secret", O_RDWR | O_CREAT, 0600));
    pipe(ends);
    vectors();
    copies();
    ranges();
    waits();
    maps();
    random_bytes();
    controls();
    paths();
    lists();
    sets();
    queued_signals();
    as_nobody();
}
TEST_MAIN
