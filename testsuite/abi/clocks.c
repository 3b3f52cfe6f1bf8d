/* SPDX-License-Identifier: MIT */
/* Clocks, sleeping, interval timers and POSIX timers: what they are, in which
 * order things happen, what is left; never how exact they are. */
#include "asleep.h"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>

enum { MS = 1000000, SECOND = 1000000000 };

static long long ns(const struct timespec *time)
{
    return time->tv_sec * (long long)SECOND + time->tv_nsec;
}

static long long now(clockid_t clock)
{
    struct timespec time = { 0 };
    clock_gettime(clock, &time);
    return ns(&time);
}

static struct timespec time_of(long long ns)
{
    return (struct timespec){ ns / SECOND, ns % SECOND };
}

static void clocks(void)
{
    static const clockid_t all[] = { CLOCK_REALTIME, CLOCK_MONOTONIC,
        CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID,
        CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE, CLOCK_MONOTONIC_COARSE,
        CLOCK_BOOTTIME, CLOCK_TAI };
    struct timespec time;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        is(syscall(SYS_clock_gettime, all[i], &time), 0);
        ok(time.tv_nsec >= 0 && time.tv_nsec < SECOND);
        is(clock_getres(all[i], &time), 0);
        ok(time.tv_sec == 0 && time.tv_nsec > 0 && time.tv_nsec <= 10 * MS);
        is(syscall(SYS_clock_getres, all[i], NULL), 0);
        fails_with(EFAULT, syscall(SYS_clock_gettime, all[i], 8));
        long long last = now(all[i]);
        bool goes_on = true;
        for (int j = 0; j < 1000; j++) {
            long long next = now(all[i]);
            goes_on &= next >= last;
            last = next;
        }
        ok(goes_on);
    }
    fails_with(EINVAL, clock_gettime(10, &time));
    fails_with(EINVAL, clock_gettime(99, &time));
    fails_with(EINVAL, clock_getres(99, &time));
    fails_with(EFAULT, syscall(SYS_clock_getres, CLOCK_REALTIME, 8));
    clock_getres(CLOCK_MONOTONIC, &time);
    is(time.tv_nsec, 1);
}

static void of_processes(void)
{
    clockid_t clock;
    pid_t child = fork();
    if (!child)
        for (;;)
            pause();
    is(clock_getcpuclockid(child, &clock), 0);
    ok(now(clock) >= 0);
    is(clock_getcpuclockid(0, &clock), 0);
    long long used = now(clock);
    ok(used > 0 && used <= now(CLOCK_PROCESS_CPUTIME_ID));
    clock = ~99999999u << 3 | 2; /* of a process that is not there */
    fails_with(EINVAL, clock_getres(clock, NULL));
    pthread_getcpuclockid(pthread_self(), &clock);
    used = now(clock);
    ok(used > 0 && used <= now(CLOCK_THREAD_CPUTIME_ID));
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    /* A sleep is no use of a CPU; but what the host takes looks like it. */
    int tries = 0;
    do {
        used = now(CLOCK_PROCESS_CPUTIME_ID);
        usleep(100000);
        used = now(CLOCK_PROCESS_CPUTIME_ID) - used;
    } while (used >= 20 * MS && ++tries < 50);
    ok(used < 20 * MS);
}

