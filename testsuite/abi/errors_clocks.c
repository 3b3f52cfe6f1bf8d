/* SPDX-License-Identifier: MIT */
/* Each clock in each call that takes one, and what calls on time refuse. */
#include "who.h"

#include <linux/futex.h>
#include <sys/time.h>
#include <sys/timex.h>

#define raw(name, ...) syscall(SYS_##name, ##__VA_ARGS__)

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif

enum { NOT_TOLD = 0x5a5a5a5a, BAD_TIMER = 0x7fffffff };
enum { GET = 1, SLEEP = 2, TIMER = 4, TIMERFD = 8 };

/* What each is good for; the other calls say EINVAL, or `sleeps` for those that
 * wait. */
static const struct row {
    int clock;
    unsigned takes;
    int sleeps;
} rows[] = {
    { CLOCK_REALTIME, GET | SLEEP | TIMER | TIMERFD, 0 },
    { CLOCK_MONOTONIC, GET | SLEEP | TIMER | TIMERFD, 0 },
    { CLOCK_PROCESS_CPUTIME_ID, GET | SLEEP | TIMER, 0 },
    { CLOCK_THREAD_CPUTIME_ID, GET | TIMER, EOPNOTSUPP },
    { CLOCK_MONOTONIC_RAW, GET, EOPNOTSUPP },
    { CLOCK_REALTIME_COARSE, GET, EOPNOTSUPP },
    { CLOCK_MONOTONIC_COARSE, GET, EOPNOTSUPP },
    { CLOCK_BOOTTIME, GET | SLEEP | TIMER | TIMERFD, 0 },
    { CLOCK_REALTIME_ALARM, GET | SLEEP | TIMER | TIMERFD, 0 },
    { CLOCK_BOOTTIME_ALARM, GET | SLEEP | TIMER | TIMERFD, 0 },
    { 10, 0, EINVAL },
    { CLOCK_TAI, GET | SLEEP | TIMER, 0 },
    { 12, 0, EINVAL },
    { 63, 0, EINVAL },
};

static int error_of(long result)
{
    return result < 0 ? errno : 0;
}

static void of_clock(const struct row *row)
{
    struct timespec now, none = { 0, 0 };
    int gets = row->takes & GET ? 0 : EINVAL, fd, timer;
    is(error_of(raw(clock_gettime, row->clock, &now)), gets);
    is(error_of(raw(clock_getres, row->clock, &now)), gets);
    is(error_of(raw(clock_getres, row->clock, NULL)), gets);
    is(error_of(raw(clock_nanosleep, row->clock, 0, &none, NULL)), row->sleeps);
    is(error_of(raw(clock_nanosleep, row->clock, TIMER_ABSTIME, &none, NULL)),
        row->sleeps);
    fd = raw(timerfd_create, row->clock, 0);
    is(error_of(fd), row->takes & TIMERFD ? 0 : EINVAL);
    close(fd);
    struct sigevent event = { .sigev_notify = SIGEV_NONE };
    int error = error_of(raw(timer_create, row->clock, &event, &timer));
    is(error, row->takes & TIMER ? 0 : row->sleeps);
    if (!error)
        is(raw(timer_delete, timer), 0);
    if (row->clock != CLOCK_REALTIME)
        is(error_of(raw(clock_settime, row->clock, &none)), EINVAL);
}

/* Only the clock that can be set can be steered. */
static void adjusted(const struct row *row)
{
    struct timex change = { .modes = 0 };
    int error = error_of(raw(clock_adjtime, row->clock, &change));
    is(error, row->clock == CLOCK_REALTIME ? 0
            : row->takes & GET             ? EOPNOTSUPP
                                           : EINVAL);
    error = error_of(raw(clock_adjtime, row->clock, NULL));
    is(error, EFAULT);
}

/* Of futexes two clocks. */
static void waited_for(const struct row *row)
{
    struct timespec none = { 0, 0 };
    uint32_t word = 0;
    struct futex_waitv one = { .uaddr = (uintptr_t)&word, .flags = FUTEX_32 };
    bool is_known =
        row->clock == CLOCK_REALTIME || row->clock == CLOCK_MONOTONIC;
    is(error_of(raw(futex_waitv, &one, 1, 0, &none, row->clock)),
        is_known ? ETIMEDOUT : EINVAL);
}

