/* SPDX-License-Identifier: MIT */
/* Signals that come all the time while a process makes another: fork comes to
 * its end all the same, the child has none of them, and what is sent to the
 * whole group reaches both or none.  And timers that are stopped in time. */
#include "clone.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/time.h>

enum { BYTES = 16 << 20, FORKS = 5, STOPS = 300, GROUPS = 30, MADE = 10, PAUSE = 2000 };

/* The library's fork blocks all signals meanwhile. */
static pid_t plain_fork(void)
{
    return raw_clone(SIGCHLD, NULL, NULL, NULL, NULL);
}

static volatile sig_atomic_t caught;
static struct shared {
    volatile int handled, over;
} *shared;

static void catches(int signal)
{
    (void)signal;
    caught++;
    shared->handled++;
}

static void count(int times)
{
    for (volatile int i = 0; i < times; i++)
        ;
}

/* The next one when the last was handled, and a while after it. */
static pid_t start_sender(pid_t to)
{
    pid_t sender = fork();
    if (sender)
        return sender;
    while (!shared->over) {
        int before = shared->handled;
        if (kill(to, SIGUSR1))
            _exit(1);
        while (shared->handled == before && !shared->over)
            count(100);
        count(PAUSE);
    }
    _exit(0);
}

static void touch(char *memory)
{
    for (size_t i = 0; i < BYTES; i += 4096)
        memory[i] = 1;
}

static int forks(void)
{
    int good = 0;
    for (int i = 0; i < FORKS; i++) {
        sigset_t pending;
        int status = 0;
        pid_t child = plain_fork();
        if (!child) {
            sigpending(&pending);
            _exit(sigismember(&pending, SIGUSR1) ? 8 : 7);
        }
        while (waitpid(child, &status, 0) < 0 && errno == EINTR)
            ;
        good += status == 7 << 8;
    }
    return good;
}

static void under_fire(void)
{
    pid_t sender = start_sender(getpid());
    while (!shared->handled)
        usleep(1000);
    is(forks(), FORKS);
    shared->over = 1;
    int status;
    while (waitpid(sender, &status, 0) < 0 && errno == EINTR)
        ;
    is(status, 0);
}

static volatile int has_forked;

static void *forks_too(void *good)
{
    *(int *)good = forks();
    has_forked = 1;
    return NULL;
}

/* The leader takes the signals, and another thread forks. */
static void beside_the_leader(void)
{
    pthread_t thread;
    int status, good = -1;
    shared->over = shared->handled = 0;
    pid_t sender = start_sender(getpid());
    while (!shared->handled)
        usleep(1000);
    pthread_create(&thread, NULL, forks_too, &good);
    while (!has_forked)
        count(100);
    pthread_join(thread, NULL);
    is(good, FORKS);
    shared->over = 1;
    while (waitpid(sender, &status, 0) < 0 && errno == EINTR)
        ;
    is(status, 0);
}

/* A timer that was stopped says nothing any more. */
static void stopped_timers(void)
{
    struct itimerval once = { { 0, 0 }, { 0, 100 } }, never = { 0 };
    int late = 0;
    tap_limit_off();
    for (int i = 0; i < STOPS; i++) {
        signal(SIGALRM, catches);
        once.it_value.tv_usec = 20 + i;
        setitimer(ITIMER_REAL, &once, NULL);
        count(i * 20);
        setitimer(ITIMER_REAL, &never, NULL);
        int before = caught;
        count(3000);
        late += caught != before;
    }
    tap_limit();
    is(late, 0);
}

static void with_a_timer(void)
{
    struct itimerval often = { { 0, 500 }, { 0, 500 } }, never = { 0 };
    signal(SIGPROF, catches);
    tap_limit_off();
    signal(SIGALRM, catches);
    caught = 0;
    setitimer(ITIMER_REAL, &often, NULL);
    is(forks(), FORKS);
    while (!caught)
        pause();
    setitimer(ITIMER_REAL, &never, NULL);
    tap_limit();
}

/* In a group of its own: SIGTERM ends the maker and all it made. */
static void makes_and_makes(void)
{
    setpgid(0, 0);
    shared->handled = 1;
    for (int i = 0; i < MADE; i++)
        if (!plain_fork())
            break;
    for (;;)
        pause();
}

static bool group_is_gone(pid_t group)
{
    int status;
    pid_t ended;
    while ((ended = waitpid(-group, &status, 0)) > 0 || errno == EINTR)
        if (ended > 0 && status != SIGTERM)
            return false;
    return kill(-group, 0) == -1 && errno == ESRCH;
}

static void groups(void)
{
    int good = 0;
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    for (int i = 0; i < GROUPS; i++) {
        shared->handled = 0;
        pid_t maker = fork();
        if (!maker)
            makes_and_makes();
        while (!shared->handled)
            usleep(1000);
        count(i * 1000);
        kill(-maker, SIGTERM);
        good += group_is_gone(maker);
    }
    is(good, GROUPS);
}

static void run(void)
{
    char *memory = mmap(NULL, BYTES, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    signal(SIGUSR1, catches);
    touch(memory);
    under_fire();
    beside_the_leader();
    with_a_timer();
    stopped_timers();
    munmap(memory, BYTES);
    groups();
}
TEST_MAIN
