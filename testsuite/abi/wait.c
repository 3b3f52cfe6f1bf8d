/* SPDX-License-Identifier: MIT */
/* waitid and wait4: every kind of end, every way to choose, every option; who
 * is told; orphans, subreapers and the signal of a parent's death. */
#include "asleep.h"

#include <linux/wait.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

static pid_t start(void (*body)(void))
{
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        alarm(tap_seconds());
        body();
        _exit(0);
    }
    return child;
}

static void exits_7(void) { _exit(7); }
static void dies(void) { kill(getpid(), SIGTERM); }
static void aborts(void)
{
    setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
    abort();
}
static void waits(void)
{
    for (;;)
        pause();
}

static void ends(void)
{
    siginfo_t info;
    pid_t child = start(exits_7);
    is(waitid(P_PID, child, &info, WEXITED), 0);
    ok(info.si_pid == child && info.si_uid == getuid());
    is(info.si_signo, SIGCHLD);
    is(info.si_errno, 0);
    is(info.si_code, CLD_EXITED);
    is(info.si_status, 7);
    child = start(dies);
    is(waitid(P_PID, child, &info, WEXITED), 0);
    is(info.si_code, CLD_KILLED);
    is(info.si_status, SIGTERM);
    child = start(aborts);
    is(waitid(P_PID, child, &info, WEXITED), 0);
    is(info.si_code, CLD_KILLED); /* there may be no core */
    is(info.si_status, SIGABRT);
    child = start(exits_7);
    is(waitid(P_PID, child, NULL, WEXITED), 0);
    fails_with(ECHILD, waitid(P_PID, child, NULL, WEXITED));
}

static void stops(void)
{
    siginfo_t info;
    pid_t child = start(waits);
    kill(child, SIGSTOP);
    is(waitid(P_PID, child, &info, WSTOPPED | WNOWAIT), 0);
    is(info.si_code, CLD_STOPPED);
    is(info.si_status, SIGSTOP);
    is(waitid(P_PID, child, &info, WSTOPPED), 0);
    is(info.si_code, CLD_STOPPED);
    memset(&info, 1, sizeof info);
    is(waitid(P_PID, child, &info, WSTOPPED | WNOHANG), 0);
    is(info.si_pid, 0);
    is(info.si_signo, 0);
    kill(child, SIGCONT);
    is(waitid(P_PID, child, &info, WCONTINUED | WNOWAIT), 0);
    is(info.si_code, CLD_CONTINUED);
    is(info.si_status, SIGCONT);
    is(waitid(P_PID, child, &info, WCONTINUED), 0);
    is(waitid(P_PID, child, &info, WCONTINUED | WNOHANG), 0);
    is(info.si_pid, 0);
    /* A stop that is over is no stop. */
    kill(child, SIGSTOP);
    is(waitid(P_PID, child, &info, WSTOPPED | WNOWAIT), 0);
    kill(child, SIGCONT);
    is(waitid(P_PID, child, &info, WSTOPPED | WCONTINUED), 0);
    is(info.si_code, CLD_CONTINUED);
    setpgid(child, child); /* its group has a parent, so that it may stop */
    kill(child, SIGTSTP);
    int status;
    is(waitpid(child, &status, WUNTRACED) == child, 1);
    is(WSTOPSIG(status), SIGTSTP);
    kill(child, SIGKILL); /* also of who is stopped */
    is(waitid(P_PID, child, &info, WEXITED | WSTOPPED), 0);
    is(info.si_code, CLD_KILLED);
    is(info.si_status, SIGKILL);
}

