/* SPDX-License-Identifier: MIT */
/* signalfd: whose signals they are, what is said of each kind, exec, and how
 * a read of several ends. */
#include "proc.h"

#include <poll.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>

static sigset_t all;

static int make(int flags)
{
    return signalfd(-1, &all, flags);
}

static int take(int fd, struct signalfd_siginfo *info)
{
    ssize_t got = read(fd, info, sizeof *info);
    return got == sizeof *info ? (int)info->ssi_signo : -errno;
}

static int ready(int fd, int ms)
{
    struct pollfd item = { .fd = fd, .events = POLLIN };
    return poll(&item, 1, ms);
}

static const char *told(int fd)
{
    return fdinfo_from(fd, "sigmask:");
}

static void masks(void)
{
    sigset_t some;
    sigemptyset(&some);
    sigaddset(&some, SIGHUP);
    int fd = signalfd(-1, &some, 0);
    is_text(told(fd), "sigmask:\t0000000000000001\n");
    sigaddset(&some, SIGKILL);
    sigaddset(&some, SIGSTOP);
    is(signalfd(fd, &some, SFD_CLOEXEC | SFD_NONBLOCK), fd);
    is_text(told(fd), "sigmask:\t0000000000000001\n");
    is(fcntl(fd, F_GETFD), 0); /* the flags are for new ones */
    is(fcntl(fd, F_GETFL), O_RDWR);
    fails_with(EINVAL, signalfd(fd, &some, 1));
    fails_with(EINVAL, syscall(SYS_signalfd4, 99, &some, 4, 0));
    fails_with(EFAULT, syscall(SYS_signalfd4, 99, 8, 8, 1));
    fails_with(EINVAL, syscall(SYS_signalfd4, 99, &some, 8, 1));
    fails_with(EBADF, syscall(SYS_signalfd4, -2, &some, 8, 0));
    int path = open("/", O_PATH), null = open("/dev/null", O_RDONLY);
    fails_with(EBADF, signalfd(path, &some, 0));
    fails_with(EINVAL, signalfd(null, &some, 0));
    sigemptyset(&some);
    is(signalfd(fd, &some, 0), fd);
    is_text(told(fd), "sigmask:\t0000000000000000\n");
    is(ready(fd, 0), 0);
    close(fd), close(path), close(null);
}

static void several(void)
{
    int fd = make(SFD_NONBLOCK), pipes[2];
    struct signalfd_siginfo info[3];
    char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(page + 4096, 4096);
    struct iovec two[2] = { { info, 128 }, { info + 1, 128 } };
    struct iovec halves[2] = { { info, 64 }, { (char *)info + 64, 64 } };
    pipe(pipes);
    fails_with(EINVAL, read(fd, info, 0));
    raise(SIGUSR1);
    raise(SIGUSR2);
    fails_with(EINVAL, readv(fd, halves, 2));
    fails_with(EINVAL, splice(fd, NULL, pipes[1], NULL, 128, 0));
    is(read(fd, info, 255), 128);
    is(info[0].ssi_signo, SIGUSR1);
    raise(SIGUSR1);
    is(readv(fd, two, 2), 256);
    is(info[1].ssi_signo, SIGUSR2);
    raise(SIGUSR1);
    raise(SIGUSR2);
    is(read(fd, page + 4096 - 128, 256), 128); /* the second is lost */
    fails_with(EAGAIN, read(fd, info, 128));
    raise(SIGUSR2);
    fcntl(fd, F_SETFL, 0);
    is(read(fd, info, sizeof info), 128); /* waits for the first alone */
    int bytes;
    fails_with(ENOTTY, ioctl(fd, FIONREAD, &bytes));
    is(lseek(fd, 10, SEEK_SET), 0);
    fails_with(ESPIPE, pread(fd, info, 128, 0));
    munmap(page, 4096);
    close(fd), close(pipes[0]), close(pipes[1]);
}

/* Signals of one thread alone are not another's to read. */
static void *reads(void *data)
{
    struct signalfd_siginfo info;
    long *got = data;
    got[0] = ready((int)got[3], 0);
    got[1] = take((int)got[3], &info);
    kill(getpid(), SIGUSR2);
    got[2] = take((int)got[3], &info);
    return NULL;
}

static void threads(void)
{
    struct signalfd_siginfo info;
    pthread_t thread;
    long got[4] = { 0, 0, 0, make(SFD_NONBLOCK) };
    pthread_kill(pthread_self(), SIGUSR1);
    pthread_create(&thread, NULL, reads, got);
    pthread_join(thread, NULL);
    is(got[0], 0);
    is(got[1], -EAGAIN);
    is(got[2], SIGUSR2);
    is(take((int)got[3], &info), SIGUSR1);
    close((int)got[3]);
}

/* Of what the process ignores nothing is kept, unless it is blocked. */
static void ignored(void)
{
    int fd = make(SFD_NONBLOCK);
    struct signalfd_siginfo info;
    signal(SIGUSR1, SIG_IGN);
    kill(getpid(), SIGUSR1);
    is(take(fd, &info), SIGUSR1);
    kill(getpid(), SIGUSR1);
    signal(SIGUSR1, SIG_IGN); /* what was kept goes */
    is(take(fd, &info), -EAGAIN);
    signal(SIGUSR1, SIG_DFL);
    close(fd);
}

