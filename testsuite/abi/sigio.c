/* SPDX-License-Identifier: MIT */
/* Signals that tell of a pipe: when, by which number, to whom. */
#include "sigio.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/uio.h>

static void each_write_and_read(void)
{
    int ends[2];
    char buffer[70000];
    pipe(ends);
    tell_us(ends[0], NEWS);
    is_text(news(), "");
    write(ends[1], "1", 1);
    is_text(news(), "in");
    write(ends[1], "2", 1);
    write(ends[1], "3", 1);
    is_text(news(), "in in");
    read(ends[0], buffer, 3);
    is_text(news(), "");
    tell_no_more(ends[0]);
    write(ends[1], "4", 1);
    is_text(news(), "");
    tell_us(ends[1], NEWS);
    read(ends[0], buffer, 1);
    is_text(news(), "out");
    write(ends[1], "12", 2);
    is_text(news(), "");
    read(ends[0], buffer, 1);
    read(ends[0], buffer, 1);
    is_text(news(), "out out");
    close(ends[0]), close(ends[1]);
    is_text(news(), "out");
}

/* A try that moves nothing is told like any other. */
static void tries(void)
{
    int ends[2];
    static char buffer[70000];
    pipe2(ends, O_NONBLOCK);
    tell_us(ends[1], NEWS);
    read(ends[0], buffer, 0);
    is_text(news(), "");
    fails_with(EAGAIN, read(ends[0], buffer, 1));
    is_text(news(), "out");
    write(ends[1], buffer, 1);
    fails_with(EFAULT, read(ends[0], (void *)8, 1));
    is_text(news(), "out");
    tell_no_more(ends[1]);
    tell_us(ends[0], NEWS);
    write(ends[1], buffer, 0);
    is_text(news(), "");
    fails_with(EFAULT, write(ends[1], (void *)8, 1));
    is_text(news(), "in");
    ok(write(ends[1], buffer, sizeof buffer) > 0);
    is_text(news(), "in");
    fails_with(EAGAIN, write(ends[1], buffer, 4096));
    is_text(news(), "in");
    close(ends[1]);
    is_text(news(), "in");
    read(ends[0], buffer, sizeof buffer);
    close(ends[0]);
    is_text(news(), "");
    /* The other side is gone. */
    pipe2(ends, O_NONBLOCK);
    signal(SIGPIPE, SIG_IGN);
    close(ends[0]);
    tell_us(ends[1], NEWS);
    fails_with(EPIPE, write(ends[1], buffer, 1));
    is_text(news(), "");
    int same = dup(ends[1]);
    close(ends[1]);
    is_text(news(), "");
    close(same);
}

static void closed_sides(void)
{
    int ends[2], same;
    pipe(ends);
    tell_us(ends[1], NEWS);
    same = dup(ends[0]);
    close(ends[0]);
    is_text(news(), "");
    close(same);
    is_text(news(), "out");
    close(ends[1]);
    /* The number it had when it was asked for is told, whatever it is now. */
    pipe(ends);
    tell_us(ends[0], NEWS);
    same = dup(ends[0]);
    close(ends[0]);
    write(ends[1], "1", 1);
    is_text(news(), "in");
    close(same), close(ends[1]);
    is_text(news(), "");
    pipe(ends);
    tell_us(ends[0], NEWS);
    fcntl(ends[0], F_SETFL, 0);
    same = dup(ends[0]);
    fcntl(same, F_SETFL, O_ASYNC);
    news_fd = same;
    write(ends[1], "1", 1);
    is_text(news(), "in");
    close(same), close(ends[0]), close(ends[1]);
}

static void numbers(void)
{
    int ends[2];
    pipe(ends);
    /* Plainly: once, and no more is said of it. */
    tell_us(ends[0], 0);
    write(ends[1], "1", 1);
    write(ends[1], "1", 1);
    is_text(news(), "SIGIO plain");
    tell_us(ends[0], SIGIO);
    write(ends[1], "1", 1);
    write(ends[1], "1", 1);
    is_text(news(), "SIGIO in");
    /* Signals with codes of their own do not take these. */
    sigset_t set;
    siginfo_t info = { 0 };
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    tell_us(ends[0], SIGCHLD);
    write(ends[1], "1", 1);
    is(sigtimedwait(&set, &info, &(struct timespec){ 0 }), SIGCHLD);
    is(info.si_code, SI_SIGIO);
    ok(info.si_fd == ends[0]);
    is(info.si_band, 0x41);
    close(ends[0]), close(ends[1]);
    /* Nobody, until somebody is named. */
    pipe(ends);
    fcntl(ends[0], F_SETFL, O_ASYNC);
    write(ends[1], "1", 1);
    is_text(news(), "");
    fcntl(ends[0], F_SETOWN, getpid());
    is_text(news(), "");
    write(ends[1], "1", 1);
    is_text(news(), "SIGIO plain");
    fcntl(ends[0], F_SETOWN, 0);
    write(ends[1], "1", 1);
    is_text(news(), "");
    close(ends[0]), close(ends[1]);
}