static void options(void)
{
    siginfo_t info;
    int status;
    fails_with(ECHILD, waitid(P_ALL, 0, &info, WEXITED));
    pid_t child = start(waits);
    fails_with(EINVAL, waitid(P_ALL, 0, &info, 0));
    fails_with(EINVAL, waitid(P_ALL, 0, &info, WNOHANG));
    fails_with(EINVAL, waitid(P_ALL, 0, &info, WNOWAIT | WNOHANG));
    fails_with(EINVAL, waitid(P_ALL, 0, &info, WEXITED | 0x10));
    fails_with(EINVAL, waitid(P_PID, 0, &info, WEXITED));
    fails_with(EINVAL, waitid(P_PID, -1, &info, WEXITED));
    fails_with(EINVAL, waitid(P_PGID, -1, &info, WEXITED));
    fails_with(EINVAL, waitid(9, child, &info, WEXITED));
    fails_with(EINVAL, wait4(-1, &status, WEXITED, NULL));
    fails_with(EINVAL, wait4(-1, &status, WNOWAIT, NULL));
    fails_with(EINVAL, wait4(-1, &status, 0x10, NULL));
    fails_with(ESRCH, wait4(INT32_MIN, &status, 0, NULL));
    fails_with(ECHILD, wait4(getpid(), &status, 0, NULL));
    fails_with(ECHILD, wait4(99999999, &status, 0, NULL));
    fails_with(ECHILD, wait4(-99999999, &status, 0, NULL));
    is(wait4(-1, &status, WNOHANG, NULL), 0);
    is(wait4(0, &status, WNOHANG | __WALL | __WNOTHREAD, NULL), 0);
    is(wait4(child, &status, WNOHANG | WUNTRACED | WCONTINUED, NULL), 0);
    fails_with(ECHILD, wait4(-1, &status, WNOHANG | __WCLONE, NULL));
    fails_with(EFAULT, wait4(child, (int *)8, WNOHANG, NULL) ?:
        (kill(child, SIGKILL), wait4(child, (int *)8, 0, NULL)));
    /* It was reaped all the same. */
    fails_with(ECHILD, wait4(child, &status, 0, NULL));
    child = start(exits_7);
    fails_with(EFAULT, waitid(P_PID, child, (void *)8, WEXITED));
    fails_with(ECHILD, waitid(P_PID, child, &info, WEXITED));
    child = start(exits_7);
    fails_with(EFAULT, wait4(child, &status, 0, (void *)8));
    fails_with(ECHILD, wait4(child, &status, 0, NULL));
}

static void groups(void)
{
    siginfo_t info;
    int status;
    pid_t a = start(waits), b = start(waits), c = start(waits);
    setpgid(a, a);
    setpgid(b, a);
    is(waitid(P_PGID, a, &info, WEXITED | WNOHANG), 0);
    is(info.si_pid, 0);
    kill(c, SIGKILL);
    is(waitid(P_PGID, 0, &info, WEXITED), 0);
    ok(info.si_pid == c);
    fails_with(ECHILD, waitid(P_PGID, 0, &info, WEXITED));
    fails_with(ECHILD, wait4(0, &status, 0, NULL));
    kill(b, SIGKILL);
    is(waitid(P_PGID, a, &info, WEXITED), 0);
    ok(info.si_pid == b);
    kill(-a, SIGKILL);
    ok(wait4(-a, &status, 0, NULL) == a);
    fails_with(ECHILD, wait4(-a, &status, 0, NULL));
    fails_with(ECHILD, waitid(P_PGID, a, &info, WEXITED));
}

/* A child that ends with another signal than SIGCHLD, or with none. */
static pid_t start_clone(unsigned long flags)
{
    fflush(stdout);
    pid_t child = syscall(SYS_clone, flags, 0, 0, 0, 0);
    if (!child)
        _exit(9);
    return child;
}

static void kinds_of_children(void)
{
    int status;
    pid_t child = start_clone(0);
    fails_with(ECHILD, wait4(-1, &status, 0, NULL));
    fails_with(ECHILD, wait4(child, &status, 0, NULL));
    ok(wait4(child, &status, __WCLONE, NULL) == child);
    is(status, 9 << 8);
    child = start_clone(SIGURG);
    fails_with(ECHILD, wait4(-1, &status, 0, NULL));
    ok(wait4(-1, &status, __WALL, NULL) == child);
    child = start_clone(SIGCHLD);
    fails_with(ECHILD, wait4(-1, &status, __WCLONE, NULL));
    ok(wait4(-1, &status, __WALL, NULL) == child);
    child = start_clone(0);
    siginfo_t info;
    fails_with(ECHILD, waitid(P_ALL, 0, &info, WEXITED));
    is(waitid(P_ALL, 0, &info, WEXITED | __WCLONE), 0);
    ok(info.si_pid == child);
    is(info.si_status, 9);
    child = start_clone(200); /* no signal at all */
    ok(wait4(child, &status, __WALL, NULL) == child);
}

static void *waits_for_own(void *child)
{
    int status;
    intptr_t result = wait4((intptr_t)child, &status, __WNOTHREAD, NULL);
    return (void *)(result < 0 ? errno : 0L);
}

