/* SPDX-License-Identifier: MIT */
/* Descriptors of processes: made, polled, waited for, signals sent and
 * descriptors fetched through them. */
#include "pidfd_tools.h"

#include <poll.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>

static int events(int fd, int timeout)
{
    struct pollfd poll_it = { .fd = fd, .events = POLLIN | POLLOUT };
    return poll(&poll_it, 1, timeout) == 1 ? poll_it.revents : 0;
}

static void *waits(void *tid)
{
    *(volatile int *)tid = syscall(SYS_gettid);
    for (;;)
        pause();
    return NULL;
}

static void opening(void)
{
    char byte;
    struct stat status;
    pid_t child = child_waits();
    int fd = open_it(child, 0);
    ok(fd >= 0);
    is(fcntl(fd, F_GETFD), FD_CLOEXEC);
    is(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDWR);
    int other = open_it(child, O_NONBLOCK);
    ok(fcntl(other, F_GETFL) & O_NONBLOCK);
    close(other);
    fails_with(EINVAL, open_it(child, 1));
    fails_with(EINVAL, open_it(child, O_CLOEXEC));
    fails_with(EINVAL, open_it(0, 0));
    fails_with(EINVAL, open_it(-1, 0));
    fails_with(ESRCH, open_it(99999999, 0));
    fails_with(EINVAL, read(fd, &byte, 1));
    fails_with(EINVAL, write(fd, "x", 1));
    fails_with(ESPIPE, lseek(fd, 0, SEEK_SET));
    is(fstat(fd, &status), 0);
    volatile int tid = 0;
    pthread_t thread;
    pthread_create(&thread, NULL, waits, (void *)&tid);
    while (!tid)
        usleep(1000);
    fails_with(EINVAL, open_it(tid, 0)); /* only of leaders */
    pthread_cancel(thread);
    pthread_join(thread, NULL);
    char path[64], text[400] = "", wanted[40];
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
    FILE *file = fopen(path, "r");
    fread(text, 1, sizeof text - 1, file);
    fclose(file);
    snprintf(wanted, sizeof wanted, "Pid:\t%d\n", child);
    ok(strstr(text, wanted));
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    memset(text, 0, sizeof text);
    readlink(path, text, sizeof text - 1);
    is_text(text, "anon_inode:[pidfd]");
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    fails_with(ESRCH, open_it(child, 0));
    close(fd);
}

static void readiness(void)
{
    pid_t child = child_waits();
    int fd = open_it(child, 0);
    is(events(fd, 0), 0);
    is(events(fd, 20), 0);
    kill(child, SIGSTOP);
    waitpid(child, NULL, WUNTRACED);
    is(events(fd, 0), 0);
    pid_t killer = fork();
    if (!killer) {
        usleep(30000);
        kill(child, SIGKILL);
        _exit(0);
    }
    is(events(fd, -1), POLLIN);
    is(events(fd, 0), POLLIN);
    waitpid(child, NULL, 0);
    is(events(fd, 0), POLLIN); /* when it is gone, too */
    waitpid(killer, NULL, 0);
    close(fd);
}

static void waiting(void)
{
    siginfo_t info;
    pid_t child = child_waits();
    int fd = open_it(child, 0), slow = open_it(child, 0);
    int quick = open_it(child, O_NONBLOCK);
    memset(&info, 1, sizeof info);
    is(waitid(P_PIDFD_, fd, &info, WEXITED | WNOHANG), 0);
    is(info.si_pid, 0);
    fails_with(EAGAIN, waitid(P_PIDFD_, quick, &info, WEXITED));
    kill(child, SIGSTOP);
    is(waitid(P_PIDFD_, fd, &info, WSTOPPED), 0);
    is(info.si_status, SIGSTOP);
    kill(child, SIGKILL);
    is(waitid(P_PIDFD_, slow, &info, WEXITED | WNOWAIT), 0);
    is(waitid(P_PIDFD_, fd, &info, WEXITED), 0);
    ok(info.si_pid == child);
    is(info.si_code, CLD_KILLED);
    is(info.si_status, SIGKILL);
    fails_with(ECHILD, waitid(P_PIDFD_, fd, &info, WEXITED));
    fails_with(EBADF, waitid(P_PIDFD_, 99, &info, WEXITED));
    fails_with(EBADF, waitid(P_PIDFD_, 1, &info, WEXITED));
    fails_with(EINVAL, waitid(P_PIDFD_, -1, &info, WEXITED));
    close(fd), close(slow), close(quick);
    fd = open_it(getpid(), 0);
    fails_with(ECHILD, waitid(P_PIDFD_, fd, &info, WEXITED));
    close(fd);
}

