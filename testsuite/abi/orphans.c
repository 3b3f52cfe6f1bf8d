/* SPDX-License-Identifier: MIT */
/* Those whose parent ends: who gets them, what signal they get; kill(-1). */
#include "tap.h"

#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>

/* Seen by all processes of a case. */
static struct shared {
    volatile pid_t pids[4];
    volatile int values[8];
} *shared;

static void wait_for(volatile int *value)
{
    while (!*value)
        usleep(1000);
}

static void subreaper_bit(void)
{
    int is_one = 7;
    is(prctl(PR_GET_CHILD_SUBREAPER, &is_one), 0);
    is(is_one, 0);
    is(prctl(PR_SET_CHILD_SUBREAPER, 5), 0);
    is(prctl(PR_GET_CHILD_SUBREAPER, &is_one), 0);
    is(is_one, 1);
    fails_with(EFAULT, prctl(PR_GET_CHILD_SUBREAPER, 8));
    /* Not for children. */
    pid_t child = fork();
    if (!child) {
        prctl(PR_GET_CHILD_SUBREAPER, &is_one);
        _exit(is_one);
    }
    int status;
    waitpid(child, &status, 0);
    is(status, 0);
}

/* A grandchild whose parent ends tells who its parent is then. */
static pid_t parent_of_orphan(void)
{
    memset(shared, 0, sizeof *shared);
    pid_t child = fork();
    if (!child) {
        pid_t me = getpid();
        pid_t grandchild = fork();
        if (!grandchild) {
            while (getppid() == me)
                usleep(1000);
            shared->pids[0] = getppid();
            _exit(33);
        }
        shared->pids[1] = grandchild;
        _exit(0);
    }
    waitpid(child, NULL, 0);
    while (!shared->pids[0])
        usleep(1000);
    return shared->pids[0];
}