static void *makes_one(void *none)
{
    (void)none;
    return (void *)(intptr_t)start(exits_7);
}

/* Children belong to the process, unless one asks for his own. */
static void threads(void)
{
    pthread_t thread;
    void *result;
    int status;
    intptr_t child = start(exits_7);
    pthread_create(&thread, NULL, waits_for_own, (void *)child);
    pthread_join(thread, &result);
    is((intptr_t)result, ECHILD);
    ok(wait4(child, &status, __WNOTHREAD, NULL) == child);
    /* What a thread leaves behind goes to another one. */
    pthread_create(&thread, NULL, makes_one, NULL);
    pthread_join(thread, &result);
    ok(wait4((intptr_t)result, &status, 0, NULL) == (intptr_t)result);
    is(status, 7 << 8);
}

static volatile sig_atomic_t told;
static siginfo_t last;

static void tells(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)context;
    told++;
    last = *info;
}

static void handle(int flags)
{
    struct sigaction action = { .sa_sigaction = tells,
        .sa_flags = SA_SIGINFO | flags };
    sigaction(SIGCHLD, &action, NULL);
    told = 0;
}

static void wait_told(int count)
{
    for (int i = 0; i < 20000 && told < count; i++)
        usleep(1000);
}

static void the_signal(void)
{
    int status;
    handle(SA_RESTART);
    pid_t child = start(waits);
    kill(child, SIGSTOP);
    wait_told(1);
    is(told, 1);
    is(last.si_code, CLD_STOPPED);
    is(last.si_status, SIGSTOP);
    ok(last.si_pid == child);
    kill(child, SIGCONT);
    wait_told(2);
    is(told, 2);
    is(last.si_code, CLD_CONTINUED);
    is(last.si_status, SIGCONT);
    kill(child, SIGKILL);
    wait_told(3);
    is(told, 3);
    is(last.si_code, CLD_KILLED);
    is(last.si_status, SIGKILL);
    ok(waitpid(child, &status, 0) == child);
    handle(SA_NOCLDSTOP | SA_RESTART);
    child = start(waits);
    kill(child, SIGSTOP);
    ok(waitpid(child, &status, WUNTRACED) == child);
    kill(child, SIGCONT);
    ok(waitpid(child, &status, WCONTINUED) == child);
    is(told, 0);
    kill(child, SIGKILL);
    ok(waitpid(child, &status, 0) == child);
    is(told, 1);
    is(last.si_code, CLD_KILLED);
    /* Nobody is kept, but the signal comes. */
    handle(SA_NOCLDWAIT | SA_RESTART);
    child = start(exits_7);
    fails_with(ECHILD, waitpid(child, &status, 0));
    is(told, 1);
    is(last.si_code, CLD_EXITED);
    is(last.si_status, 7);
    signal(SIGCHLD, SIG_IGN);
    start(exits_7);
    start(exits_7);
    fails_with(ECHILD, wait(&status));
    signal(SIGCHLD, SIG_DFL);
    /* Those with another signal are kept even then. */
    signal(SIGCHLD, SIG_IGN);
    child = start_clone(SIGURG);
    ok(wait4(child, &status, __WALL, NULL) == child);
    signal(SIGCHLD, SIG_DFL);
}

static void interrupts(int signal) { (void)signal; }

static void is_interrupted(void)
{
    int status;
    struct sigaction action = { .sa_handler = interrupts };
    sigaction(SIGUSR1, &action, NULL);
    pid_t child = start(waits), other = fork();
    if (!other) {
        until_asleep(getppid());
        kill(getppid(), SIGUSR1);
        _exit(0);
    }
    fails_with(EINTR, waitpid(child, &status, 0));
    ok(waitpid(other, &status, 0) == other);
    action.sa_flags = SA_RESTART;
    sigaction(SIGUSR1, &action, NULL);
    other = fork();
    if (!other) {
        until_asleep(getppid());
        kill(getppid(), SIGUSR1);
        usleep(50000);
        kill(child, SIGTERM);
        _exit(0);
    }
    ok(waitpid(child, &status, 0) == child);
    is(status, SIGTERM);
    ok(waitpid(other, &status, 0) == other);
}

static void run(void)
{
    signal(SIGCHLD, SIG_DFL);
    ends();
    stops();
    options();
    groups();
    kinds_of_children();
    threads();
    the_signal();
    is_interrupted();
}
TEST_MAIN
