/* SPDX-License-Identifier: MIT */
/* Clocks of CPU time: timers on them, sleeps until they show so much, and those
 * of other threads and processes. */
#include "asleep.h"

#include <pthread.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>

enum { MS = 1000000, SECOND = 1000000000 };
enum { USER_AND_SYSTEM, USER_ALONE, SCHEDULED, DEVICE, OF_THREAD };

static clockid_t clock_of(int number, int kind)
{
    return (clockid_t)(~(unsigned)number << 3 | (unsigned)kind);
}

static long long now(clockid_t clock)
{
    struct timespec time = { 0 };
    syscall(SYS_clock_gettime, clock, &time);
    return time.tv_sec * (long long)SECOND + time.tv_nsec;
}

static struct timespec time_of(long long ns)
{
    return (struct timespec){ ns / SECOND, ns % SECOND };
}

static int gettid_of(void) { return syscall(SYS_gettid); }

static volatile int stop;
static volatile int burner_tid;
static void *burns(void *unused)
{
    (void)unused;
    burner_tid = gettid_of();
    while (!stop)
        ;
    return NULL;
}

static pthread_t start_burner(void)
{
    pthread_t thread;
    stop = 0, burner_tid = 0;
    pthread_create(&thread, NULL, burns, NULL);
    while (!burner_tid)
        sched_yield();
    return thread;
}

static void end_burner(pthread_t thread)
{
    stop = 1;
    pthread_join(thread, NULL);
}

/* A child that uses a CPU, or sleeps. */
static pid_t start_child(bool burns)
{
    pid_t child = fork();
    if (child)
        return child;
    for (;;)
        if (!burns)
            pause();
}

