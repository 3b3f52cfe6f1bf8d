/* SPDX-License-Identifier: MIT */
/* Processes by the thousand: forks of forks, programs that start programs,
 * parents that go before their children, a fork bomb under a limit. */
#include "../abi/cpu.h"
#include "stress.h"
#include <sched.h>

static volatile long *counts; /* shared */

/* Each child forks on, down to depth 0; everybody counts. */
static void tree(int depth, int width)
{
    __atomic_add_fetch(&counts[0], 1, __ATOMIC_SEQ_CST);
    for (int i = 0; depth && i < width; i++) {
        pid_t child = fork();
        if (child < 0)
            _exit(1);
        if (!child) {
            tree(depth - 1, width);
            _exit(0);
        }
    }
    int status;
    while (wait(&status) > 0)
        if (status)
            _exit(1);
}

static void one_tree(int number)
{
    tree(4, 3);
}

static void forks(void)
{
    bool held = true;
    stress_begin();
    do {
        counts[0] = 0;
        held = stress_processes(1, one_tree) && counts[0] == 121;
    } while (held && stress_goes_on());
    tap_case(held, "trees of forks, each with 121 processes");
}

/* Parents end at once: the children become somebody else's. */
static void orphan(int number)
{
    if (fork())
        return;
    if (fork())
        _exit(0);
    __atomic_add_fetch(&counts[1], 1, __ATOMIC_SEQ_CST);
    _exit(0);
}

static void orphans(void)
{
    bool held = true;
    long wanted = 0;
    stress_begin();
    counts[1] = 0;
    do {
        held = stress_processes(16, orphan);
        wanted += 16;
    } while (held && stress_goes_on());
    while (held && counts[1] < wanted)
        usleep(5000);
    tap_case(held && counts[1] == wanted, "grandchildren without parents run");
}

static void exec_self(int number)
{
    char *arguments[] = { "processes", "count", NULL };
    char *environment[] = { NULL };
    for (volatile int i = 0; i < 4; i++) {
        pid_t child = i & 1 ? vfork_here() : fork();
        if (!child) {
            execve("/proc/self/exe", arguments, environment);
            _exit(1);
        }
        int status = 1;
        if (waitpid(child, &status, 0) != child || status != 3 << 8)
            _exit(2);
    }
}

static void execs(void)
{
    bool held = true;
    stress_begin();
    do
        held = stress_processes(8, exec_self);
    while (held && stress_goes_on());
    tap_case(held, "eight processes start programs");
}

static void ignored(void *data)
{
    signal(SIGCHLD, SIG_IGN);
    for (int i = 0; i < 200; i++) {
        pid_t child = fork();
        if (child < 0)
            _exit(1);
        if (!child)
            _exit(7);
        if (i % 20 == 19)
            while (wait(NULL) > 0)
                ;
    }
    _exit(wait(NULL) == -1 && errno == ECHILD ? 0 : 2);
}

/* With a limit of their own, all that can be is had and no more. */
static void bomb(void *data)
{
    set_limit(RLIMIT_NPROC, 50);
    become_nobody();
    int made = 0;
    for (;;) {
        pid_t child = fork();
        if (!child)
            for (;;)
                pause();
        if (child < 0)
            break;
        made++;
    }
    int error = errno;
    signal(SIGTERM, SIG_IGN);
    kill(-1, SIGKILL); /* all but the caller itself */
    int ended = 0, status;
    while (wait(&status) > 0)
        ended += WIFSIGNALED(status);
    _exit(error == EAGAIN && made == 49 && ended == made ? 0 : 3);
}

/* Everybody forks as fast as it can, and nobody ever waits. */
static void wild_bomb(void *data)
{
    set_limit(RLIMIT_NPROC, 100);
    become_nobody();
    stress_begin();
    pid_t top = getpid();
    setpgid(0, 0);
    while (stress_goes_on())
        if (fork() < 0 && errno != EAGAIN)
            _exit(4);
    if (getpid() != top)
        for (;;)
            pause();
    kill(-1, SIGKILL);
    while (wait(NULL) > 0)
        ;
    _exit(0);
}

static void killer(int number)
{
    unsigned random = stress_seed() + number;
    while (stress_goes_on()) {
        pid_t child = fork();
        if (child < 0)
            _exit(1);
        if (!child)
            for (;;)
                getppid();
        for (unsigned i = stress_random(&random) % 2000; i--;)
            getppid();
        kill(child, SIGKILL);
        int status;
        if (waitpid(child, &status, 0) != child || status != SIGKILL)
            _exit(2);
    }
}

/* The same child is waited for by several threads: one gets it. */
static volatile long reaped;

static void *reaper(void *data)
{
    while (!stress_is_over || reaped < counts[2])
        if (waitpid(-1, NULL, 0) > 0)
            __atomic_add_fetch(&reaped, 1, __ATOMIC_SEQ_CST);
        else if (errno == ECHILD)
            sched_yield();
    return NULL;
}

static void reapers(void)
{
    pthread_t threads[4];
    stress_begin();
    reaped = counts[2] = 0;
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, reaper, NULL);
    while (stress_goes_on() && counts[2] < 5000) {
        pid_t child = fork();
        if (!child)
            _exit(0);
        if (child > 0)
            counts[2]++;
        while (counts[2] - reaped > 50)
            sched_yield();
    }
    stress_is_over = 1;
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    is(reaped - counts[2], 0);
}

static void run(void)
{
    counts = stress_map_shared(PAGE);
    forks();
    orphans();
    execs();
    reapers();
    is(in_child(ignored, NULL), 0);
    is(in_child(bomb, NULL), 0);
    is(in_child(wild_bomb, NULL), 0);
    stress_begin();
    ok(stress_processes(4, killer));
}

static int tap_main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    tap_limit();
    run();
    printf("1..%d\n", tap_cases);
    return tap_failures != 0;
}

int main(int argc, char **argv)
{
    return argc > 1 ? 3 : tap_main();
}