static siginfo_t last;
static volatile int count;
static void tells(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)context;
    last = *info;
    count++;
}

static void signals(void)
{
    struct sigaction action = { .sa_sigaction = tells, .sa_flags = SA_SIGINFO };
    siginfo_t info = { 0 };
    int fd = open_it(getpid(), 0);
    sigaction(SIGUSR1, &action, NULL);
    is(send_to(fd, SIGUSR1, NULL, 0), 0);
    is(count, 1);
    is(last.si_code, SI_USER);
    ok(last.si_pid == getpid());
    info.si_signo = SIGUSR1;
    info.si_code = SI_QUEUE;
    info.si_value.sival_int = 33;
    is(send_to(fd, SIGUSR1, &info, 0), 0);
    is(count, 2);
    is(last.si_code, SI_QUEUE);
    is(last.si_value.sival_int, 33);
    is(send_to(fd, 0, NULL, 0), 0);
    fails_with(EINVAL, send_to(fd, SIGUSR2, &info, 0)); /* not the same */
    fails_with(EINVAL, send_to(fd, SIGUSR1, NULL, 1));
    fails_with(EINVAL, send_to(fd, 65, NULL, 0));
    fails_with(EINVAL, send_to(fd, -1, NULL, 0));
    fails_with(EFAULT, send_to(fd, SIGUSR1, (void *)8, 0));
    fails_with(EBADF, send_to(99, SIGUSR1, NULL, 0));
    fails_with(EBADF, send_to(1, SIGUSR1, NULL, 0));
    close(fd);
    pid_t child = child_waits();
    fd = open_it(child, 0);
    info.si_code = SI_USER;
    fails_with(EPERM, send_to(fd, SIGUSR1, &info, 0)); /* a lie */
    is(send_to(fd, SIGTERM, NULL, 0), 0);
    int status;
    waitpid(child, &status, 0);
    is(status, SIGTERM);
    fails_with(ESRCH, send_to(fd, SIGTERM, NULL, 0));
    fails_with(ESRCH, send_to(fd, 0, NULL, 0));
    close(fd);
    fd = open_it(1, 0);
    child = fork();
    if (!child) {
        setresuid(1000, 1000, 1000);
        _exit(send_to(fd, SIGUSR1, NULL, 0) == -1 && errno == EPERM ? 3 : 4);
    }
    waitpid(child, &status, 0);
    is(status, 3 << 8);
    close(fd);
}

static void descriptors(void)
{
    int ends[2];
    char text[8] = "";
    volatile int *fd_there = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pipe(ends);
    pid_t child = fork();
    if (!child) {
        dup2(ends[1], 60);
        *fd_there = 60;
        for (;;)
            pause();
    }
    while (!*fd_there)
        usleep(1000);
    int pidfd = open_it(child, 0);
    int fd = fetch(pidfd, 60, 0);
    ok(fd >= 0);
    is(fcntl(fd, F_GETFD), FD_CLOEXEC);
    is(write(fd, "hello", 5), 5);
    is(read(ends[0], text, 8), 5);
    is_text(text, "hello");
    fails_with(EBADF, fetch(pidfd, 61, 0));
    fails_with(EBADF, fetch(pidfd, -1, 0));
    fails_with(EINVAL, fetch(pidfd, 60, 1));
    fails_with(EBADF, fetch(99, 60, 0));
    fails_with(EBADF, fetch(1, 60, 0));
    pid_t other = fork();
    int status;
    if (!other) {
        setresuid(1000, 1000, 1000);
        _exit(fetch(pidfd, 60, 0) == -1 && errno == EPERM ? 3 : 4);
    }
    waitpid(other, &status, 0);
    is(status, 3 << 8);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    fails_with(ESRCH, fetch(pidfd, 60, 0));
    close(pidfd), close(fd), close(ends[0]), close(ends[1]);
}

static void run(void)
{
    opening();
    readiness();
    waiting();
    signals();
    descriptors();
}
TEST_MAIN