/* That of a device, of which none is open; of a process, of nobody. */
static void by_number(void)
{
    const int device = (int)(~0u << 3 | 3);
    const int nobody = (int)(~0x0fffffffu << 3 | 2);
    const int ours = (int)(~(unsigned)getpid() << 3 | 2);
    struct timespec now = { 0, 0 };
    struct timex change = { .modes = 0 };
    int timer;
    struct sigevent event = { .sigev_notify = SIGEV_NONE };
    fails_with(EINVAL, raw(clock_gettime, device, &now));
    fails_with(EINVAL, raw(clock_getres, device, &now));
    fails_with(EINVAL, raw(clock_settime, device, &now));
    fails_with(EINVAL, raw(clock_adjtime, device, &change));
    fails_with(EOPNOTSUPP, raw(clock_nanosleep, device, 0, &now, NULL));
    fails_with(EOPNOTSUPP, raw(timer_create, device, &event, &timer));
    fails_with(EINVAL, raw(timerfd_create, device, 0));
    fails_with(EINVAL, raw(clock_gettime, nobody, &now));
    fails_with(EINVAL, raw(clock_getres, nobody, &now));
    fails_with(EINVAL, raw(clock_settime, nobody, &now));
    fails_with(EOPNOTSUPP, raw(clock_adjtime, nobody, &change));
    fails_with(EINVAL, raw(clock_nanosleep, nobody, 0, &now, NULL));
    fails_with(EINVAL, raw(timer_create, nobody, &event, &timer));
    is(raw(clock_gettime, ours, &now), 0);
    is(raw(clock_getres, ours, &now), 0);
    fails_with(EPERM, raw(clock_settime, ours, &now));
    fails_with(EOPNOTSUPP, raw(clock_adjtime, ours, &change));
    is(raw(clock_nanosleep, ours, TIMER_ABSTIME, &now, NULL), 0);
}

static void alarms_of_user(void)
{
    struct timespec none = { 0, 0 };
    struct sigevent event = { .sigev_notify = SIGEV_NONE };
    int timer;
    become(USER, GROUP);
    fails_with(EPERM, raw(clock_nanosleep, CLOCK_BOOTTIME_ALARM, 0, &none, NULL));
    fails_with(EPERM, raw(timer_create, CLOCK_REALTIME_ALARM, &event, &timer));
    fails_with(EPERM, raw(timerfd_create, CLOCK_BOOTTIME_ALARM, 0));
    fails_with(EINVAL, raw(clock_settime, CLOCK_TAI, &none));
    fails_with(EPERM, raw(clock_settime, CLOCK_REALTIME, &none));
    become_root();
}

static void timers(void)
{
    struct itimerspec setting = { { 0, 0 }, { 100, 0 } }, old;
    struct sigevent event = { .sigev_notify = 3 };
    int timer = 0;
    fails_with(EINVAL, raw(timer_create, CLOCK_MONOTONIC, &event, &timer));
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = 65;
    fails_with(EINVAL, raw(timer_create, CLOCK_MONOTONIC, &event, &timer));
    event.sigev_signo = 0;
    fails_with(EINVAL, raw(timer_create, CLOCK_MONOTONIC, &event, &timer));
    event.sigev_notify = SIGEV_NONE;
    fails_with(EFAULT, raw(timer_create, CLOCK_MONOTONIC, (void *)8, &timer));
    fails_with(EFAULT, raw(timer_create, CLOCK_MONOTONIC, &event, (void *)8));
    is(raw(timer_create, CLOCK_MONOTONIC, &event, &timer), 0);
    fails_with(EINVAL, raw(timer_settime, timer, 0, NULL, &old));
    fails_with(EFAULT, raw(timer_settime, timer, 0, (void *)8, &old));
    fails_with(EINVAL, raw(timer_settime, BAD_TIMER, 0, &setting, &old));
    setting.it_value.tv_nsec = 1000000000;
    fails_with(EINVAL, raw(timer_settime, timer, 0, &setting, &old));
    setting.it_value.tv_nsec = 0;
    setting.it_interval.tv_nsec = -1;
    fails_with(EINVAL, raw(timer_settime, timer, 0, &setting, &old));
    setting.it_interval.tv_nsec = 0;
    is(raw(timer_settime, timer, ~TIMER_ABSTIME, &setting, &old), 0);
    fails_with(EFAULT, raw(timer_settime, timer, 0, &setting, (void *)8));
    fails_with(EFAULT, raw(timer_gettime, timer, (void *)8));
    fails_with(EINVAL, raw(timer_gettime, BAD_TIMER, &setting));
    fails_with(EINVAL, raw(timer_gettime, -1, &setting));
    fails_with(EINVAL, raw(timer_getoverrun, BAD_TIMER));
    fails_with(EINVAL, raw(timer_delete, BAD_TIMER));
    fails_with(EINVAL, raw(timer_delete, -1));
    is(raw(timer_delete, timer), 0);
    fails_with(EINVAL, raw(timer_delete, timer));
}