static void full_queue(void)
{
    int ends[2];
    struct rlimit limit = { 2, 2 }, old;
    pipe(ends);
    getrlimit(RLIMIT_SIGPENDING, &old);
    tell_us(ends[0], NEWS);
    prlimit(0, RLIMIT_SIGPENDING, &limit, NULL);
    for (int i = 0; i < 5; i++)
        write(ends[1], "1", 1);
    prlimit(0, RLIMIT_SIGPENDING, &old, NULL);
    is_text(news(), "SIGIO plain in in");
    close(ends[0]), close(ends[1]);
}

static void two_files(void)
{
    int ends[2], again;
    mkfifo("fifo", 0600);
    pipe(ends);
    int one = open("fifo", O_RDWR | O_NONBLOCK);
    again = open("fifo", O_RDONLY | O_NONBLOCK);
    tell_us(again, SIGIO);
    tell_us(one, NEWS);
    write(one, "1", 1);
    news_fd = one;
    const char *said = news();
    char expected[60];
    snprintf(expected, sizeof expected, "SIGIO in fd%d in", again);
    ok(!strcmp(said, expected));
    char byte;
    read(again, &byte, 1);
    is_text(news(), "out");
    close(again);
    is_text(news(), "");
    again = open("fifo", O_WRONLY | O_NONBLOCK);
    close(again);
    is_text(news(), "");
    close(one), close(ends[0]), close(ends[1]);
    unlink("fifo");
}

/* Both know the file, one is told. */
static void child_writes(void *data)
{
    int *ends = data;
    struct timespec none = { 0 };
    sigset_t set = news_set();
    write(ends[1], "1", 1);
    if (sigtimedwait(&set, NULL, &none) != -1)
        _exit(1);
    fcntl(ends[0], F_SETOWN, getpid());
    write(ends[1], "1", 1);
    _exit(sigtimedwait(&set, NULL, &none) == NEWS ? 0 : 2);
}

static void fork_shares(void)
{
    int ends[2];
    pipe(ends);
    tell_us(ends[0], NEWS);
    is(in_child(child_writes, ends), 0);
    is_text(news(), "in");
    write(ends[1], "1", 1);
    is_text(news(), "");
    close(ends[0]), close(ends[1]);
}

/* Bytes that move without a read or a write. */
static void spliced(void)
{
    int from[2], to[2], fd = open("f", O_RDWR | O_CREAT, 0600);
    char bytes[4] = "123";
    struct iovec piece = { bytes, 3 };
    pipe(from), pipe(to);
    tell_us(from[0], NEWS);
    write(fd, bytes, 4);
    loff_t start = 0;
    is(splice(fd, &start, from[1], NULL, 4, 0), 4);
    is_text(news(), "in");
    is(vmsplice(from[1], &piece, 1, 0), 3);
    is_text(news(), "in");
    tell_no_more(from[0]);
    tell_us(from[1], NEWS);
    tell_us(to[0], NEWS);
    is(tee(from[0], to[1], 2, 0), 2);
    is_text(news(), "in");
    tell_no_more(to[0]);
    news_fd = from[1];
    is(splice(from[0], NULL, fd, NULL, 4, 0), 4);
    is_text(news(), "out");
    is(splice(from[0], NULL, to[1], NULL, 3, 0), 3);
    is_text(news(), "out");
    tell_no_more(from[1]);
    close(from[0]), close(from[1]), close(to[0]), close(to[1]), close(fd);
    unlink("f");
}

/* A thread, its process, a group. */

static void *thread_body(void *data)
{
    int *ends = data;
    struct f_owner_ex me = { F_OWNER_TID, syscall(SYS_gettid) };
    fcntl(ends[0], F_SETOWN_EX, &me);
    write(ends[1], "1", 1);
    is_text(news(), "in");
    fcntl(ends[0], F_SETOWN, me.pid);
    is(fcntl(ends[0], F_GETOWN), 0);
    write(ends[1], "1", 1);
    me.type = F_OWNER_TID;
    fcntl(ends[0], F_SETOWN_EX, &me);
    write(ends[1], "1", 1);
    return NULL;
}

