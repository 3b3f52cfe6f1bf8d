/* SPDX-License-Identifier: MIT */
/* Overruns of timers on a thread's CPU time: all expiries until the signal is
 * taken are counted, to the last. */
#include "tap.h"

#include <time.h>

static const long long MS = 1000000;

static long long now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * 1000 * MS + t.tv_nsec;
}

/* Until then, and the signal is there. */
static void burn(long long until)
{
    sigset_t pending;
    do
        sigpending(&pending);
    while (now() < until || !sigismember(&pending, SIGUSR1));
}

static void run(void)
{
    timer_t timer;
    sigset_t mask;
    siginfo_t info;
    struct sigevent event = { .sigev_notify = SIGEV_SIGNAL,
        .sigev_signo = SIGUSR1 };
    struct itimerspec every = { { 0, MS }, { 0, 10 * MS } }, off = { 0 };
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    is(timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &timer), 0);
    long long before = now();
    is(timer_settime(timer, 0, &every, NULL), 0);
    long long after = now();
    long long counted = 0;
    for (int i = 0; i < 5; i++) {
        burn(now() + 37 * MS);
        long long first = now();
        is(sigwaitinfo(&mask, &info), SIGUSR1);
        long long last = now();
        is(timer_getoverrun(timer), info.si_overrun);
        counted += info.si_overrun + 1;
        ok(counted >= (first - after - 10 * MS) / MS + 1);
        ok(counted <= (last - before - 10 * MS) / MS + 1);
    }
    /* One that was set anew has none. */
    burn(now() + 5 * MS);
    every.it_interval.tv_nsec = 0;
    is(timer_settime(timer, 0, &every, NULL), 0);
    is(timer_settime(timer, 0, &off, NULL), 0);
    is(timer_delete(timer), 0);
    struct timespec none = { 0, 0 };
    sigtimedwait(&mask, &info, &none);
}
TEST_MAIN
