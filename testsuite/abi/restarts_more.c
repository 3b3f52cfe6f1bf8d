/* SPDX-License-Identifier: MIT */
/* More calls that wait, and what signals and stops do to them: see restarts.h. */
#include "restarts.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <termios.h>

static long to_event(void)
{
    uint64_t most = UINT64_MAX - 1;
    int fd = eventfd(0, 0);
    write(fd, &most, sizeof most);
    ready();
    return write(fd, &most, sizeof most);
}

static int full_pipe(void)
{
    int fd = pipe_end(1);
    fill(fd);
    return fd;
}

static int file_with_bytes(void)
{
    int fd = open("bytes", O_RDWR | O_CREAT, 0600);
    write(fd, page, 4096);
    lseek(fd, 0, SEEK_SET);
    return fd;
}

static long sends_file(void)
{
    int from = file_with_bytes(), to = full_pipe();
    ready();
    return sendfile(to, from, NULL, 4096);
}

static long splices_file(void)
{
    int from = file_with_bytes(), to = full_pipe();
    ready();
    return splice(from, NULL, to, NULL, 4096, 0);
}

static long tees(void)
{
    int from = pipe_end(0), to = pipe_end(1);
    ready();
    return tee(from, to, 100, 0);
}

static long splices_memory(void)
{
    struct iovec what = { page, 4096 };
    int to = full_pipe();
    ready();
    return vmsplice(to, &what, 1, 0);
}

static long writes_vector(void)
{
    struct iovec what[] = { { page, 100 }, { page, 4096 } };
    int to = full_pipe();
    ready();
    return writev(to, what, 2);
}

static long sends(void)
{
    struct iovec what = { page, 100 };
    struct msghdr message = { .msg_iov = &what, .msg_iovlen = 1 };
    int fd = pair_end(SOCK_DGRAM);
    fill(fd);
    ready();
    return sendmsg(fd, &message, 0);
}

static long sends_in_time(void)
{
    struct timeval patience = { 100, 0 };
    int fd = pair_end(SOCK_STREAM);
    fill(fd);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    ready();
    return send(fd, page, 4096, 0);
}

static long receives_many(void)
{
    struct iovec to = { page, 100 };
    struct mmsghdr message = { .msg_hdr = { .msg_iov = &to, .msg_iovlen = 1 } };
    int fd = pair_end(SOCK_DGRAM);
    ready();
    return syscall(SYS_recvmmsg, fd, &message, 1, 0, NULL);
}

static long peeks(void)
{
    int fd = pair_end(SOCK_SEQPACKET);
    ready();
    return recv(fd, page, 10, MSG_PEEK);
}

/* A child that stays as long as its parent. */
static pid_t staying(void)
{
    pid_t me = getpid(), child = fork();
    if (child)
        return child;
    while (getppid() == me && !kill(me, 0))
        usleep(20000);
    _exit(0);
}

static long waits_for_id(void)
{
    siginfo_t info;
    staying();
    ready();
    return waitid(P_ALL, 0, &info, WEXITED);
}

static long waits_for_pidfd(void)
{
    siginfo_t info;
    int fd = syscall(434 /* pidfd_open */, staying(), 0);
    ready();
    return waitid(3 /* P_PIDFD */, fd, &info, WEXITED);
}

static long polls_pidfd(void)
{
    struct pollfd one = { syscall(434, staying(), 0), POLLIN, 0 };
    ready();
    return poll(&one, 1, -1);
}

static long locks_open_file(void)
{
    struct flock all = { .l_type = F_WRLCK };
    int first = open("locked", O_RDWR | O_CREAT, 0600);
    int second = open("locked", O_RDWR);
    fcntl(first, 37 /* F_OFD_SETLK */, &all);
    ready();
    return fcntl(second, 38 /* F_OFD_SETLKW */, &all);
}

static long opens_to_write(void)
{
    mkfifo("fifo", 0600);
    ready();
    return open("fifo", O_WRONLY);
}

static long waits_to_be_moved(void)
{
    ready();
    return futex(
        &shared->word, FUTEX_WAIT_REQUEUE_PI, 0, NULL, &shared->lock, 0);
}

static long waits_to_be_moved_until(void)
{
    struct timespec until = time_after(CLOCK_MONOTONIC, 100000);
    ready();
    return futex(
        &shared->word, FUTEX_WAIT_REQUEUE_PI, 0, &until, &shared->lock, 0);
}

static long waits_for_bits(void)
{
    ready();
    return futex(&shared->word, FUTEX_WAIT_BITSET, 0, NULL, NULL, 1);
}

static long waits_for_lock_2(void)
{
    struct timespec until = time_after(CLOCK_MONOTONIC, 100000);
    shared->lock = getppid();
    ready();
    return futex(&shared->lock, 13 /* FUTEX_LOCK_PI2 */, 0, &until, NULL, 0);
}