static void end_child(pid_t child)
{
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

static int timer;
static int create(clockid_t clock, int notify, int tid)
{
    struct sigevent event = { .sigev_notify = notify, .sigev_signo = SIGUSR1,
        .sigev_value.sival_int = 77 };
    *((int *)&event.sigev_notify + 1) = tid;
    return syscall(SYS_timer_create, clock, &event, &timer);
}

static int set(long long first, long long interval, int flags)
{
    struct itimerspec value = { time_of(interval), time_of(first) };
    return syscall(SYS_timer_settime, timer, flags, &value, NULL);
}

static long long left(void)
{
    struct itimerspec value;
    if (syscall(SYS_timer_gettime, timer, &value))
        return -1;
    return value.it_value.tv_sec * (long long)SECOND + value.it_value.tv_nsec;
}

static int delete(void) { return syscall(SYS_timer_delete, timer); }

static int sleep_on(clockid_t clock, int flags, long long ns,
    struct timespec *left)
{
    struct timespec wanted = time_of(ns);
    return syscall(SYS_clock_nanosleep, clock, flags, &wanted, left);
}

static void reading(void)
{
    struct timespec time;
    pid_t child = start_child(false);
    for (int kind = USER_AND_SYSTEM; kind <= SCHEDULED; kind++) {
        is(syscall(SYS_clock_gettime, clock_of(child, kind), &time), 0);
        is(syscall(SYS_clock_gettime, clock_of(0, kind), &time), 0);
        is(syscall(SYS_clock_gettime, clock_of(0, kind | OF_THREAD), &time), 0);
        is(syscall(SYS_clock_getres, clock_of(0, kind), &time), 0);
        is(time.tv_nsec, kind == SCHEDULED ? 1 : 4 * MS);
        fails_with(EINVAL,
            syscall(SYS_clock_gettime, clock_of(child, kind | OF_THREAD), &time));
        fails_with(EINVAL,
            syscall(SYS_clock_gettime, clock_of(99999999, kind), &time));
    }
    end_child(child);
    fails_with(EINVAL, syscall(SYS_clock_gettime, clock_of(0, DEVICE), &time));
    fails_with(EINVAL, syscall(SYS_clock_getres, clock_of(0, DEVICE), &time));
    fails_with(EINVAL,
        syscall(SYS_clock_gettime, clock_of(0, DEVICE | OF_THREAD), &time));
    pthread_t burner = start_burner();
    /* A thread is no process, but to itself. */
    fails_with(EINVAL,
        syscall(SYS_clock_gettime, clock_of(burner_tid, SCHEDULED), &time));
    is(syscall(SYS_clock_gettime, clock_of(burner_tid, SCHEDULED | OF_THREAD),
        &time), 0);
    end_burner(burner);
}

static void *reads_own(void *unused)
{
    struct timespec time;
    (void)unused;
    return (void *)syscall(
        SYS_clock_gettime, clock_of(gettid_of(), SCHEDULED), &time);
}

static void setting_clocks(void)
{
    struct timespec time = { 5, 0 };
    void *result;
    pthread_t thread;
    pthread_create(&thread, NULL, reads_own, NULL);
    pthread_join(thread, &result);
    is((long)result, 0);
    fails_with(EINVAL, syscall(SYS_clock_settime, CLOCK_PROCESS_CPUTIME_ID, &time));
    fails_with(EINVAL, syscall(SYS_clock_settime, CLOCK_THREAD_CPUTIME_ID, &time));
    fails_with(EPERM, syscall(SYS_clock_settime, clock_of(0, SCHEDULED), &time));
    fails_with(EINVAL,
        syscall(SYS_clock_settime, clock_of(99999999, SCHEDULED), &time));
    fails_with(EINVAL, syscall(SYS_clock_settime, clock_of(0, DEVICE), &time));
}

static void errors(void)
{
    pid_t child = start_child(false);
    fails_with(EINVAL, create(clock_of(99999999, SCHEDULED), SIGEV_NONE, 0));
    fails_with(EINVAL, create(clock_of(child, SCHEDULED | OF_THREAD), SIGEV_NONE, 0));
    fails_with(EINVAL, create(clock_of(0, DEVICE | OF_THREAD), SIGEV_NONE, 0));
    fails_with(ENOTSUP, create(clock_of(0, DEVICE), SIGEV_NONE, 0));
    fails_with(EINVAL, create(CLOCK_PROCESS_CPUTIME_ID, 77, 0));
    fails_with(EINVAL, timerfd_create(CLOCK_PROCESS_CPUTIME_ID, 0));
    fails_with(EINVAL, timerfd_create(clock_of(0, SCHEDULED), 0));
    end_child(child);
    fails_with(ENOTSUP, sleep_on(CLOCK_THREAD_CPUTIME_ID, 0, 1, NULL));
    fails_with(ENOTSUP, sleep_on(clock_of(0, DEVICE), 0, 1, NULL));
    fails_with(EINVAL, sleep_on(clock_of(0, SCHEDULED | OF_THREAD), 0, 1, NULL));
    fails_with(EINVAL,
        sleep_on(clock_of(gettid_of(), SCHEDULED | OF_THREAD), 0, 1, NULL));
    fails_with(EINVAL, sleep_on(clock_of(99999999, SCHEDULED), 0, 1, NULL));
    fails_with(EFAULT, syscall(SYS_clock_nanosleep, CLOCK_PROCESS_CPUTIME_ID, 0,
        8, NULL));
    struct timespec bad = { 0, SECOND };
    fails_with(EINVAL, syscall(SYS_clock_nanosleep, CLOCK_PROCESS_CPUTIME_ID, 0,
        &bad, NULL));
}

static void values(clockid_t clock)
{
    struct itimerspec value;
    is(create(clock, SIGEV_SIGNAL, 0), 0);
    is(left(), 0);
    is(set(1000ll * SECOND, 5 * MS, 0), 0);
    ok(left() > 900ll * SECOND && left() <= 1000ll * SECOND);
    syscall(SYS_timer_gettime, timer, &value);
    is(value.it_interval.tv_nsec, 5 * MS);
    is(set(now(clock) + 1000ll * SECOND, 0, TIMER_ABSTIME), 0);
    ok(left() > 900ll * SECOND && left() <= 1000ll * SECOND);
    struct itimerspec off = { { 0, 0 }, { 0, 0 } };
    is(syscall(SYS_timer_settime, timer, 0, &off, &value), 0);
    ok(value.it_value.tv_sec > 900 && value.it_value.tv_sec <= 1000);
    is(left(), 0);
    is(syscall(SYS_timer_getoverrun, timer), 0);
    is(delete(), 0);
    is(create(clock, SIGEV_NONE, 0), 0);
    is(set(1, 0, 0), 0);
    while (left())
        ;
    ok(!left());
    is(delete(), 0);
}

static volatile sig_atomic_t count, by;
static siginfo_t last;
static void tells(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)context;
    last = *info;
    by = gettid_of();
    count++;
}

static void handle(void)
{
    struct sigaction action = { .sa_sigaction = tells, .sa_flags = SA_SIGINFO };
    sigaction(SIGUSR1, &action, NULL);
    count = 0;
}

static void burn_until(int wanted)
{
    while (count < wanted)
        ;
}

