/* SPDX-License-Identifier: MIT */
/* /proc/PID/fdinfo: what each kind of open file tells of itself, beyond what
 * all of them do. */
#include "tap.h"

#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/timerfd.h>

#ifndef F_OFD_SETLK
#define F_OFD_SETLK 37
#endif

static char got[4096];

/* What follows the line of the inode's number. */
static const char *info(int fd)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
    int file = open(path, O_RDONLY);
    ssize_t bytes = read(file, got, sizeof got - 1);
    close(file);
    got[bytes > 0 ? bytes : 0] = '\0';
    const char *at = strstr(got, "\nino:\t");
    at = at ? strchr(at + 1, '\n') : NULL;
    return at ? at + 1 : "";
}

static void events(void)
{
    int first = eventfd(26, 0), second = eventfd(0, EFD_SEMAPHORE), a, b;
    is(sscanf(info(first), "eventfd-count:               1a\neventfd-id: %d\n",
        &a), 1);
    is(sscanf(info(second), "eventfd-count:                0\neventfd-id: %d\n",
        &b), 1);
    ok(a >= 0 && b >= 0 && a != b);
    close(second);
    close(first);
    int timer = timerfd_create(CLOCK_BOOTTIME, 0);
    is_text(info(timer), "clockid: 7\nticks: 0\nsettime flags: 00\n"
        "it_value: (0, 0)\nit_interval: (0, 0)\n");
    close(timer);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, 40);
    int signals = signalfd(-1, &set, 0);
    is_text(info(signals), "sigmask:\t0000008000000200\n");
    close(signals);
}

static void send_both(int to, int count)
{
    char byte = 'a', control[CMSG_SPACE(2 * sizeof(int))] = "";
    int fds[2] = { 0, 1 };
    struct iovec vector = { &byte, 1 };
    struct msghdr header = { .msg_iov = &vector, .msg_iovlen = 1,
        .msg_control = control, .msg_controllen = CMSG_SPACE(count * 4) };
    struct cmsghdr *first = CMSG_FIRSTHDR(&header);
    first->cmsg_level = SOL_SOCKET;
    first->cmsg_type = SCM_RIGHTS;
    first->cmsg_len = CMSG_LEN(count * sizeof(int));
    memcpy(CMSG_DATA(first), fds, count * sizeof(int));
    is(sendmsg(to, &header, 0), 1);
}

static void sockets(int type)
{
    int fds[2];
    socketpair(AF_UNIX, type, 0, fds);
    is_text(info(fds[0]), "scm_fds: 0\n");
    send_both(fds[0], 2);
    send_both(fds[0], 1);
    is_text(info(fds[1]), "scm_fds: 3\n");
    is_text(info(fds[0]), "scm_fds: 0\n");
    recv(fds[1], got, 1, MSG_PEEK);
    is_text(info(fds[1]), "scm_fds: 3\n");
    recv(fds[1], got, 1, 0);
    is_text(info(fds[1]), "scm_fds: 1\n");
    recv(fds[1], got, 1, 0);
    is_text(info(fds[1]), "scm_fds: 0\n");
    close(fds[0]);
    close(fds[1]);
}

static const char *lock_line(const char *kind, int pid, int fd,
    const char *range)
{
    static char line[128];
    struct stat stat;
    fstat(fd, &stat);
    snprintf(line, sizeof line, "lock:\t1: %s %d %02x:%02x:%lu %s\n", kind, pid,
        major(stat.st_dev), minor(stat.st_dev), (unsigned long)stat.st_ino,
        range);
    return line;
}

static void locks(void)
{
    int fd = open("f", O_RDWR | O_CREAT, 0600), other = open("f", O_RDWR);
    struct flock lock = { .l_type = F_WRLCK, .l_start = 3, .l_len = 4 };
    is_text(info(fd), "");
    fcntl(fd, F_SETLK, &lock);
    is_text(info(fd),
        lock_line("POSIX  ADVISORY  WRITE", getpid(), fd, "3 6"));
    is_text(info(other), "");
    lock.l_type = F_RDLCK;
    lock.l_len = 0;
    fcntl(fd, F_SETLK, &lock);
    is_text(info(fd),
        lock_line("POSIX  ADVISORY  READ", getpid(), fd, "3 EOF"));
    lock.l_type = F_UNLCK;
    fcntl(fd, F_SETLK, &lock);
    is_text(info(fd), "");
    flock(other, LOCK_SH);
    is_text(info(other),
        lock_line("FLOCK  ADVISORY  READ", getpid(), fd, "0 EOF"));
    lock.l_type = F_WRLCK;
    lock.l_start = 100;
    fcntl(fd, F_OFD_SETLK, &lock);
    is_text(info(fd),
        lock_line("OFDLCK ADVISORY  WRITE", -1, fd, "100 EOF"));
    close(fd);
    close(other);
    unlink("f");
}

static void terminals(void)
{
    char line[32];
    int number = -1, fd = open("/dev/ptmx", O_RDWR | O_NOCTTY);
    ioctl(fd, TIOCGPTN, &number);
    snprintf(line, sizeof line, "tty-index:\t%d\n", number);
    is_text(info(fd), line);
    close(fd);
}

static void others(void)
{
    int ends[2], fd = open("/", O_RDONLY);
    pipe(ends);
    is_text(info(ends[0]), "");
    is_text(info(fd), "");
    close(ends[0]);
    close(ends[1]);
    close(fd);
}

static void run(void)
{
    events();
    sockets(SOCK_STREAM);
    sockets(SOCK_DGRAM);
    sockets(SOCK_SEQPACKET);
    locks();
    terminals();
    others();
}
TEST_MAIN