static int terminal_end(int *other)
{
    struct termios raw;
    int master = open("/dev/ptmx", O_RDWR | O_NOCTTY), unlock = 0, number = 0;
    char name[32];
    ioctl(master, TIOCSPTLCK, &unlock);
    ioctl(master, TIOCGPTN, &number);
    snprintf(name, sizeof name, "/dev/pts/%d", number);
    int slave = open(name, O_RDWR | O_NOCTTY);
    tcgetattr(slave, &raw);
    cfmakeraw(&raw);
    tcsetattr(slave, TCSANOW, &raw);
    *other = slave;
    return master;
}

static long of_terminal(void)
{
    int slave;
    terminal_end(&slave);
    return reads(slave);
}

static long of_master(void)
{
    int slave;
    return reads(terminal_end(&slave));
}

static long waits_for_events_in_time(void)
{
    struct epoll_event got;
    sigset_t none;
    sigemptyset(&none);
    int fd = epoll_create1(0);
    ready();
    return epoll_pwait(fd, &got, 1, 100000, &none);
}

static long polls_with_mask(void)
{
    struct pollfd one = { pipe_end(0), POLLIN, 0 };
    sigset_t none;
    sigemptyset(&none);
    ready();
    return ppoll(&one, 1, NULL, &none);
}

static long selects_for_ever(void)
{
    fd_set set;
    int fd = pipe_end(0);
    FD_ZERO(&set);
    FD_SET(fd, &set);
    ready();
    return select(fd + 1, &set, NULL, NULL, NULL);
}

static long polls_for_a_time(void)
{
    struct pollfd one = { pipe_end(0), POLLIN, 0 };
    ready();
    return poll(&one, 1, 100000);
}

static long sleeps_of_real_time(void)
{
    ready();
    return syscall(
        SYS_clock_nanosleep, CLOCK_REALTIME, 0, &long_time, NULL);
}

static long sleeps_until_real_time(void)
{
    struct timespec until = time_after(CLOCK_REALTIME, 100000);
    ready();
    return syscall(
        SYS_clock_nanosleep, CLOCK_REALTIME, TIMER_ABSTIME, &until, NULL);
}

static long sleeps_of_cpu_time(void)
{
    ready();
    return syscall(
        SYS_clock_nanosleep, CLOCK_PROCESS_CPUTIME_ID, 0, &long_time, NULL);
}

static long waits_for_signal(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    ready();
    return syscall(SYS_rt_sigtimedwait, &set, NULL, NULL, 8);
}

static const struct row rows[] = {
    { to_event, "eww", "write to a full eventfd" },
    { sends_file, "eww", "sendfile to a full pipe" },
    { splices_file, "eww", "splice of a file to a full pipe" },
    { tees, "eww", "tee" },
    { splices_memory, "eww", "vmsplice to a full pipe" },
    { writes_vector, "eww", "writev to a full pipe" },
    { sends, "eww", "sendmsg to a full socket" },
    { sends_in_time, "eee", "send with SO_SNDTIMEO" },
    { receives_many, "eww", "recvmmsg" },
    { peeks, "eww", "recv that peeks" },
    { waits_for_id, "eww", "waitid" },
    { waits_for_pidfd, "eww", "waitid of a pidfd" },
    { polls_pidfd, "eew", "poll of a pidfd" },
    { locks_open_file, "eww", "fcntl of an open file's lock" },
    { opens_to_write, "eww", "open of a FIFO to write" },
    { waits_to_be_moved, "www", "FUTEX_WAIT_REQUEUE_PI" },
    { waits_to_be_moved_until, "www", "FUTEX_WAIT_REQUEUE_PI with a time" },
    { waits_for_bits, "eww", "FUTEX_WAIT_BITSET" },
    { waits_for_lock_2, "www", "FUTEX_LOCK_PI2 with a time" },
    { of_terminal, "eww", "read of a terminal" },
    { of_master, "eww", "read of a terminal's master" },
    { waits_for_events_in_time, "eee", "epoll_pwait with a time" },
    { polls_with_mask, "eew", "ppoll" },
    { polls_for_a_time, "eew", "poll with a time" },
    { selects_for_ever, "eew", "select without a time" },
    { sleeps_of_real_time, "eew", "clock_nanosleep of the real-time clock" },
    { sleeps_until_real_time, "eew", "and until a time of it" },
    { sleeps_of_cpu_time, "eew", "clock_nanosleep of CPU time" },
    { waits_for_signal, "eee", "sigtimedwait without a time" },
};

static void run(void)
{
    try_all(rows, sizeof rows / sizeof *rows);
}
TEST_MAIN