static void setting(void)
{
    struct timespec time, bad = { 5, SECOND }, before = { -1, 0 };
    struct timeval old_time;
    struct timezone zone;
    clock_gettime(CLOCK_REALTIME, &time);
    ok(time.tv_sec > 1600000000);
    fails_with(EINVAL, clock_settime(CLOCK_MONOTONIC, &time));
    fails_with(EINVAL, clock_settime(CLOCK_BOOTTIME, &time));
    fails_with(EINVAL, clock_settime(CLOCK_REALTIME, &bad));
    fails_with(EINVAL, clock_settime(CLOCK_REALTIME, &before));
    fails_with(EFAULT, syscall(SYS_clock_settime, CLOCK_REALTIME, 8));
    long long wanted = ns(&time) + 1000ll * SECOND;
    struct timespec later = time_of(wanted);
    is(clock_settime(CLOCK_REALTIME, &later), 0);
    ok(now(CLOCK_REALTIME) >= wanted);
#ifdef SYS_time
    ok(syscall(SYS_time, NULL) >= later.tv_sec);
#endif
    is(gettimeofday(&old_time, NULL), 0);
    ok(old_time.tv_sec >= later.tv_sec);
    is(clock_settime(CLOCK_REALTIME, &time), 0);
    ok(now(CLOCK_REALTIME) < wanted);
    is(syscall(SYS_gettimeofday, NULL, &zone), 0);
    fails_with(EFAULT, syscall(SYS_gettimeofday, 8, NULL));
    fails_with(EFAULT, syscall(SYS_settimeofday, 8, NULL));
    old_time.tv_usec = 1000000;
    fails_with(EINVAL, syscall(SYS_settimeofday, &old_time, NULL));
    is(syscall(SYS_settimeofday, NULL, NULL), 0);
    pid_t child = fork();
    if (!child) {
        setresuid(1000, 1000, 1000);
        _exit(clock_settime(CLOCK_REALTIME, &time) == -1 && errno == EPERM &&
                settimeofday(&old_time, NULL) == -1 && errno == EINVAL ? 0 : 1);
    }
    int status;
    waitpid(child, &status, 0);
    is(status, 0);
}

static volatile sig_atomic_t count;
static void counts(int signal) { (void)signal, count++; }

static void handle(int signal, int flags)
{
    struct sigaction action = { .sa_handler = counts, .sa_flags = flags };
    sigaction(signal, &action, NULL);
    count = 0;
}

/* A process that signals us when we are asleep. */
static pid_t signal_later(int signal)
{
    pid_t me = getpid(), child = fork();
    if (!child) {
        until_asleep(me);
        kill(me, signal);
        _exit(0);
    }
    return child;
}

static void sleeps(void)
{
    struct timespec some = { 0, 20 * MS }, left = { 77, 77 };
    struct timespec bad = { 0, SECOND }, before = { -1, 0 }, none = { 0, 0 };
    long long start = now(CLOCK_MONOTONIC);
    is(nanosleep(&some, &left), 0);
    ok(now(CLOCK_MONOTONIC) - start >= 20 * MS);
    is(left.tv_sec, 77); /* untouched */
    is(nanosleep(&none, NULL), 0);
    fails_with(EINVAL, nanosleep(&bad, NULL));
    fails_with(EINVAL, nanosleep(&before, NULL));
    fails_with(EFAULT, syscall(SYS_nanosleep, 8, NULL));
    /* A handler ends it, even one that lets other calls go on. */
    handle(SIGUSR1, SA_RESTART);
    pid_t child = signal_later(SIGUSR1);
    struct timespec much = { 20, 0 };
    fails_with(EINTR, nanosleep(&much, &left));
    is(count, 1);
    ok(left.tv_sec < 20 && left.tv_sec >= 10);
    waitpid(child, NULL, 0);
    /* An ignored signal and a stop do not. */
    signal(SIGUSR1, SIG_IGN);
    child = signal_later(SIGUSR1);
    some.tv_nsec = 150 * MS;
    start = now(CLOCK_MONOTONIC);
    is(nanosleep(&some, NULL), 0);
    ok(now(CLOCK_MONOTONIC) - start >= 150 * MS);
    waitpid(child, NULL, 0);
    pid_t me = getpid();
    child = fork();
    if (!child) {
        until_asleep(me);
        kill(me, SIGSTOP);
        until_state(me, 'T');
        kill(me, SIGCONT);
        _exit(0);
    }
    start = now(CLOCK_MONOTONIC);
    is(nanosleep(&some, NULL), 0);
    ok(now(CLOCK_MONOTONIC) - start >= 150 * MS);
    waitpid(child, NULL, 0);
}

