/* SPDX-License-Identifier: MIT */
/* fcntl, but for locks: F_SETFL, owners and signals, pipes, and what is not
 * known; ioctls of any file. */
#include "cpu.h"
#include "who.h"

#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/resource.h>


static int flags_of(int fd)
{
    return syscall(SYS_fcntl, fd, F_GETFL) & ~LARGE;
}

static void status_flags(void)
{
    int fd = open("f", O_RDWR | O_CREAT, 0600);
    static const int changeable[] = { O_APPEND, O_NONBLOCK, O_NOATIME };
    for (size_t i = 0; i < sizeof changeable / sizeof *changeable; i++) {
        is(fcntl(fd, F_SETFL, changeable[i]), 0);
        is(flags_of(fd) == (O_RDWR | changeable[i]), 1);
        is(fcntl(fd, F_SETFL, 0), 0);
        is(flags_of(fd), O_RDWR);
    }
    /* These stay as they were opened. */
    is(fcntl(fd, F_SETFL, O_WRONLY | O_CREAT | O_TRUNC | O_SYNC), 0);
    is(flags_of(fd), O_RDWR);
    fails_with(EINVAL, fcntl(fd, F_SETFL, O_DIRECT));
    is(flags_of(fd), O_RDWR);
    int same = dup(fd), other = open("f", O_RDONLY);
    fcntl(same, F_SETFL, O_APPEND);
    is(flags_of(fd), O_RDWR | O_APPEND);
    is(flags_of(other), O_RDONLY);
    close(same), close(other), close(fd);
    chmod("f", 0666);
    become(USER, GROUP);
    fd = open("f", O_RDWR);
    fails_with(EPERM, fcntl(fd, F_SETFL, O_NOATIME));
    become_root();
    close(fd);
    int ends[2];
    pipe(ends);
    is(fcntl(ends[0], F_SETFL, O_DIRECT), 0);
    ok(flags_of(ends[0]) & O_DIRECT);
    is(fcntl(ends[0], F_SETFL, 0), 0);
    close(ends[0]), close(ends[1]);
}

static void ioctls(void)
{
    int fd = open("f", O_RDWR), on = 1, off = 0, bytes;
    write(fd, "12345", 5);
    is(ioctl(fd, FIONBIO, &on), 0);
    ok(flags_of(fd) & O_NONBLOCK);
    is(ioctl(fd, FIONBIO, &off), 0);
    ok(!(flags_of(fd) & O_NONBLOCK));
    is(ioctl(fd, FIOCLEX), 0);
    is(fcntl(fd, F_GETFD), FD_CLOEXEC);
    is(ioctl(fd, FIONCLEX), 0);
    is(fcntl(fd, F_GETFD), 0);
    lseek(fd, 2, SEEK_SET);
    is(ioctl(fd, FIONREAD, &bytes), 0);
    is(bytes, 3);
    lseek(fd, 8, SEEK_SET);
    is(ioctl(fd, FIONREAD, &bytes), 0);
    is(bytes, -3);
    fails_with(ENOTTY, ioctl(fd, TCGETS, &bytes));
    fails_with(ENOTTY, ioctl(fd, 0x12345678, &bytes));
    fails_with(EFAULT, ioctl(fd, FIONREAD, (void *)8));
    fails_with(EFAULT, ioctl(fd, FIONBIO, (void *)8));
    fails_with(EBADF, ioctl(-1, FIONREAD, &bytes));
    close(fd);
    int ends[2];
    pipe(ends);
    write(ends[1], "1234567", 7);
    is(ioctl(ends[0], FIONREAD, &bytes), 0);
    is(bytes, 7);
    fails_with(ENOTTY, ioctl(ends[0], TCGETS, &bytes));
    close(ends[0]), close(ends[1]);
    int null = open("/dev/null", O_RDWR);
    fails_with(ENOTTY, ioctl(null, TCGETS, &bytes));
    fails_with(ENOTTY, ioctl(null, FIONREAD, &bytes));
    close(null);
    int d = open(".", O_RDONLY);
    fails_with(ENOTTY, ioctl(d, FIONREAD, &bytes));
    close(d);
}

static void owners(void)
{
    int fd = open("f", O_RDWR);
    struct f_owner_ex who = { -1, -1 };
    is(fcntl(fd, F_GETOWN), 0);
    is(fcntl(fd, F_SETOWN, getpid()), 0);
    is(fcntl(fd, F_GETOWN), getpid());
    is(fcntl(fd, F_GETOWN_EX, &who), 0);
    is(who.type, F_OWNER_PID);
    is(who.pid, getpid());
    is(fcntl(fd, F_SETOWN, -getpgrp()), 0);
    is(syscall(SYS_fcntl, fd, F_GETOWN_EX, &who), 0);
    is(who.type, F_OWNER_PGRP);
    is(who.pid, getpgrp());
    who.type = F_OWNER_TID, who.pid = getpid();
    is(fcntl(fd, F_SETOWN_EX, &who), 0);
    who.type = 9;
    is(fcntl(fd, F_GETOWN_EX, &who), 0);
    is(who.type, F_OWNER_TID);
    who.type = 9;
    fails_with(EINVAL, fcntl(fd, F_SETOWN_EX, &who));
    who.type = F_OWNER_PID, who.pid = 4000000;
    fails_with(ESRCH, fcntl(fd, F_SETOWN_EX, &who));
    fails_with(ESRCH, fcntl(fd, F_SETOWN, 4000000));
    fails_with(EFAULT, fcntl(fd, F_SETOWN_EX, (void *)8));
    is(fcntl(fd, F_SETOWN, 0), 0);
    is(fcntl(fd, F_GETOWN), 0);
    is(fcntl(fd, F_GETSIG), 0);
    is(fcntl(fd, F_SETSIG, SIGUSR1), 0);
    is(fcntl(fd, F_GETSIG), SIGUSR1);
    is(fcntl(fd, F_SETSIG, 0), 0);
    fails_with(EINVAL, fcntl(fd, F_SETSIG, 65));
    fails_with(EINVAL, fcntl(fd, F_SETSIG, -1));
    close(fd);
}

