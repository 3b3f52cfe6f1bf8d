/* SPDX-License-Identifier: MIT */
/* Clocks that would wake a machine which sleeps: CLOCK_REALTIME_ALARM and
 * CLOCK_BOOTTIME_ALARM. */
#include "tap.h"

#include <signal.h>
#include <time.h>

enum { MS = 1000000, SECOND = 1000000000 };

static struct timespec after(clockid_t clock, long ns)
{
    struct timespec now;
    clock_gettime(clock, &now);
    now.tv_nsec += ns;
    if (now.tv_nsec >= SECOND)
        now.tv_sec++, now.tv_nsec -= SECOND;
    return now;
}

static bool is_over(clockid_t clock, const struct timespec *time)
{
    struct timespec now = after(clock, 0);
    return now.tv_sec > time->tv_sec ||
        (now.tv_sec == time->tv_sec && now.tv_nsec >= time->tv_nsec);
}

static const clockid_t alarms[] = { 8, 9 };

static void without_rights(void *data)
{
    struct timespec none = { 0, 0 }, bad = { 0, SECOND };
    timer_t id;
    (void)data;
    if (setresuid(65534, 65534, 65534))
        _exit(1);
    for (int i = 0; i < 2; i++)
        if (clock_nanosleep(alarms[i], 0, &none, NULL) != EPERM ||
            clock_nanosleep(alarms[i], 0, &bad, NULL) != EINVAL ||
            syscall(SYS_timer_create, alarms[i], NULL, &id) != -1 ||
            errno != EPERM ||
            syscall(SYS_timer_create, alarms[i], NULL, NULL) != -1 ||
            errno != EFAULT)
            _exit(2 + i);
    _exit(0);
}

/* For the privileged. */
static void alarm_clocks(void)
{
    struct timespec none = { 0, 0 }, patience = { 20, 0 };
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    for (int i = 0; i < 2; i++) {
        struct timespec until = after(alarms[i], 20 * MS);
        struct itimerspec once = { .it_value = { 0, 10 * MS } };
        int id;
        is(clock_nanosleep(alarms[i], 0, &none, NULL), 0);
        is(clock_nanosleep(alarms[i], TIMER_ABSTIME, &until, NULL), 0);
        is(clock_nanosleep(alarms[i], 2, &none, NULL), EINVAL);
        ok(is_over(alarms[i], &until));
        is(syscall(SYS_timer_create, alarms[i], NULL, &id), 0);
        is(syscall(SYS_timer_settime, id, 0, &once, NULL), 0);
        is(sigtimedwait(&set, NULL, &patience), SIGALRM);
        is(syscall(SYS_timer_delete, id), 0);
    }
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    is(in_child(without_rights, NULL), 0);
}

static void run(void)
{
    tap_limit_off();
    alarm_clocks();
}
TEST_MAIN