static void sleeps_by_clock(void)
{
    static const clockid_t good[] = { CLOCK_REALTIME, CLOCK_MONOTONIC,
        CLOCK_BOOTTIME, CLOCK_TAI };
    struct timespec none = { 0, 0 }, bad = { 0, SECOND }, left = { 77, 77 };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        is(clock_nanosleep(good[i], 0, &none, NULL), 0);
        is(clock_nanosleep(good[i], TIMER_ABSTIME, &none, NULL), 0);
        struct timespec until = time_of(now(good[i]) + 20 * MS);
        is(clock_nanosleep(good[i], TIMER_ABSTIME, &until, NULL), 0);
        ok(now(good[i]) >= ns(&until));
        is(clock_nanosleep(good[i], 0, &bad, NULL), EINVAL);
        is(syscall(SYS_clock_nanosleep, good[i], 0, 8, NULL) == -1 &&
            errno == EFAULT, 1);
    }
    is(clock_nanosleep(CLOCK_MONOTONIC_RAW, 0, &none, NULL), ENOTSUP);
    is(clock_nanosleep(CLOCK_REALTIME_COARSE, 0, &none, NULL), ENOTSUP);
    is(clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &none, NULL), EINVAL);
    is(clock_nanosleep(99, 0, &none, NULL), EINVAL);
    handle(SIGUSR1, SA_RESTART);
    struct timespec until = time_of(now(CLOCK_MONOTONIC) + 20ll * SECOND);
    pid_t child = signal_later(SIGUSR1);
    is(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, &left), EINTR);
    is(left.tv_sec, 77); /* of an absolute one nothing is left */
    waitpid(child, NULL, 0);
    /* Setting the clock moves those who sleep until a time of it. */
    struct timespec real = time_of(now(CLOCK_REALTIME));
    until = time_of(ns(&real) + 3600ll * SECOND);
    child = fork();
    if (!child) {
        until_asleep(getppid());
        clock_settime(CLOCK_REALTIME, &until);
        _exit(0);
    }
    is(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &until, NULL), 0);
    clock_settime(CLOCK_REALTIME, &real);
    waitpid(child, NULL, 0);
}

static void wait_for(int wanted)
{
    while (count < wanted)
        sched_yield();
}

/* What is left of so many seconds, a moment later. */
static bool is_almost(long left, long seconds)
{
    return left <= seconds && left > seconds - 20;
}

static void interval_calls(void)
{
    struct itimerval value = { { 0, 0 }, { 0, 0 } }, old;
    tap_limit_off();
    for (int which = 0; which < 3; which++) {
        is(getitimer(which, &old), 0);
        is(old.it_value.tv_sec | old.it_value.tv_usec, 0);
        value.it_value.tv_sec = 1000;
        value.it_interval.tv_usec = 5000;
        is(setitimer(which, &value, NULL), 0);
        is(getitimer(which, &old), 0);
        ok(is_almost(old.it_value.tv_sec, 1000));
        is(old.it_interval.tv_usec, 5000);
        value.it_value.tv_sec = 0;
        is(setitimer(which, &value, &old), 0);
        ok(is_almost(old.it_value.tv_sec, 1000));
        is(getitimer(which, &old), 0);
        is(old.it_value.tv_sec | old.it_value.tv_usec, 0);
        value.it_value.tv_usec = 1000000;
        fails_with(EINVAL, setitimer(which, &value, NULL));
        value.it_value.tv_usec = 0;
    }
    fails_with(EINVAL, getitimer(3, &old));
    fails_with(EINVAL, setitimer(3, &value, NULL));
    fails_with(EFAULT, syscall(SYS_getitimer, 0, 8));
    fails_with(EFAULT, syscall(SYS_setitimer, 0, 8, NULL));
    is(alarm(100), 0);
    ok(is_almost(alarm(50), 100));
    getitimer(ITIMER_REAL, &old);
    ok(is_almost(old.it_value.tv_sec, 50));
    pid_t child = fork(); /* not for children */
    if (!child)
        _exit(alarm(0));
    int status = -1;
    ok(waitpid(child, &status, 0) == child && status == 0);
    ok(is_almost(alarm(0), 50));
}