static void intervals(void)
{
    static const int kinds[] = { ITIMER_VIRTUAL, ITIMER_PROF };
    struct itimerval setting = { { 0, 0 }, { 1000, 0 } }, now;
    for (int i = 0; i < 2; i++) {
        is(raw(setitimer, kinds[i], &setting, NULL), 0);
        is(raw(getitimer, kinds[i], &now), 0);
        is(now.it_value.tv_sec >= 900 && now.it_value.tv_sec <= 1000, 1);
        is(raw(setitimer, kinds[i], NULL, &now), 0);
        is(now.it_value.tv_sec >= 900 && now.it_value.tv_sec <= 1000, 1);
        is(raw(getitimer, kinds[i], &now), 0);
        is(now.it_value.tv_sec == 0 && now.it_value.tv_usec == 0, 1);
        fails_with(EFAULT, raw(getitimer, kinds[i], (void *)8));
    }
    fails_with(EINVAL, raw(getitimer, 3, &now));
    fails_with(EINVAL, raw(getitimer, -1, &now));
    fails_with(EINVAL, raw(getitimer, 3, (void *)8));
    fails_with(EINVAL, raw(setitimer, 3, &setting, NULL));
    setting.it_value.tv_usec = 1000000;
    fails_with(EINVAL, raw(setitimer, ITIMER_PROF, &setting, NULL));
    fails_with(EFAULT, raw(setitimer, ITIMER_PROF, (void *)8, NULL));
}

/* The zone is kept and told, and of no use beyond that. */
static void days(void)
{
    struct timeval now;
    struct timezone zone = { 60, 1 }, told = { NOT_TOLD, NOT_TOLD };
    fails_with(EFAULT, raw(gettimeofday, (void *)8, NULL));
    fails_with(EFAULT, raw(gettimeofday, NULL, (void *)8));
    fails_with(EFAULT, raw(settimeofday, (void *)8, NULL));
    fails_with(EFAULT, raw(settimeofday, NULL, (void *)8));
    is(raw(settimeofday, NULL, NULL), 0);
    is(raw(gettimeofday, &now, NULL), 0);
    is(raw(settimeofday, &now, &zone), 0); /* the first zone: with a time */
    is(raw(gettimeofday, NULL, &told), 0);
    is(told.tz_minuteswest == 60 && told.tz_dsttime == 1, 1);
    zone.tz_minuteswest = 15 * 60 + 1;
    fails_with(EINVAL, raw(settimeofday, NULL, &zone));
    zone.tz_minuteswest = -zone.tz_minuteswest;
    fails_with(EINVAL, raw(settimeofday, NULL, &zone));
    now.tv_usec = 1000000;
    fails_with(EINVAL, raw(settimeofday, &now, &zone));
    now.tv_usec = -1;
    fails_with(EINVAL, raw(settimeofday, &now, NULL));
    become(USER, GROUP);
    fails_with(EINVAL, raw(settimeofday, &now, &zone));
    fails_with(EPERM, raw(settimeofday, NULL, &zone));
    fails_with(EPERM, raw(settimeofday, NULL, NULL));
    become_root();
    zone.tz_minuteswest = zone.tz_dsttime = 0;
    is(raw(settimeofday, NULL, &zone), 0);
    is(raw(gettimeofday, NULL, &told), 0);
    is(told.tz_minuteswest == 0 && told.tz_dsttime == 0, 1);
    now.tv_sec = -1;
    now.tv_usec = 0;
    fails_with(EINVAL, raw(settimeofday, &now, NULL));
}

/* What is found wrong first. */
static void order_of_days(void)
{
    const long long latest = 8277292035;
    void *bad = (void *)8;
    struct timeval day = { latest, 0 };
    struct timespec time = { latest, 0 };
    become(USER, GROUP);
    fails_with(EPERM, raw(settimeofday, &day, NULL));
    fails_with(EPERM, raw(clock_settime, CLOCK_REALTIME, &time));
    day.tv_sec = time.tv_sec = latest + 1;
    fails_with(EINVAL, raw(settimeofday, &day, NULL));
    fails_with(EFAULT, raw(settimeofday, &day, bad));
    fails_with(EINVAL, raw(clock_settime, CLOCK_REALTIME, &time));
    day.tv_sec = time.tv_sec = INT64_MAX;
    fails_with(EINVAL, raw(settimeofday, &day, NULL));
    fails_with(EINVAL, raw(clock_settime, CLOCK_REALTIME, &time));
    day = (struct timeval){ -1, 0 };
    fails_with(EFAULT, raw(settimeofday, &day, bad));
    day = (struct timeval){ 0, 1000000 };
    fails_with(EINVAL, raw(settimeofday, &day, bad));
    day.tv_usec = -1;
    fails_with(EINVAL, raw(settimeofday, &day, bad));
    become_root();
}

static void steering(void)
{
    struct timex change = { .modes = ADJ_TICK, .tick = 1 };
    fails_with(EINVAL, raw(adjtimex, &change));
    fails_with(EINVAL, raw(clock_adjtime, CLOCK_REALTIME, &change));
    change.modes = 0;
    is(raw(adjtimex, &change) >= 0, 1);
    is(raw(clock_adjtime, CLOCK_REALTIME, &change) >= 0, 1);
}

static void run(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        of_clock(&rows[i]);
        adjusted(&rows[i]);
        waited_for(&rows[i]);
    }
    by_number();
    alarms_of_user();
    timers();
    tap_limit_off();
    intervals();
    days();
    order_of_days();
    steering();
}
TEST_MAIN