static void pipes(void)
{
    int ends[2], fd = open("f", O_RDWR);
    pipe(ends);
    is(fcntl(ends[0], F_GETPIPE_SZ), 65536);
    is(fcntl(ends[0], F_SETPIPE_SZ, 5000), 8192);
    is(fcntl(ends[1], F_GETPIPE_SZ), 8192);
    is(fcntl(ends[0], F_SETPIPE_SZ, 1), 4096);
    is(fcntl(ends[0], F_SETPIPE_SZ, 1 << 20), 1 << 20);
    is(fcntl(ends[0], F_SETPIPE_SZ, 0), 4096);
    is(fcntl(ends[0], F_SETPIPE_SZ, 8192), 8192);
    fails_with(EINVAL, fcntl(ends[0], F_SETPIPE_SZ, -1));
    fails_with(EBADF, fcntl(fd, F_GETPIPE_SZ));
    fails_with(EBADF, fcntl(fd, F_SETPIPE_SZ, 4096));
    static char text[8192];
    write(ends[1], text, sizeof text);
    fails_with(EBUSY, fcntl(ends[0], F_SETPIPE_SZ, 4096));
    become(USER, GROUP);
    fails_with(EPERM, fcntl(ends[0], F_SETPIPE_SZ, 1 << 21));
    become_root();
    close(ends[0]), close(ends[1]), close(fd);
}

static void others(void)
{
    int fd = open("f", O_RDWR);
    fails_with(EINVAL, fcntl(fd, 12345));
    fails_with(EINVAL, fcntl(fd, 1027)); /* not yet in this version */
    fails_with(EBADF, fcntl(-1, F_GETFL));
    fails_with(EBADF, fcntl(999, F_SETFL, 0));
    is(fcntl(fd, F_DUPFD, 200), 200);
    is(fcntl(fd, F_DUPFD_CLOEXEC, 200), 201);
    is(fcntl(200, F_GETFD), 0);
    is(fcntl(201, F_GETFD), FD_CLOEXEC);
    is(fcntl(200, F_SETFD, 0xff), 0);
    is(fcntl(200, F_GETFD), FD_CLOEXEC);
    close(200), close(201);
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    fails_with(EINVAL, fcntl(fd, F_DUPFD, (int)limit.rlim_cur));
    close(fd);
    unlink("f");
}

/* What is asked of any file. */
static void asked(void)
{
    static const char *const paths[] = { "/dev/null", "/proc/self/maps", "/proc",
        "/sys", "/dev", ".", "f" };
    int got, fd = open("f", O_RDWR | O_CREAT, 0600);
    struct stat status;
    is(fcntl(fd, F_GETLEASE), F_UNLCK);
    close(fd);
    for (int i = 0; i < 7; i++) {
        fd = open(paths[i], O_RDONLY);
        fstat(fd, &status);
        is(ioctl(fd, FIGETBSZ, &got), 0);
        is(got, status.st_blksize);
        close(fd);
    }
    fd = open("f", O_RDONLY);
    got = -1;
    is(ioctl(fd, FS_IOC_GETFLAGS, &got), 0);
    is(got, 0);
    close(fd);
    unlink("f");
}

/* How long what is written will last: of the file, not of the open file. */
static void hints(void)
{
    enum { GET = 1035, SET, GET_OF_OPEN, SET_OF_OPEN };
    uint64_t got = 77, value;
    int fd = open("f", O_RDWR | O_CREAT, 0600), path = open("f", O_PATH);
    is(fcntl(fd, GET, &got), 0);
    is(got, 0);
    for (value = 0; value < 6; value++)
        is(fcntl(fd, SET, &value), 0);
    fails_with(EINVAL, fcntl(fd, SET, &value));
    value = -1;
    fails_with(EINVAL, fcntl(fd, SET, &value));
    value = 1ull << 32 | 3;
    fails_with(EINVAL, fcntl(fd, SET, &value));
    fails_with(EFAULT, fcntl(fd, SET, 8));
    fails_with(EFAULT, fcntl(fd, GET, 8));
    fails_with(EINVAL, fcntl(fd, GET_OF_OPEN, &got));
    fails_with(EINVAL, fcntl(fd, SET_OF_OPEN, &got));
    fails_with(EBADF, fcntl(path, GET, &got));
    fails_with(EBADF, fcntl(path, SET, &got));
    close(fd), close(path);
    fd = open("f", O_RDONLY);
    is(fcntl(fd, GET, &got), 0);
    is(got, 5);
    value = 4;
    is(fcntl(fd, SET, &value), 0);
    close(fd), unlink("f");
    int ends[2];
    pipe(ends);
    is(fcntl(ends[0], SET, &value), 0);
    is(fcntl(ends[1], GET, &got), 0);
    is(got, 4);
    close(ends[0]), close(ends[1]);
}

static void run(void)
{
    asked();
    status_flags();
    ioctls();
    owners();
    pipes();
    others();
    hints();
}
TEST_MAIN