static void intervals(void)
{
    static const int signals[] = { SIGALRM, SIGVTALRM, SIGPROF };
    struct itimerval value = { { 0, 10000 }, { 0, 10000 } };
    for (int which = 0; which < 3; which++) {
        handle(signals[which], SA_RESTART);
        setitimer(which, &value, NULL);
        while (count < 5)
            ;
        setitimer(which, &(struct itimerval){ { 0, 0 }, { 0, 0 } }, NULL);
        ok(count >= 5);
        signal(signals[which], SIG_DFL);
    }
    tap_limit();
}

static timer_t timer;
static siginfo_t last;
static void tells(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)context;
    last = *info;
    count++;
}

static int create(clockid_t clock, int notify, int signal, int value)
{
    struct sigevent event = { .sigev_notify = notify, .sigev_signo = signal,
        .sigev_value.sival_int = value };
    return timer_create(clock, &event, &timer);
}

static void set(long long first, long long interval, int flags)
{
    struct itimerspec value = { time_of(interval), time_of(first) };
    is(timer_settime(timer, flags, &value, NULL), 0);
}

static void timer_errors(void)
{
    struct itimerspec value = { { 0, 0 }, { 1, 0 } }, old;
    fails_with(EINVAL, create(99, SIGEV_SIGNAL, SIGUSR1, 0));
    fails_with(ENOTSUP, create(CLOCK_MONOTONIC_COARSE, SIGEV_NONE, 0, 0));
    fails_with(ENOTSUP, create(CLOCK_MONOTONIC_RAW, SIGEV_NONE, 0, 0));
    fails_with(EINVAL, create(CLOCK_MONOTONIC, 77, SIGUSR1, 0));
    fails_with(EINVAL, create(CLOCK_MONOTONIC, SIGEV_SIGNAL, 65, 0));
    fails_with(EINVAL, create(CLOCK_MONOTONIC, SIGEV_SIGNAL, 0, 0));
    fails_with(EFAULT, syscall(SYS_timer_create, CLOCK_MONOTONIC, NULL, 8));
    fails_with(EFAULT, syscall(SYS_timer_create, CLOCK_MONOTONIC, 8, &timer));
    is(create(CLOCK_MONOTONIC, SIGEV_NONE, 0, 0), 0);
    fails_with(EINVAL, timer_settime(timer, 0, NULL, NULL));
    value.it_value.tv_nsec = SECOND;
    fails_with(EINVAL, timer_settime(timer, 0, &value, NULL));
    value.it_value.tv_nsec = 0;
    value.it_interval.tv_sec = -1;
    fails_with(EINVAL, timer_settime(timer, 0, &value, NULL));
    fails_with(EFAULT, syscall(SYS_timer_gettime, timer, 8));
    is(timer_delete(timer), 0);
    fails_with(EINVAL, syscall(SYS_timer_delete, timer));
    fails_with(EINVAL, syscall(SYS_timer_gettime, timer, &old));
    fails_with(EINVAL, syscall(SYS_timer_getoverrun, timer));
    value.it_interval.tv_sec = 0;
    fails_with(EINVAL, syscall(SYS_timer_settime, timer, 0, &value, NULL));
}

static void timer_values(void)
{
    struct itimerspec value;
    is(create(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGURG, 0), 0);
    is(timer_gettime(timer, &value), 0);
    is(ns(&value.it_value) | ns(&value.it_interval), 0);
    set(1000ll * SECOND, 5 * MS, 0);
    is(timer_gettime(timer, &value), 0);
    ok(is_almost(value.it_value.tv_sec, 1000));
    is(value.it_interval.tv_nsec, 5 * MS);
    set(0, 5 * MS, 0); /* off */
    is(timer_gettime(timer, &value), 0);
    is(ns(&value.it_value), 0);
    set(now(CLOCK_MONOTONIC) + 1000ll * SECOND, 0, TIMER_ABSTIME);
    is(timer_gettime(timer, &value), 0);
    ok(is_almost(value.it_value.tv_sec, 1000));
    is(timer_delete(timer), 0);
    is(create(CLOCK_MONOTONIC, SIGEV_NONE, 0, 0), 0);
    set(1, 0, 0);
    usleep(10000);
    is(timer_gettime(timer, &value), 0);
    is(ns(&value.it_value), 0); /* over */
    set(1 * MS, 1000ll * SECOND, 0);
    usleep(10000);
    is(timer_gettime(timer, &value), 0);
    ok(is_almost(value.it_value.tv_sec, 1000));
    is(timer_delete(timer), 0);
}