static void children(void)
{
    int fd = make(0);
    struct signalfd_siginfo info;
    pid_t child = fork();
    if (!child)
        for (;;)
            pause();
    kill(child, SIGSTOP);
    is(take(fd, &info), SIGCHLD);
    is(info.ssi_code, CLD_STOPPED);
    is(info.ssi_status, SIGSTOP);
    kill(child, SIGCONT);
    is(take(fd, &info), SIGCHLD);
    is(info.ssi_code, CLD_CONTINUED);
    is(info.ssi_status, SIGCONT);
    kill(child, SIGKILL);
    is(take(fd, &info), SIGCHLD);
    is(info.ssi_code, CLD_KILLED);
    is(info.ssi_status, SIGKILL);
    is(info.ssi_uid, 0);
    ok((pid_t)info.ssi_pid == child);
    waitpid(child, NULL, 0);
    kill(getpid(), SIGCHLD); /* a plain one */
    is(take(fd, &info), SIGCHLD);
    is(info.ssi_code, SI_USER);
    ok((pid_t)info.ssi_pid == getpid());
    is(info.ssi_status, 0);
    close(fd);
}

static void repeating(void)
{
    int fd = make(SFD_NONBLOCK);
    struct signalfd_siginfo info;
    struct sigevent event = { .sigev_notify = SIGEV_SIGNAL,
        .sigev_signo = SIGRTMIN + 1, .sigev_value.sival_ptr = (void *)77 };
    timer_t timer;
    timer_create(CLOCK_MONOTONIC, &event, &timer);
    struct itimerspec often = { { 0, 1000000 }, { 0, 1000000 } };
    timer_settime(timer, 0, &often, NULL);
    is(ready(fd, 10000), 1);
    struct timespec some = { 0, 50000000 };
    nanosleep(&some, NULL);
    is(take(fd, &info), SIGRTMIN + 1);
    ok(info.ssi_overrun >= 20);
    is(info.ssi_ptr, 77);
    is(info.ssi_int, 77);
    is(ready(fd, 10000), 1); /* it goes on */
    is(take(fd, &info), SIGRTMIN + 1);
    timer_delete(timer);
    while (read(fd, &info, sizeof info) > 0) /* the last may be there still */
        ;
    struct itimerval once = { { 0, 0 }, { 0, 1000 } };
    setitimer(ITIMER_VIRTUAL, &once, NULL);
    while (!ready(fd, 0))
        ;
    is(take(fd, &info), SIGVTALRM);
    is(info.ssi_code, SI_KERNEL);
    close(fd);
}

/* Both the file and what is pending pass an exec. */
static void over_exec(void *data)
{
    char fd[16];
    snprintf(fd, sizeof fd, "%d", *(int *)data);
    kill(getpid(), SIGUSR2);
    setenv("SIGNALFD", fd, 1);
    execl("/proc/self/exe", "again", NULL);
    _exit(9);
}

static int after_exec(int fd)
{
    struct signalfd_siginfo info;
    if (take(fd, &info) != SIGUSR2)
        return 1;
    return (pid_t)info.ssi_pid == getpid() ? 0 : 2;
}

static void execs(void)
{
    int fd = make(SFD_NONBLOCK);
    is(in_child(over_exec, &fd), 0);
    close(fd);
}

static void interrupted(int signal)
{
    (void)signal;
}

static void interruption(void)
{
    struct sigaction action = { .sa_handler = interrupted };
    struct signalfd_siginfo info;
    sigset_t others = all;
    sigdelset(&others, SIGWINCH);
    int fd = signalfd(-1, &others, 0);
    pid_t parent = getpid(), child;
    sigset_t quick;
    sigemptyset(&quick);
    sigaddset(&quick, SIGWINCH);
    sigprocmask(SIG_UNBLOCK, &quick, NULL);
    sigaction(SIGWINCH, &action, NULL);
    signal(SIGCHLD, SIG_DFL);
    child = fork();
    if (!child)
        for (;;) {
            usleep(20000);
            kill(parent, SIGWINCH);
        }
    is(take(fd, &info), -EINTR);
    action.sa_flags = SA_RESTART;
    sigaction(SIGWINCH, &action, NULL);
    pid_t other = fork();
    if (!other) {
        usleep(100000);
        kill(parent, SIGUSR1);
        _exit(0);
    }
    is(take(fd, &info), SIGUSR1); /* over many of the others */
    ok((pid_t)info.ssi_pid == other);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    waitpid(other, NULL, 0);
    sigprocmask(SIG_BLOCK, &quick, NULL);
    close(fd);
}

static void run(void)
{
    masks();
    several();
    threads();
    ignored();
    children();
    repeating();
    execs();
    interruption();
}

int main(void)
{
    const char *fd = getenv("SIGNALFD");
    if (fd)
        return after_exec(atoi(fd));
    setvbuf(stdout, NULL, _IOLBF, 0);
    tap_limit();
    sigfillset(&all);
    sigdelset(&all, SIGALRM);
    sigprocmask(SIG_BLOCK, &all, NULL);
    run();
    printf("1..%d\n", tap_cases);
    return tap_failures != 0;
}
