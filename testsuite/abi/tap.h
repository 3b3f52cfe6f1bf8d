/* SPDX-License-Identifier: MIT */
/* The whole vocabulary of a test:
 *
 *     #include "tap.h"
 *     static void run(void)
 *     {
 *         ok(dup(1) >= 3);
 *         fails_with(EBADF, dup(-1));
 *     }
 *     TEST_MAIN
 *
 * It prints TAP.  A case's name is its text, so it must say nothing that is
 * different from one run, or one kernel, to the next.  Each case has
 * CASE_SECONDS; a test that takes longer is ended and fails. */
#ifndef TAP_H
#define TAP_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CASE_SECONDS = 60 };

static int tap_cases, tap_failures;
static const char *tap_now = "start";
static bool tap_is_limited;

static void tap_too_long(int signal)
{
    (void)signal;
    static const char text[] = "# a case took too long, after: ";
    if (write(1, text, sizeof text - 1) < 0 ||
        write(1, tap_now, strlen(tap_now)) < 0 || write(1, "\n", 1) < 0)
        _exit(98);
    _exit(99);
}

/* Longer where the runner is told to be patient, as with slow builds. */
static inline int tap_seconds(void)
{
    const char *patience = getenv("TEST_SECONDS");
    int quarter = patience ? atoi(patience) / 4 : 0;
    return quarter > CASE_SECONDS ? quarter : CASE_SECONDS;
}

static void tap_limit(void)
{
    struct sigaction action = { .sa_handler = tap_too_long };
    sigset_t mask;
    sigaction(SIGALRM, &action, NULL);
    sigemptyset(&mask);
    sigaddset(&mask, SIGALRM);
    sigprocmask(SIG_UNBLOCK, &mask, NULL);
    alarm(tap_seconds());
    tap_is_limited = true;
}

/* For tests that use SIGALRM or setitimer themselves: before and after. */
static inline void tap_limit_off(void)
{
    tap_is_limited = false;
    alarm(0);
}

static inline bool tap_case(bool is_ok, const char *text)
{
    tap_now = text;
    printf("%sok %d - %s\n", is_ok ? "" : "not ", ++tap_cases, text);
    tap_failures += !is_ok;
    if (tap_is_limited)
        alarm(tap_seconds());
    return is_ok;
}

/* Lines for whoever looks into a failure; only after failures, so that passing
 * runs print the same everywhere. */
__attribute__((format(printf, 1, 2))) static inline void note(
    const char *format, ...)
{
    va_list list;
    va_start(list, format);
    printf("# ");
    vprintf(format, list);
    printf("\n");
    va_end(list);
}

/* A claim. */
#define ok(claim)                                                              \
    ({                                                                         \
        errno = 0;                                                             \
        bool tap_result = !!(claim);                                           \
        int tap_errno = errno;                                                 \
        if (!tap_case(tap_result, #claim))                                     \
            note("%s:%d: not so (errno %d, %s)", __FILE__, __LINE__,           \
                tap_errno, strerror(tap_errno));                               \
        tap_result;                                                            \
    })

/* Two integers. */
#define is(expression, expected)                                               \
    ({                                                                         \
        long long tap_got = (long long)(expression);                           \
        long long tap_want = (long long)(expected);                            \
        if (!tap_case(tap_got == tap_want, #expression " is " #expected))      \
            note("%s:%d: got %lld (%#llx), expected %lld", __FILE__, __LINE__, \
                tap_got, tap_got, tap_want);                                   \
        tap_got == tap_want;                                                   \
    })

/* Two strings. */
#define is_text(expression, expected)                                          \
    ({                                                                         \
        const char *tap_got = (expression), *tap_want = (expected);            \
        bool tap_same = tap_got && !strcmp(tap_got, tap_want);                 \
        if (!tap_case(tap_same, #expression " is " #expected))                 \
            note("%s:%d: got \"%s\", expected \"%s\"", __FILE__, __LINE__,     \
                tap_got ? tap_got : "(null)", tap_want);                       \
        tap_same;                                                              \
    })

/* A call that returns -1 and says why. */
#define fails_with(error, call)                                                \
    ({                                                                         \
        errno = 0;                                                             \
        long tap_result = (long)(call);                                        \
        int tap_errno = errno;                                                 \
        bool tap_is = tap_result == -1 && tap_errno == (error);                \
        if (!tap_case(tap_is, #call " fails with " #error))                    \
            note("%s:%d: returned %ld, errno %d (%s)", __FILE__, __LINE__,     \
                tap_result, tap_errno, strerror(tap_errno));                   \
        tap_is;                                                                \
    })

static inline void skip(const char *text, const char *reason)
{
    printf("ok %d - %s # SKIP %s\n", ++tap_cases, text, reason);
}

/* The wait status of a child that ran body(data). */
static inline int in_child(void (*body)(void *), void *data)
{
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        alarm(tap_seconds());
        body(data);
        _exit(0);
    }
    if (child < 0)
        note("no child: %s", strerror(errno));
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return status;
}

static void run(void);

#define TEST_MAIN                                                              \
    int main(void)                                                             \
    {                                                                          \
        setvbuf(stdout, NULL, _IOLBF, 0);                                      \
        tap_limit();                                                           \
        run();                                                                 \
        printf("1..%d\n", tap_cases);                                          \
        return tap_failures != 0;                                              \
    }

#endif