static void timer_signals(void)
{
    /* They come while cases are printed. */
    struct sigaction action = { .sa_sigaction = tells,
        .sa_flags = SA_SIGINFO | SA_RESTART };
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGRTMIN, &action, NULL);
    sigaction(SIGALRM, &action, NULL);
    static const clockid_t clocks[] = { CLOCK_MONOTONIC, CLOCK_REALTIME,
        CLOCK_BOOTTIME, CLOCK_TAI };
    for (int i = 0; i < 4; i++) {
        count = 0;
        is(create(clocks[i], SIGEV_SIGNAL, i & 1 ? SIGUSR1 : SIGRTMIN, 77), 0);
        set(1 * MS, 0, 0);
        wait_for(1);
        is(last.si_code, SI_TIMER);
        is(last.si_value.sival_int, 77);
        is(last.si_overrun, 0);
        set(now(clocks[i]) + 1 * MS, 0, TIMER_ABSTIME);
        wait_for(2);
        set(1, 0, TIMER_ABSTIME); /* long over */
        wait_for(3);
        set(1 * MS, 1 * MS, 0);
        wait_for(20);
        is(timer_delete(timer), 0);
    }
    /* Without an event: SIGALRM, with the timer's number. */
    int id = -1;
    tap_limit_off();
    count = 0;
    is(syscall(SYS_timer_create, CLOCK_MONOTONIC, NULL, &id), 0);
    struct itimerspec value = { { 0, 0 }, { 0, 1 } };
    is(syscall(SYS_timer_settime, id, 0, &value, NULL), 0);
    wait_for(1);
    is(last.si_signo, SIGALRM);
    ok(last.si_value.sival_int == id && last.si_timerid == id);
    is(syscall(SYS_timer_delete, id), 0);
    tap_limit();
}

static void overruns(void)
{
    sigset_t mask;
    siginfo_t info;
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    is(create(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, 5), 0);
    set(1 * MS, 1 * MS, 0);
    usleep(50000);
    is(sigwaitinfo(&mask, &info), SIGUSR1);
    ok(info.si_overrun >= 30);
    is(timer_getoverrun(timer), info.si_overrun);
    is(timer_delete(timer), 0);
    struct timespec none = { 0, 0 };
    sigtimedwait(&mask, &info, &none); /* one may have been sent */
    sigprocmask(SIG_UNBLOCK, &mask, NULL);
}

static volatile int who;
static void tells_who(int signal)
{
    (void)signal;
    who = syscall(SYS_gettid);
}

static void *waits(void *stop)
{
    while (!*(volatile int *)stop)
        usleep(1000);
    return (void *)syscall(SYS_gettid);
}

static volatile int tid;
static void *tells_tid(void *stop)
{
    tid = syscall(SYS_gettid);
    return waits(stop);
}

static void to_a_thread(void)
{
    volatile int stop = 0;
    int id;
    pthread_t thread;
    signal(SIGUSR2, tells_who);
    pthread_create(&thread, NULL, tells_tid, (void *)&stop);
    while (!tid)
        sched_yield();
    struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID,
        .sigev_signo = SIGUSR2 };
    *((int *)&event.sigev_notify + 1) = tid;
    is(syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &id), 0);
    struct itimerspec value = { { 0, 0 }, { 0, 1 } };
    syscall(SYS_timer_settime, id, 0, &value, NULL);
    while (!who)
        sched_yield();
    is(who == tid, 1);
    syscall(SYS_timer_delete, id);
    stop = 1;
    pthread_join(thread, NULL);
    *((int *)&event.sigev_notify + 1) = 99999999;
    fails_with(EINVAL,
        syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &id));
}

static void run(void)
{
    clocks();
    of_processes();
    setting();
    sleeps();
    sleeps_by_clock();
    interval_calls();
    intervals();
    timer_errors();
    timer_values();
    timer_signals();
    overruns();
    to_a_thread();
}
TEST_MAIN