static void threads(void)
{
    int ends[2];
    pthread_t thread;
    struct f_owner_ex who;
    pipe(ends);
    tell_us(ends[0], NEWS);
    pthread_create(&thread, NULL, thread_body, ends);
    pthread_join(thread, NULL);
    fcntl(ends[0], F_GETOWN_EX, &who);
    while (!syscall(SYS_tgkill, getpid(), who.pid, 0))
        sched_yield();
    /* One was for all of us, the other for that thread alone. */
    is_text(news(), "in");
    write(ends[1], "1", 1);
    is_text(news(), "");
    is(syscall(SYS_fcntl, ends[0], F_GETOWN_EX, &who), 0);
    is(who.type, F_OWNER_TID);
    is(who.pid, 0);
    close(ends[0]), close(ends[1]);
}

static void wait_for_news(int ready, int result)
{
    sigset_t set = news_set();
    write(ready, "r", 1);
    struct timespec wait = { tap_seconds() - 5, 0 };
    char answer = sigtimedwait(&set, NULL, &wait) == NEWS ? 'y' : 'n';
    write(result, &answer, 1);
    _exit(0);
}

static void groups(void)
{
    int ends[2], ready[2];
    char byte, answers[2];
    pipe(ends), pipe(ready);
    fflush(stdout);
    pid_t first = fork();
    if (!first) {
        setpgid(0, 0);
        wait_for_news(ready[1], ready[1]);
    }
    read(ready[0], &byte, 1);
    pid_t second = fork();
    if (!second) {
        setpgid(0, first);
        wait_for_news(ready[1], ready[1]);
    }
    read(ready[0], &byte, 1);
    fcntl(ends[0], F_SETSIG, NEWS);
    is(fcntl(ends[0], F_SETOWN, -first), 0);
    fcntl(ends[0], F_SETFL, O_ASYNC);
    write(ends[1], "1", 1);
    read(ready[0], answers, 1);
    read(ready[0], answers + 1, 1);
    ok(answers[0] == 'y' && answers[1] == 'y');
    is_text(news(), "");
    waitpid(first, NULL, 0);
    waitpid(second, NULL, 0);
    write(ends[1], "1", 1);
    is_text(news(), "");
    close(ends[0]), close(ends[1]), close(ready[0]), close(ready[1]);
}

/* What counts is who named the owner, at that time. */
static void permission(void)
{
    int ends[2];
    pipe(ends);
    tell_us(ends[0], NEWS);
    become(USER, GROUP);
    write(ends[1], "1", 1);
    is_text(news(), "in");
    become_root();
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        setresuid(USER, USER, USER);
        bool can = !fcntl(ends[0], F_SETOWN, getppid());
        write(ends[1], "1", 1);
        _exit(can ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    is(status, 0);
    is_text(news(), "");
    write(ends[1], "1", 1);
    is_text(news(), "");
    fcntl(ends[0], F_SETOWN, getpid());
    write(ends[1], "1", 1);
    is_text(news(), "in");
    close(ends[0]), close(ends[1]);
}

/* Who waits in the middle of a write has told already. */
static int reader;
static volatile int taken;

static void take_all(int number)
{
    static char buffer[65536];
    ssize_t got;
    (void)number;
    while ((got = read(reader, buffer, sizeof buffer)) > 0)
        taken += got;
}

static void write_much(void *data)
{
    static char text[300000];
    int *ends = data;
    _exit(write(ends[1], text, sizeof text) == sizeof text ? 0 : 1);
}

static void long_write(void)
{
    int ends[2];
    sigset_t set = news_set(), old;
    pipe(ends);
    reader = ends[0];
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    signal(SIGIO, take_all);
    tell_us(ends[0], 0);
    fflush(stdout);
    pid_t child = fork();
    if (!child)
        write_much(ends);
    sigprocmask(SIG_SETMASK, NULL, &old);
    sigset_t open_set = old;
    sigdelset(&open_set, SIGIO);
    while (taken < 300000)
        sigsuspend(&open_set);
    is(taken, 300000);
    int status = -1;
    waitpid(child, &status, 0);
    is(status, 0);
    tell_no_more(ends[0]);
    signal(SIGIO, SIG_DFL);
    (void)set;
    news();
    close(ends[0]), close(ends[1]);
}

static void run(void)
{
    block_news();
    each_write_and_read();
    tries();
    closed_sides();
    numbers();
    full_queue();
    two_files();
    fork_shares();
    spliced();
    threads();
    groups();
    permission();
    long_write();
}
TEST_MAIN
