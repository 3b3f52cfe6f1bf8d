/* SPDX-License-Identifier: MIT */
/* Descriptors of processes: zombies, groups without a leader, exec by another
 * thread, folders of /proc, whose descriptors and signals are whose. */
#include "pidfd_tools.h"

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

static int ready(int fd, int ms)
{
    struct pollfd item = { .fd = fd, .events = POLLIN | POLLOUT };
    return poll(&item, 1, ms) == 1 ? item.revents : 0;
}

static int shown_pid(int fd)
{
    char path[64], text[512] = "";
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
    int info = open(path, O_RDONLY);
    read(info, text, sizeof text - 1);
    close(info);
    char *at = strstr(text, "Pid:\t"), *same = strstr(text, "NSpid:\t");
    int pid = at ? atoi(at + 5) : -2;
    return same && atoi(same + 7) == pid ? pid : -3;
}

static void zombies(void)
{
    siginfo_t info = { 0 };
    pid_t child = child_waits();
    int fd = open_it(child, 0);
    is(shown_pid(fd) - child, 0);
    kill(child, SIGKILL);
    is(ready(fd, 10000), POLLIN);
    is(shown_pid(fd) - child, 0); /* it has its number until it is waited for */
    is(send_to(fd, SIGTERM, NULL, 0), 0);
    is(send_to(fd, 0, NULL, 0), 0);
    fails_with(ESRCH, fetch(fd, 1, 0));
    int again = open_it(child, 0);
    ok(again >= 0);
    is(ready(again, 0), POLLIN);
    close(again);
    is(waitid(P_PIDFD_, fd, &info, WEXITED), 0);
    is(shown_pid(fd), -1);
    fails_with(ESRCH, send_to(fd, 0, NULL, 0));
    fails_with(ESRCH, fetch(fd, 1, 0));
    is(ready(fd, 0), POLLIN);
    close(fd);
}

/* A number that is a group's only. */
static void groups(void)
{
    int ends[2];
    char byte;
    pipe(ends);
    pid_t leader = fork();
    if (!leader) {
        setpgid(0, 0);
        if (!fork()) {
            close(ends[1]);
            read(ends[0], &byte, 1);
        }
        _exit(0);
    }
    waitpid(leader, NULL, 0);
    fails_with(EINVAL, open_it(leader, 0));
    close(ends[1]);
    close(ends[0]);
    while (kill(-leader, 0) == 0)
        usleep(1000);
    fails_with(ESRCH, open_it(leader, 0));
}

static void *replaces(void *data)
{
    execl("/proc/self/exe", "again", "sleeper", NULL);
    return data;
}

/* Another thread's exec takes the number over: the process has not ended. */
static void exec_by_another(void)
{
    int ends[2];
    char byte;
    pipe(ends);
    pid_t child = fork();
    if (!child) {
        pthread_t thread;
        dup2(ends[1], 1);
        pthread_create(&thread, NULL, replaces, NULL);
        for (;;)
            pause();
    }
    int fd = open_it(child, 0), epoll = epoll_create1(0);
    struct epoll_event event = { .events = EPOLLIN | EPOLLET };
    is(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), 0);
    close(ends[1]);
    is(read(ends[0], &byte, 1), 1); /* the new program says so */
    is(ready(fd, 0), 0);
    is(epoll_wait(epoll, &event, 1, 0), 0);
    is(shown_pid(fd) - child, 0);
    is(send_to(fd, SIGTERM, NULL, 0), 0);
    is(epoll_wait(epoll, &event, 1, 10000), 1);
    is(event.events, EPOLLIN);
    is(waitpid(child, NULL, 0) - child, 0);
    close(fd), close(epoll), close(ends[0]);
}

static void *stays(void *data)
{
    char byte;
    read(*(int *)data, &byte, 1);
    syscall(SYS_exit_group, 0);
    return NULL;
}

/* The first thread ends: the process goes on until the last does. */
static void leader_first(void)
{
    int ends[2], status;
    pipe(ends);
    pid_t child = fork();
    if (!child) {
        pthread_t thread;
        close(ends[1]);
        pthread_create(&thread, NULL, stays, ends);
        syscall(SYS_exit, 0);
    }
    int fd = open_it(child, 0);
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%d/stat", child);
    do {
        int stat = open(path, O_RDONLY);
        memset(text, 0, sizeof text);
        read(stat, text, sizeof text - 1);
        close(stat);
    } while (!strstr(text, ") Z ") && !usleep(1000));
    is(ready(fd, 0), 0);
    is(shown_pid(fd) - child, 0);
    is(send_to(fd, 0, NULL, 0), 0);
    is(waitid(P_PIDFD_, fd, NULL, WEXITED | WNOHANG), 0);
    close(ends[1]);
    is(ready(fd, 10000), POLLIN);
    is(waitpid(child, &status, 0) - child, 0);
    close(fd), close(ends[0]);
}