static void signals(clockid_t clock)
{
    handle();
    is(create(clock, SIGEV_SIGNAL, 0), 0);
    long long until = now(clock) + 20 * MS;
    is(set(20 * MS, 0, 0), 0);
    burn_until(1);
    ok(now(clock) >= until);
    is(last.si_code, SI_TIMER);
    is(last.si_value.sival_int, 77);
    is(last.si_timerid, timer);
    is(left(), 0);
    until = now(clock) + 20 * MS;
    is(set(until, 0, TIMER_ABSTIME), 0);
    burn_until(2);
    ok(now(clock) >= until);
    is(set(1, 0, TIMER_ABSTIME), 0); /* over already: at once */
    burn_until(3);
    is(set(5 * MS, 5 * MS, 0), 0);
    burn_until(8);
    is(delete(), 0);
}

static void overruns(void)
{
    sigset_t mask;
    siginfo_t info;
    struct timespec none = { 0, 0 };
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    is(create(CLOCK_PROCESS_CPUTIME_ID, SIGEV_SIGNAL, 0), 0);
    is(set(1 * MS, 1 * MS, 0), 0);
    long long until = now(CLOCK_PROCESS_CPUTIME_ID) + 100 * MS;
    while (now(CLOCK_PROCESS_CPUTIME_ID) < until)
        ;
    int times = 0, differ = 0;
    while (times < 50 && sigwaitinfo(&mask, &info) == SIGUSR1) {
        times += info.si_overrun + 1;
        differ |= syscall(SYS_timer_getoverrun, timer) != info.si_overrun;
    }
    ok(times >= 50);
    is(differ, 0);
    is(delete(), 0);
    sigtimedwait(&mask, &info, &none); /* one may have been sent */
    sigprocmask(SIG_UNBLOCK, &mask, NULL);
}

/* Who sleeps uses nothing: the other thread's time counts, or does not. */
static void of_threads(void)
{
    handle();
    pthread_t burner = start_burner();
    is(create(clock_of(burner_tid, SCHEDULED | OF_THREAD), SIGEV_SIGNAL, 0), 0);
    is(set(20 * MS, 0, 0), 0);
    while (!count)
        usleep(1000);
    is(count, 1);
    is(delete(), 0);
    count = 0;
    is(create(CLOCK_PROCESS_CPUTIME_ID, SIGEV_THREAD_ID, burner_tid), 0);
    is(set(20 * MS, 0, 0), 0);
    while (!count)
        usleep(1000);
    is(by == burner_tid, 1);
    is(delete(), 0);
    count = 0;
    is(create(CLOCK_THREAD_CPUTIME_ID, SIGEV_SIGNAL, 0), 0);
    is(set(1000ll * SECOND, 0, 0), 0);
    usleep(50000);
    ok(left() > 990ll * SECOND);
    is(delete(), 0);
    is(create(clock_of(burner_tid, SCHEDULED | OF_THREAD), SIGEV_SIGNAL, 0), 0);
    end_burner(burner);
    /* pthread_join may be a little early. */
    while (!syscall(SYS_tkill, burner_tid, 0))
        usleep(1000);
    fails_with(ESRCH, set(20 * MS, 0, 0));
    is(left(), 0);
    is(delete(), 0);
}

static void of_processes(void)
{
    handle();
    pid_t child = start_child(true);
    is(create(clock_of(child, SCHEDULED), SIGEV_SIGNAL, 0), 0);
    is(set(20 * MS, 20 * MS, 0), 0);
    while (count < 3)
        usleep(1000);
    ok(count >= 3);
    ok(now(clock_of(child, SCHEDULED)) >= 60 * MS);
    is(set(0, 0, 0), 0);
    kill(child, SIGKILL);
    siginfo_t info;
    while (waitid(P_PID, child, &info, WEXITED | WNOWAIT) && errno == EINTR)
        ; /* a signal may still have been on its way */
    is(set(1000ll * SECOND, 0, 0), 0); /* of one not waited for yet */
    is(left(), 1000ll * SECOND);
    waitpid(child, NULL, 0);
    is(left(), 0);
    fails_with(ESRCH, set(20 * MS, 0, 0));
    is(delete(), 0);
    /* They are not for children. */
    is(create(CLOCK_PROCESS_CPUTIME_ID, SIGEV_SIGNAL, 0), 0);
    is(set(1000ll * SECOND, 0, 0), 0);
    child = fork();
    if (!child)
        _exit(left() == -1 && errno == EINVAL ? 0 : 1);
    int status;
    waitpid(child, &status, 0);
    is(status, 0);
    is(delete(), 0);
}

