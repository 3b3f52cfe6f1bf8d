/* SPDX-License-Identifier: MIT */
/* A stop and SIGCONT undo each other as soon as they are sent: what waits of the
 * one is gone when the other comes, for the process and for all of its threads,
 * blocked or not; and a blocked SIGCONT continues all the same. */
#include "futex_tools.h"

static const int stops[] = { SIGTSTP, SIGTTIN, SIGTTOU };
enum { STOPS = 3 };

static void catches(int number) { (void)number; }

static void block_all(void)
{
    sigset_t set;
    sigfillset(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
    sigemptyset(&set);
    sigaddset(&set, SIGALRM); /* the test's own limit */
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* Of CONT and of the three: which wait for this thread or the process? */
static int waiting(void)
{
    sigset_t set;
    sigpending(&set);
    int bits = sigismember(&set, SIGCONT);
    for (int i = 0; i < STOPS; i++)
        bits |= sigismember(&set, stops[i]) << (i + 1);
    return bits;
}

static void to_process(void)
{
    kill(getpid(), SIGCONT);
    is(waiting(), 1);
    kill(getpid(), SIGTSTP);
    is(waiting(), 2);
    kill(getpid(), SIGTTIN);
    kill(getpid(), SIGTTOU);
    is(waiting(), 14);
    kill(getpid(), SIGCONT);
    is(waiting(), 1);
    kill(getpid(), SIGTTOU);
    is(waiting(), 8);
}

static void to_thread(void)
{
    raise(SIGCONT); /* by tkill */
    is(waiting(), 1);
    raise(SIGTSTP);
    is(waiting(), 2);
    kill(getpid(), SIGCONT);
    is(waiting(), 1);
    raise(SIGTTIN);
    is(waiting(), 4);
}

struct other {
    volatile int tid, look, saw;
};

static void *waits_and_looks(void *data)
{
    struct other *other = data;
    other->tid = my_tid();
    while (!other->look)
        usleep(1000);
    other->saw = waiting();
    return NULL;
}

/* Those of another thread, too. */
static void to_another(void)
{
    pthread_t thread;
    struct other other = { 0 };
    pthread_create(&thread, NULL, waits_and_looks, &other);
    while (!other.tid)
        usleep(1000);
    syscall(SYS_tgkill, getpid(), other.tid, SIGTSTP);
    syscall(SYS_tgkill, getpid(), other.tid, SIGTTOU);
    raise(SIGCONT);
    other.look = 1;
    pthread_join(thread, NULL);
    is(other.saw, 0);
    is(waiting(), 1);
}

/* A real stop, with all blocked: SIGCONT continues, and still waits; SIGSTOP
 * takes it away again. */
static void stopped(void)
{
    int status, ends[2];
    char byte = 0;
    pipe(ends);
    pid_t child = fork();
    if (!child) {
        char seen;
        while (read(ends[0], &seen, 1) < 0)
            ;
        _exit(waiting());
    }
    for (int i = 0; i < 2; i++) {
        kill(child, SIGSTOP);
        is(waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status), 1);
        kill(child, SIGCONT);
        is(waitpid(child, &status, WCONTINUED) == child &&
                WIFCONTINUED(status),
            1);
    }
    kill(child, SIGTSTP);
    write(ends[1], &byte, 1);
    waitpid(child, &status, 0);
    is(status, 2 << 8);
    close(ends[0]), close(ends[1]);
}

static void run(void)
{
    signal(SIGCONT, catches);
    for (int i = 0; i < STOPS; i++)
        signal(stops[i], catches);
    block_all();
    to_process();
    to_thread();
    to_another();
    stopped();
}
TEST_MAIN
