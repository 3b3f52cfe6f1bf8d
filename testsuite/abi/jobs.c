/* SPDX-License-Identifier: MIT */
/* Process groups, sessions, the controlling terminal and job control, on a
 * pseudo-terminal made here. */
#include "tap.h"

#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>

static int master;
static char slave_name[64];
static volatile int *shared;

static int ended(pid_t child)
{
    int status = -1;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

/* A child that leads a session with the terminal. */
static pid_t start(void (*body)(void))
{
    fflush(stdout);
    pid_t child = fork();
    if (child)
        return child;
    alarm(tap_seconds());
    setsid();
    int fd = open(slave_name, O_RDWR);
    if (fd < 0 || tcgetsid(fd) != getpid())
        _exit(100);
    dup2(fd, 0);
    close(fd);
    body();
    _exit(0);
}

static void stage(int value) { *shared = value; }
static void await(int value)
{
    while (*shared != value)
        usleep(1000);
}

static void waits(void)
{
    for (;;)
        pause();
}

static pid_t child_that(void (*body)(void))
{
    pid_t child = fork();
    if (!child) {
        body();
        _exit(0);
    }
    return child;
}

static void numbers(void)
{
    pid_t me = getpid(), child = child_that(waits);
    is(getpgid(0) == me, 1); /* the runner made us a leader */
    is(getsid(0) == me, 1);
    fails_with(EPERM, setsid());
    fails_with(EPERM, setpgid(0, 0));
    fails_with(EPERM, setpgid(0, child));
    ok(getpgid(child) == me && getsid(child) == me);
    is(getpgid(1), 0); /* init has none of its own */
    is(getsid(1), 0);
    fails_with(ESRCH, getpgid(99999999));
    fails_with(ESRCH, getsid(99999999));
    fails_with(ESRCH, getpgid(-1));
    fails_with(EINVAL, setpgid(child, -1));
    fails_with(ESRCH, setpgid(99999999, 0));
    fails_with(ESRCH, setpgid(1, 0));
    fails_with(EINVAL, setpgid(-1, 0));
    fails_with(EPERM, setpgid(child, 99999999));
    fails_with(EPERM, setpgid(child, 1));
    is(setpgid(child, 0), 0);
    ok(getpgid(child) == child);
    is(setpgid(child, child), 0);
    is(setpgid(child, me), 0);
    ok(getpgid(child) == me);
    kill(child, SIGKILL);
    ended(child);
    fails_with(ESRCH, setpgid(child, 0));
}

static void after_exec(void)
{
    int ends[2];
    char byte;
    pipe(ends);
    pid_t child = fork();
    if (!child) {
        fcntl(ends[1], F_SETFD, FD_CLOEXEC);
        dup2(ends[0], 0);
        execl("/bin/sleep", "sleep", "100", NULL);
        _exit(1);
    }
    close(ends[1]);
    read(ends[0], &byte, 1); /* it has run the program */
    fails_with(EACCES, setpgid(child, child));
    kill(child, SIGKILL);
    ended(child);
    close(ends[0]);
}

static void other_session(void)
{
    stage(0);
    pid_t child = fork();
    if (!child) {
        setsid();
        stage(1);
        waits();
    }
    await(1);
    ok(getsid(child) == child && getpgid(child) == child);
    fails_with(EPERM, setpgid(child, 0));
    fails_with(EPERM, setpgid(child, getpid()));
    pid_t other = child_that(waits);
    fails_with(EPERM, setpgid(other, child));
    kill(child, SIGKILL);
    kill(other, SIGKILL);
    ended(child), ended(other);
    /* Who leads a group may not begin a session. */
    child = fork();
    if (!child) {
        setpgid(0, 0);
        _exit(setsid() == -1 && errno == EPERM ? 5 : 6);
    }
    is(ended(child), 5);
}

/* All numbers are told by exit codes, for the leader has no say in TAP. */
#define need(claim)                                                            \
    do                                                                         \
        if (!(claim)) {                                                        \
            note("%s:%d: %s (errno %d)", __FILE__, __LINE__, #claim, errno);   \
            _exit(50);                                                         \
        }                                                                      \
    while (0)

static void has_a_terminal(void)
{
    pid_t me = getpid();
    need(tcgetpgrp(0) == me);
    need(tcgetsid(0) == me);
    int fd = open("/dev/tty", O_RDWR);
    need(fd >= 0 && tcgetpgrp(fd) == me);
    pid_t child = child_that(waits);
    need(!setpgid(child, child));
    need(!tcsetpgrp(0, child));
    need(tcgetpgrp(0) == child);
    signal(SIGTTOU, SIG_IGN);
    need(!tcsetpgrp(0, me));
    need(tcsetpgrp(0, 99999999) == -1 && errno == ESRCH);
    need(tcsetpgrp(0, 1) == -1 && errno == EPERM);
    need(tcsetpgrp(0, -5) == -1 && errno == EINVAL);
    kill(child, SIGKILL);
    ended(child);
    child = child_that(waits);
    need(!tcsetpgrp(0, child)); /* no group as yet */
    need(tcgetpgrp(0) == child);
    need(!tcsetpgrp(0, me));
    int ends[2];
    need(!pipe(ends));
    need(tcsetpgrp(ends[0], me) == -1 && errno == ENOTTY);
    need(tcgetpgrp(99) == -1 && errno == EBADF);
    /* Given up, it is gone. */
    signal(SIGHUP, SIG_IGN);
    need(!ioctl(0, TIOCNOTTY));
    need(open("/dev/tty", O_RDWR) == -1 && errno == ENXIO);
    need(tcgetpgrp(0) == -1 && errno == ENOTTY);
    need(!ioctl(0, TIOCSCTTY, 0));
    need(tcgetpgrp(0) == me);
}

static void without_noctty(void)
{
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        setsid();
        int fd = open(slave_name, O_RDWR | O_NOCTTY);
        need(tcgetpgrp(fd) == -1 && errno == ENOTTY);
        need(open("/dev/tty", O_RDWR) == -1 && errno == ENXIO);
        need(!ioctl(fd, TIOCSCTTY, 0));
        need(tcgetsid(fd) == getpid());
        /* Only a leader may, and only if nobody has it. */
        pid_t other = fork();
        if (!other) {
            need(ioctl(fd, TIOCSCTTY, 0) == -1 && errno == EPERM);
            setsid();
            need(ioctl(fd, TIOCSCTTY, 0) == -1 && errno == EPERM);
            _exit(0);
        }
        int status;
        waitpid(other, &status, 0);
        _exit(WEXITSTATUS(status) ? 51 : 0);
    }
    is(ended(child), 0);
}

/* A background group that reads or writes is stopped. */
static void reads(void)
{
    char byte;
    setpgid(0, 0);
    _exit(read(0, &byte, 1) == 1 ? 7 : errno);
}

static void writes_stopped(void)
{
    struct termios modes;
    setpgid(0, 0);
    tcgetattr(0, &modes);
    modes.c_lflag |= TOSTOP;
    tcsetattr(0, TCSANOW, &modes);
    _exit(7);
}

static void background(void)
{
    int status;
    pid_t child = child_that(reads);
    setpgid(child, child);
    need(waitpid(child, &status, WUNTRACED) == child);
    need(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTTIN);
    signal(SIGTTOU, SIG_IGN);
    need(!tcsetpgrp(0, child));
    need(!kill(-child, SIGCONT));
    stage(1); /* the master writes a line now */
    need(waitpid(child, &status, WUNTRACED) == child);
    need(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    need(!tcsetpgrp(0, getpid()));
    signal(SIGTTOU, SIG_DFL);
    child = child_that(writes_stopped);
    setpgid(child, child);
    need(waitpid(child, &status, WUNTRACED) == child);
    need(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTTOU);
    need(!kill(-child, SIGKILL));
    need(waitpid(child, &status, 0) == child);
}

static void ignores_and_reads(void)
{
    signal(SIGTTIN, SIG_IGN);
    reads();
}

static void blocks_and_reads(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTTIN);
    sigprocmask(SIG_BLOCK, &set, NULL);
    reads();
}

static void background_refused(void)
{
    int status;
    void (*const bodies[])(void) = { ignores_and_reads, blocks_and_reads };
    for (int i = 0; i < 2; i++) {
        pid_t child = child_that(bodies[i]);
        setpgid(child, child);
        need(waitpid(child, &status, WUNTRACED) == child);
        need(WIFEXITED(status) && WEXITSTATUS(status) == EIO);
    }
}

static void keys(void)
{
    static const int signals[] = { SIGINT, SIGQUIT, SIGTSTP };
    int status;
    for (int i = 0; i < 3; i++) {
        pid_t child = child_that(waits);
        setpgid(child, child);
        signal(SIGTTOU, SIG_IGN);
        need(!tcsetpgrp(0, child));
        stage(10 + i); /* the key is pressed */
        need(waitpid(child, &status, WUNTRACED) == child);
        if (i < 2)
            need(WIFSIGNALED(status) && WTERMSIG(status) == signals[i]);
        else
            need(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTSTP);
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
        need(!tcsetpgrp(0, getpid()));
    }
}

static void run_orphans(void);

static void terminals(void)
{
    is(ended(start(has_a_terminal)), 0);
    without_noctty();
    stage(0);
    pid_t child = start(background);
    await(1);
    write(master, "x\n", 2);
    is(ended(child), 0);
    is(ended(start(background_refused)), 0);
    child = start(keys);
    for (int i = 0; i < 3; i++) {
        static const char pressed[] = "\3\34\32";
        await(10 + i);
        usleep(10000);
        write(master, pressed + i, 1);
    }
    is(ended(child), 0);
}

static void run(void)
{
    shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    numbers();
    after_exec();
    other_session();
    master = posix_openpt(O_RDWR | O_NOCTTY);
    ok(master >= 0);
    is(grantpt(master) | unlockpt(master), 0);
    ok(!ptsname_r(master, slave_name, sizeof slave_name));
    terminals();
    run_orphans();
}

/* Groups that nobody is left to continue. */
static void stop_in_orphaned(void)
{
    /* We lead a session: our parent is in another one. */
    raise(SIGTSTP);
    raise(SIGTTIN);
    raise(SIGTTOU);
    stage(1);
    raise(SIGSTOP); /* this one stops even then */
    stage(2);
}

static volatile sig_atomic_t hups, conts;
static void counts(int signal)
{
    signal == SIGHUP ? hups++ : conts++;
}

static void leaves_a_stopped_group(void)
{
    int ends[2], status;
    pipe(ends);
    pid_t child = fork(); /* its parent is the group's last tie */
    if (!child) {
        pid_t grandchild = fork();
        if (!grandchild) {
            setpgid(0, 0);
            signal(SIGHUP, counts);
            signal(SIGCONT, counts);
            stage(4);
            raise(SIGSTOP);
            while (!hups)
                usleep(1000);
            char told[2] = { hups, conts };
            write(ends[1], told, 2);
            _exit(0);
        }
        setpgid(grandchild, grandchild);
        waitpid(grandchild, &status, WUNTRACED);
        _exit(WIFSTOPPED(status) ? 0 : 1);
    }
    need(waitpid(child, &status, 0) == child && !status);
    char told[2] = { 9, 9 };
    need(read(ends[0], told, 2) == 2);
    need(told[0] == 1 && told[1] == 1);
}

static void orphaned_reader(void)
{
    char byte;
    pid_t child = fork();
    if (!child) {
        pid_t parent = getpid(), grandchild = fork();
        if (!grandchild) {
            setpgid(0, 0);
            while (getppid() == parent)
                usleep(1000);
            /* In the background, and no one could continue it. */
            stage(read(0, &byte, 1) == -1 && errno == EIO ? 6 : 7);
            _exit(0);
        }
        _exit(0);
    }
    waitpid(child, NULL, 0);
    while (*shared != 6 && *shared != 7)
        usleep(1000);
}

/* The leader's end: who is in the foreground hears of it, and nobody keeps the
 * terminal as the controlling one. */
static void leader_ends(void)
{
    pid_t child = fork();
    if (!child) {
        signal(SIGHUP, counts);
        signal(SIGCONT, counts);
        stage(8);
        while (!hups)
            usleep(1000);
        /* Linux tells of it before it takes the terminal away. */
        int fd;
        while ((fd = open("/dev/tty", O_RDWR)) >= 0 && !close(fd))
            usleep(1000);
        bool is_gone = errno == ENXIO;
        is_gone &= tcgetpgrp(0) == -1 && errno == ENOTTY;
        stage(is_gone && hups == 1 && !conts ? 9 : 90);
        _exit(0);
    }
    await(8);
}

static void run_orphans(void)
{
    int status;
    stage(0);
    pid_t child = start(stop_in_orphaned);
    ok(waitpid(child, &status, WUNTRACED) == child);
    ok(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
    is(*shared, 1);
    kill(child, SIGCONT);
    is(ended(child), 0);
    is(*shared, 2);
    is(ended(start(leaves_a_stopped_group)), 0);
    stage(0);
    is(ended(start(orphaned_reader)), 0);
    is(*shared, 6);
    stage(0);
    is(ended(start(leader_ends)), 0);
    while (*shared == 8)
        usleep(1000);
    is(*shared, 9);
    close(master);
}
TEST_MAIN