/* A folder of /proc sends signals, and nothing else. */
static void folders(void)
{
    char path[64];
    pid_t child = child_waits();
    snprintf(path, sizeof path, "/proc/%d", child);
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), status;
    int only = open(path, O_PATH);
    snprintf(path, sizeof path, "/proc/%d/fd", child);
    int deeper = open(path, O_RDONLY | O_DIRECTORY);
    snprintf(path, sizeof path, "/proc/%d/task/%d", child, child);
    int task = open(path, O_RDONLY | O_DIRECTORY);
    int root = open("/proc", O_RDONLY | O_DIRECTORY);
    is(send_to(folder, 0, NULL, 0), 0);
    fails_with(EBADF, send_to(only, 0, NULL, 0));
    fails_with(EBADF, send_to(deeper, 0, NULL, 0));
    fails_with(EBADF, send_to(task, 0, NULL, 0));
    fails_with(EBADF, send_to(root, 0, NULL, 0));
    fails_with(EBADF, fetch(folder, 1, 0));
    fails_with(EBADF, waitid(P_PIDFD_, folder, NULL, WEXITED | WNOHANG));
    is(send_to(folder, SIGTERM, NULL, 0), 0);
    waitpid(child, &status, 0);
    is(status, SIGTERM);
    fails_with(ESRCH, send_to(folder, 0, NULL, 0));
    close(folder), close(only), close(deeper), close(task), close(root);
}

static void *lies(void *data)
{
    siginfo_t info = { .si_signo = SIGWINCH, .si_code = SI_USER };
    *(long *)data = send_to((int)*(long *)data, SIGWINCH, &info, 0) ? errno : 0;
    return NULL;
}

static void records(void)
{
    siginfo_t info = { .si_signo = SIGWINCH, .si_code = SI_USER };
    pid_t child = child_waits();
    int fd = open_it(child, 0), self = open_it(getpid(), 0);
    fails_with(EINVAL, send_to(fd, SIGUSR1, &info, 0)); /* before the lie */
    fails_with(EPERM, send_to(fd, SIGWINCH, &info, 0));
    info.si_code = SI_TKILL;
    fails_with(EPERM, send_to(fd, SIGWINCH, &info, 0));
    info.si_code = SI_QUEUE;
    is(send_to(fd, SIGWINCH, &info, 0), 0);
    info.si_code = SI_USER;
    is(send_to(self, SIGWINCH, &info, 0), 0);
    pthread_t thread;
    long result = self;
    pthread_create(&thread, NULL, lies, &result);
    pthread_join(thread, NULL);
    is(result, EPERM); /* not the first thread */
    info.si_signo = 0;
    info.si_code = SI_QUEUE;
    is(send_to(fd, 0, &info, 0), 0);
    info.si_signo = 65;
    fails_with(EINVAL, send_to(fd, 65, &info, 0));
    fails_with(EINVAL, send_to(99, 65, NULL, 1)); /* flags first */
    fails_with(EBADF, send_to(99, 65, (void *)8, 0));
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    fails_with(ESRCH, send_to(fd, 65, &info, 0));
    info.si_code = SI_USER;
    info.si_signo = SIGWINCH;
    fails_with(EPERM, send_to(fd, SIGWINCH, &info, 0));
    fails_with(ESRCH, send_to(fd, SIGWINCH, NULL, 0));
    close(fd), close(self);
}

static void fetching(void)
{
    int self = open_it(getpid(), O_NONBLOCK), flags, pair[2];
    int file = open("/proc/self/exe", O_RDONLY);
    lseek(file, 10, SEEK_SET);
    int same = fetch(self, file, 0);
    is(lseek(same, 0, SEEK_CUR), 10); /* the same open file */
    lseek(same, 3, SEEK_SET);
    is(lseek(file, 0, SEEK_CUR), 3);
    close(same);
    int path = open("/", O_PATH);
    same = fetch(self, path, 0); /* such ones, too */
    flags = fcntl(same, F_GETFL);
    ok(flags & O_PATH);
    fails_with(EBADF, fetch(path, 1, 0));
    close(same), close(path), close(file);
    struct rlimit old, low = { 3, 3 };
    getrlimit(RLIMIT_NOFILE, &old);
    low.rlim_max = old.rlim_max;
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    setrlimit(RLIMIT_NOFILE, &low);
    fails_with(EMFILE, fetch(self, pair[0], 0));
    fails_with(EMFILE, open_it(getpid(), 0));
    setrlimit(RLIMIT_NOFILE, &old);
    close(pair[0]);
    char byte;
    is(read(pair[1], &byte, 1), 0); /* nothing was kept */
    close(pair[1]);
    fails_with(ENOTTY, ioctl(self, FIONREAD, &flags));
    fails_with(EINVAL, ftruncate(self, 0));
    is(ready(self, 0), 0);
    close(self);
}

static void run(void)
{
    zombies();
    groups();
    exec_by_another();
    leader_first();
    folders();
    records();
    fetching();
}

int main(int count, char **words)
{
    if (count > 1) {
        write(1, words[1], 1);
        for (;;)
            pause();
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    tap_limit();
    run();
    printf("1..%d\n", tap_cases);
    return tap_failures != 0;
}