static void subreapers(void)
{
    int status;
    ok(parent_of_orphan() == getpid());
    ok(waitpid(-1, &status, 0) == shared->pids[1]);
    is(status, 33 << 8);
    is(prctl(PR_SET_CHILD_SUBREAPER, 0), 0);
    is(parent_of_orphan(), 1);
    fails_with(ECHILD, wait(NULL));
    /* The nearest above counts. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    pid_t child = fork();
    if (!child) {
        prctl(PR_SET_CHILD_SUBREAPER, 1);
        bool is_mine = parent_of_orphan() == getpid();
        _exit(is_mine ? 5 : 6);
    }
    waitpid(child, &status, 0);
    is(status, 5 << 8);
    prctl(PR_SET_CHILD_SUBREAPER, 0);
}

/* The child of one that says it has a signal for its parent's death. */
static void dying_parent(int signal, bool by_exec)
{
    memset(shared, 0, sizeof *shared);
    pid_t child = fork();
    if (!child) {
        pid_t me = getpid();
        if (!fork()) {
            sigset_t set;
            siginfo_t info = { 0 };
            sigemptyset(&set);
            sigaddset(&set, SIGUSR1);
            sigaddset(&set, SIGUSR2);
            sigprocmask(SIG_BLOCK, &set, NULL);
            if (signal)
                prctl(PR_SET_PDEATHSIG, signal);
            shared->values[0] = 1;
            shared->values[1] = sigtimedwait(
                &set, &info, &(struct timespec){ signal ? 20 : 0, 300000000 });
            shared->values[2] = info.si_code;
            shared->values[3] = info.si_pid == me;
            shared->values[4] = 1;
            _exit(0);
        }
        wait_for(&shared->values[0]);
        if (by_exec)
            execl("/bin/true", "true", NULL);
        _exit(0);
    }
    waitpid(child, NULL, 0);
    wait_for(&shared->values[4]);
}

static void death_signals(void)
{
    int signal = -1;
    is(prctl(PR_GET_PDEATHSIG, &signal), 0);
    is(signal, 0);
    is(prctl(PR_SET_PDEATHSIG, SIGUSR2), 0);
    is(prctl(PR_GET_PDEATHSIG, &signal), 0);
    is(signal, SIGUSR2);
    pid_t child = fork(); /* not for children */
    if (!child) {
        prctl(PR_GET_PDEATHSIG, &signal);
        _exit(signal);
    }
    int status;
    waitpid(child, &status, 0);
    is(status, 0);
    fails_with(EINVAL, prctl(PR_SET_PDEATHSIG, 65));
    fails_with(EINVAL, prctl(PR_SET_PDEATHSIG, -1));
    fails_with(EFAULT, prctl(PR_GET_PDEATHSIG, 8));
    is(prctl(PR_SET_PDEATHSIG, 0), 0);
    dying_parent(SIGUSR2, false);
    is(shared->values[1], SIGUSR2);
    is(shared->values[2], SI_USER);
    is(shared->values[3], 1);
    dying_parent(SIGUSR1, true);
    is(shared->values[1], SIGUSR1);
    dying_parent(0, false);
    is(shared->values[1], -1);
    /* A change of who it is takes it away. */
    child = fork();
    if (!child) {
        prctl(PR_SET_PDEATHSIG, SIGUSR1);
        setresuid(1000, 1000, 1000);
        prctl(PR_GET_PDEATHSIG, &signal);
        _exit(signal);
    }
    waitpid(child, &status, 0);
    is(status, 0);
}

/* It is the thread that made the child whose end counts. */
static void *makes_child(void *none)
{
    (void)none;
    pid_t child = fork();
    if (!child) {
        signal(SIGUSR1, SIG_DFL);
        prctl(PR_SET_PDEATHSIG, SIGUSR1);
        shared->values[0] = 1;
        for (;;)
            pause();
    }
    wait_for(&shared->values[0]);
    return (void *)(intptr_t)child;
}

static void death_of_a_thread(void)
{
    pthread_t thread;
    void *result;
    int status;
    memset(shared, 0, sizeof *shared);
    pthread_create(&thread, NULL, makes_child, NULL);
    pthread_join(thread, &result);
    pid_t child = (intptr_t)result;
    ok(waitpid(child, &status, 0) == child);
    is(status, SIGUSR1);
}

/* All but the sender and init; as somebody who may not signal the others. */
static void kill_all(void)
{
    int status;
    memset(shared, 0, sizeof *shared);
    pid_t child = fork();
    if (!child) {
        pid_t others[3];
        setresuid(1234, 1234, 1234);
        for (int i = 0; i < 3; i++) {
            others[i] = fork();
            if (!others[i]) {
                setpgid(0, 0);
                shared->values[i] = 1;
                for (;;)
                    pause();
            }
        }
        for (int i = 0; i < 3; i++)
            wait_for(&shared->values[i]);
        if (kill(-1, 0) || kill(-1, SIGTERM))
            _exit(1);
        for (int i = 0; i < 3; i++)
            if (waitpid(others[i], &status, 0) != others[i] ||
                status != SIGTERM)
                _exit(2);
        _exit(kill(-1, SIGTERM) ? 3 : 0); /* those he may not are no error */
    }
    waitpid(child, &status, 0);
    is(status, 0);
}

static void to_init(void)
{
    fails_with(ESRCH, kill(-99999999, 0));
    is(kill(1, 0), 0);
    pid_t child = fork();
    if (!child) {
        setresuid(1000, 1000, 1000);
        _exit(kill(1, SIGTERM) == -1 && errno == EPERM ? 0 : 1);
    }
    int status;
    waitpid(child, &status, 0);
    is(status, 0);
    /* It has no handler: init is not to be ended by that. */
    is(kill(1, SIGKILL), 0);
    is(kill(1, SIGSTOP), 0);
    is(kill(1, SIGTERM), 0);
}

/* A signal to a zombie is well received. */
static void zombies(void)
{
    siginfo_t info;
    pid_t child = fork();
    if (!child)
        _exit(4);
    is(waitid(P_PID, child, &info, WEXITED | WNOWAIT), 0);
    is(kill(child, 0), 0);
    is(kill(child, SIGKILL), 0);
    is(getpgid(child) == getpgid(0), 1);
    is(getsid(child) == getsid(0), 1);
    int status;
    is(waitpid(child, &status, 0) == child, 1);
    is(status, 4 << 8);
    fails_with(ESRCH, kill(child, 0));
    fails_with(ESRCH, getpgid(child));
}

static void run(void)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    subreaper_bit();
    subreapers();
    death_signals();
    death_of_a_thread();
    kill_all();
    to_init();
    zombies();
}
TEST_MAIN
