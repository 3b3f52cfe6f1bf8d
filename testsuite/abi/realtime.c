/* SPDX-License-Identifier: MIT */
/* Real-time threads that run wild: RLIMIT_RTTIME stops one, and the others get
 * a little of the CPU in any case. */
#include "tap.h"

#include <sched.h>
#include <sys/resource.h>
#include <time.h>

enum { MS = 1000000, US_PER_SECOND = 1000000 };

static void become_realtime(int priority)
{
    struct sched_param param = { .sched_priority = priority };
    if (syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &param))
        _exit(90);
}

static void limit(rlim_t soft, rlim_t hard)
{
    setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
    if (setrlimit(RLIMIT_RTTIME, &(struct rlimit){ soft, hard }))
        _exit(91);
    become_realtime(5);
}

static void is_too_long(void *none)
{
    (void)none;
    limit(300000, RLIM_INFINITY);
    for (;;)
        ;
}

/* To give way is not to sleep. */
static void yields_too_long(void *none)
{
    (void)none;
    limit(300000, RLIM_INFINITY);
    for (;;)
        sched_yield();
}

static volatile sig_atomic_t warned;
static void warns(int signal) { (void)signal, warned++; }

static void is_warned(void *none)
{
    (void)none;
    struct rlimit now;
    signal(SIGXCPU, warns);
    limit(300000, RLIM_INFINITY);
    while (warned < 2)
        ;
    getrlimit(RLIMIT_RTTIME, &now);
    _exit(now.rlim_cur == 300000 + 2 * US_PER_SECOND ? 7 : 1);
}

static void is_ended(void *none)
{
    (void)none;
    signal(SIGXCPU, warns);
    limit(300000, 800000);
    for (;;)
        ;
}

static long long used(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return time.tv_sec * 1000000000ll + time.tv_nsec;
}

/* More than it may in one go, but with rests. */
static void rests(void *none)
{
    (void)none;
    limit(2 * US_PER_SECOND, 2 * US_PER_SECOND);
    for (int i = 0; i < 30; i++) {
        long long until = used() + 100 * MS;
        while (used() < until)
            ;
        usleep(1000);
    }
    _exit(8);
}

/* Who is no real-time thread is not meant. */
static void is_usual(void *none)
{
    (void)none;
    setrlimit(RLIMIT_RTTIME, &(struct rlimit){ 1000, 1000 });
    while (used() < 300 * MS)
        ;
    _exit(9);
}

static pid_t start_hog(int cpu)
{
    pid_t child = fork();
    if (child)
        return child;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    sched_setaffinity(0, sizeof set, &set);
    become_realtime(50);
    for (;;)
        ;
}

static void others_go_on(void)
{
    cpu_set_t set;
    pid_t hogs[CPU_SETSIZE];
    int count = 0;
    sched_getaffinity(0, sizeof set, &set);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &set))
            hogs[count++] = start_hog(cpu);
    for (int i = 0; i < 5; i++)
        usleep(10000);
    pid_t child = fork();
    if (!child)
        _exit(3);
    int status;
    waitpid(child, &status, 0);
    is(WEXITSTATUS(status), 3);
    for (int i = 0; i < count; i++)
        kill(hogs[i], SIGKILL);
    bool all_are_killed = true;
    for (int i = 0; i < count; i++) {
        waitpid(hogs[i], &status, 0);
        all_are_killed &= status == SIGKILL;
    }
    ok(all_are_killed);
}

static void run(void)
{
    is(WTERMSIG(in_child(is_too_long, NULL)), SIGXCPU);
    is(WTERMSIG(in_child(yields_too_long, NULL)), SIGXCPU);
    is(WEXITSTATUS(in_child(is_warned, NULL)), 7);
    is(in_child(is_ended, NULL), SIGKILL);
    is(WEXITSTATUS(in_child(rests, NULL)), 8);
    is(WEXITSTATUS(in_child(is_usual, NULL)), 9);
    others_go_on();
}
TEST_MAIN