static void sleeps(void)
{
    struct timespec rest = { 77, 77 };
    pthread_t burner = start_burner();
    clockid_t clocks[] = { CLOCK_PROCESS_CPUTIME_ID, clock_of(0, SCHEDULED),
        clock_of(getpid(), SCHEDULED), clock_of(0, USER_AND_SYSTEM),
        clock_of(0, USER_ALONE), clock_of(burner_tid, SCHEDULED | OF_THREAD) };
    for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
        long long until = now(clocks[i]) + 20 * MS;
        is(sleep_on(clocks[i], 0, 20 * MS, &rest), 0);
        ok(now(clocks[i]) >= until);
        until = now(clocks[i]) + 20 * MS;
        is(sleep_on(clocks[i], TIMER_ABSTIME, until, NULL), 0);
        ok(now(clocks[i]) >= until);
        is(sleep_on(clocks[i], TIMER_ABSTIME, 1, NULL), 0);
        is(sleep_on(clocks[i], 0, 0, NULL), 0);
    }
    is(rest.tv_sec, 77); /* untouched */
    end_burner(burner);
    pid_t child = start_child(true);
    is(sleep_on(clock_of(child, SCHEDULED), 0, 20 * MS, NULL), 0);
    end_child(child);
}

/* A process that signals us when we are asleep, and continues us. */
static pid_t signal_soon(int signal)
{
    pid_t me = getpid(), child = fork();
    if (!child) {
        until_asleep(me);
        kill(me, signal);
        if (signal == SIGSTOP)
            until_state(me, 'T');
        kill(me, SIGCONT);
        _exit(0);
    }
    return child;
}

static void interrupted(void)
{
    struct timespec rest = { 77, 77 };
    handle();
    pid_t child = signal_soon(SIGUSR1);
    fails_with(EINTR, sleep_on(CLOCK_PROCESS_CPUTIME_ID, 0, 20ll * SECOND, &rest));
    ok(rest.tv_sec >= 0 && rest.tv_sec <= 20 && rest.tv_nsec != 77);
    waitpid(child, NULL, 0);
    rest.tv_sec = 77;
    child = signal_soon(SIGUSR1);
    fails_with(EINTR, sleep_on(CLOCK_PROCESS_CPUTIME_ID, TIMER_ABSTIME,
        now(CLOCK_PROCESS_CPUTIME_ID) + 20ll * SECOND, &rest));
    is(rest.tv_sec, 77);
    waitpid(child, NULL, 0);
    /* After a stop it goes on. */
    pid_t burner = start_child(true);
    child = signal_soon(SIGSTOP);
    long long until = now(clock_of(burner, SCHEDULED)) + 200 * MS;
    is(sleep_on(clock_of(burner, SCHEDULED), 0, 200 * MS, &rest), 0);
    ok(now(clock_of(burner, SCHEDULED)) >= until);
    waitpid(child, NULL, 0);
    end_child(burner);
}

/* Interval timers are the process', and user time is what it says. */
static void of_the_process(void)
{
    struct itimerval value = { { 0, 0 }, { 0, 20000 } }, old;
    struct sigaction action = { .sa_sigaction = tells, .sa_flags = SA_SIGINFO };
    static const int signals[] = { SIGVTALRM, SIGPROF };
    for (int i = 0; i < 2; i++) {
        int which = i ? ITIMER_PROF : ITIMER_VIRTUAL;
        sigaction(signals[i], &action, NULL);
        count = 0;
        pthread_t burner = start_burner();
        is(setitimer(which, &value, NULL), 0);
        while (!count)
            usleep(1000);
        is(last.si_code, SI_KERNEL);
        is(getitimer(which, &old), 0);
        is(old.it_value.tv_sec | old.it_value.tv_usec, 0);
        end_burner(burner);
    }
}

static void run(void)
{
    reading();
    setting_clocks();
    errors();
    values(CLOCK_PROCESS_CPUTIME_ID);
    values(CLOCK_THREAD_CPUTIME_ID);
    values(clock_of(0, USER_AND_SYSTEM));
    signals(CLOCK_PROCESS_CPUTIME_ID);
    signals(CLOCK_THREAD_CPUTIME_ID);
    signals(clock_of(0, USER_ALONE));
    signals(clock_of(gettid_of(), SCHEDULED | OF_THREAD));
    overruns();
    of_threads();
    of_processes();
    sleeps();
    interrupted();
    of_the_process();
}
TEST_MAIN
