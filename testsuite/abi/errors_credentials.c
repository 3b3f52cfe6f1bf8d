/* SPDX-License-Identifier: MIT */
/* What calls on users, groups, priorities and limits refuse, called directly: a
 * library answers some itself, and hides which call it makes. */
#include "who.h"

#include <linux/capability.h>
#include <sys/resource.h>

#define raw(name, ...) syscall(SYS_##name, ##__VA_ARGS__)

enum { NOBODY_THERE = 0x7fffffff, KINDS = 16 };

static void users(void)
{
    fails_with(EINVAL, raw(setuid, -1));
    fails_with(EINVAL, raw(setgid, -1));
    is(raw(setreuid, -1, -1), 0); /* as they are */
    is(raw(setregid, -1, -1), 0);
    is(raw(setresuid, -1, -1, -1), 0);
    is(raw(setresgid, -1, -1, -1), 0);
    is(raw(setresuid, -1, 0xfffffffe, -1), 0); /* the greatest there is */
    is(raw(geteuid), 0xfffffffe);
    fails_with(EPERM, raw(setuid, 1));
    fails_with(EPERM, raw(setreuid, 1, -1));
    fails_with(EPERM, raw(setreuid, -1, 1));
    fails_with(EPERM, raw(setresuid, 1, -1, -1));
    fails_with(EPERM, raw(setresuid, -1, -1, 1));
    is(raw(setresuid, -1, 0, -1), 0);
    is(raw(setresgid, -1, 0xfffffffe, -1), 0);
    is(raw(getegid), 0xfffffffe);
    is(raw(setresgid, -1, 0, -1), 0);
    fails_with(EFAULT, raw(getresuid, NULL, NULL, NULL));
    fails_with(EFAULT, raw(getresgid, NULL, NULL, NULL));
    become(USER, GROUP);
    fails_with(EPERM, raw(setgid, 1));
    fails_with(EPERM, raw(setregid, 1, -1));
    fails_with(EPERM, raw(setregid, -1, 1));
    fails_with(EPERM, raw(setresgid, -1, 1, -1));
    become_root();
}

static void groups(void)
{
    unsigned some[4] = { 1, 2, 3, (unsigned)-1 };
    fails_with(EINVAL, raw(getgroups, -1, some));
    is(raw(setgroups, 3, some), 0);
    fails_with(EINVAL, raw(getgroups, 2, some));
    fails_with(EFAULT, raw(getgroups, 4, (void *)8));
    fails_with(EFAULT, raw(setgroups, 4, (void *)8));
    fails_with(EINVAL, raw(setgroups, 4, some));
    fails_with(EINVAL, raw(setgroups, -1, some));
    is(raw(setgroups, 0, NULL), 0);
}

static void numbers(void)
{
    fails_with(ESRCH, raw(getpgid, NOBODY_THERE));
    fails_with(ESRCH, raw(getpgid, -1));
    fails_with(ESRCH, raw(getsid, NOBODY_THERE));
    fails_with(ESRCH, raw(getsid, -1));
    fails_with(ESRCH, raw(setpgid, NOBODY_THERE, 0));
    fails_with(EINVAL, raw(setpgid, 0, -1));
    fails_with(EINVAL, raw(setpgid, -1, 0));
    fails_with(ESRCH, raw(prlimit64, NOBODY_THERE, RLIMIT_CPU, NULL, NULL));
    fails_with(ESRCH, raw(prlimit64, -1, RLIMIT_CPU, NULL, NULL));
    fails_with(EINVAL, raw(waitid, P_PID, INT32_MIN, NULL, WEXITED, NULL));
    fails_with(EINVAL, raw(waitid, P_PID, 0, NULL, WEXITED, NULL));
    fails_with(EINVAL, raw(waitid, P_PGID, -1, NULL, WEXITED, NULL));
    fails_with(ECHILD, raw(waitid, P_PID, NOBODY_THERE, NULL, WEXITED, NULL));
    fails_with(ESRCH, raw(wait4, INT32_MIN, NULL, 0, NULL));
}

static void capabilities(void)
{
    struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
    struct __user_cap_data_struct sets[2];
    is(raw(capget, &head, sets), 0);
    head.pid = NOBODY_THERE;
    fails_with(ESRCH, raw(capget, &head, sets));
    fails_with(EPERM, raw(capset, &head, sets)); /* anyone else's */
    head.pid = getppid();
    is(raw(capget, &head, NULL), 0);
    fails_with(EPERM, raw(capset, &head, sets));
    head.pid = -1;
    fails_with(EINVAL, raw(capget, &head, sets));
    fails_with(EPERM, raw(capset, &head, sets));
    head.pid = getpid();
    is(raw(capset, &head, sets), 0);
    fails_with(EFAULT, raw(capset, &head, NULL));
    fails_with(EFAULT, raw(capget, NULL, sets));
    head.version = 0;
    fails_with(EINVAL, raw(capset, &head, sets));
    is(head.version, _LINUX_CAPABILITY_VERSION_3);
    head.version = 0;
    is(raw(capget, &head, NULL), 0);
    is(head.version, _LINUX_CAPABILITY_VERSION_3);
}

static void priorities(void)
{
    fails_with(ESRCH, raw(getpriority, PRIO_PROCESS, NOBODY_THERE));
    fails_with(ESRCH, raw(getpriority, PRIO_PGRP, NOBODY_THERE));
    fails_with(ESRCH, raw(getpriority, PRIO_USER, NOBODY_THERE));
    fails_with(EINVAL, raw(getpriority, 3, 0));
    fails_with(EINVAL, raw(getpriority, -1, 0));
    fails_with(ESRCH, raw(setpriority, PRIO_PROCESS, NOBODY_THERE, 0));
    fails_with(ESRCH, raw(setpriority, PRIO_PGRP, NOBODY_THERE, 0));
    fails_with(ESRCH, raw(setpriority, PRIO_USER, NOBODY_THERE, 0));
    fails_with(EINVAL, raw(setpriority, 3, 0, 0));
}

/* All of a user's at once. */
static void of_user(void *none)
{
    int told[2], status;
    char byte;
    (void)none;
    pipe(told);
    if (setresuid(OTHER, OTHER, OTHER))
        _exit(1);
    pid_t child = fork();
    if (!child) {
        close(told[1]);
        read(told[0], &byte, 1);
        _exit(raw(getpriority, PRIO_PROCESS, 0) == 20 - 7 ? 0 : 2);
    }
    close(told[0]);
    if (raw(setpriority, PRIO_USER, 0, 7) ||
        raw(getpriority, PRIO_USER, OTHER) != 20 - 7)
        _exit(3);
    if (raw(setpriority, PRIO_USER, 0, 0) != -1 || errno != EACCES)
        _exit(4);
    if (raw(setpriority, PRIO_USER, 1, 8) != -1 || errno != ESRCH)
        _exit(5);
    if (raw(setpriority, PRIO_PROCESS, 1, 8) != -1 || errno != EPERM)
        _exit(6);
    close(told[1]);
    waitpid(child, &status, 0);
    _exit(status >> 8);
}

/* Each by the calls that a library has no use for. */
static void limits(void)
{
    struct rlimit now, again;
    for (int kind = 0; kind < KINDS; kind++) {
        is(raw(getrlimit, kind, &now), 0);
        is(raw(setrlimit, kind, &now), 0);
        is(raw(prlimit64, 0, kind, NULL, &again), 0);
        is(now.rlim_cur == again.rlim_cur && now.rlim_max == again.rlim_max, 1);
        fails_with(EFAULT, raw(getrlimit, kind, (void *)8));
        fails_with(EFAULT, raw(setrlimit, kind, (void *)8));
        now.rlim_cur = 2;
        now.rlim_max = 1;
        fails_with(EINVAL, raw(setrlimit, kind, &now));
        fails_with(EINVAL, raw(prlimit64, 0, kind, &now, NULL));
    }
    fails_with(EINVAL, raw(getrlimit, KINDS, &now));
    fails_with(EINVAL, raw(setrlimit, KINDS, &now));
    fails_with(EINVAL, raw(getrlimit, -1, &now));
}

static void limits_of_user(void *none)
{
    (void)none;
    signal(SIGXCPU, SIG_IGN); /* of no time at all */
    for (int kind = 0; kind < KINDS; kind++) {
        struct rlimit now = { 0, 100 };
        if (raw(setrlimit, kind, &now))
            _exit(1);
    }
    if (setresuid(USER, USER, USER))
        _exit(2);
    for (int kind = 0; kind < KINDS; kind++) {
        struct rlimit now = { 0, 101 };
        if (raw(setrlimit, kind, &now) != -1 || errno != EPERM)
            _exit(10 + kind);
        now.rlim_max = now.rlim_cur = 99;
        if (raw(setrlimit, kind, &now) ||
            raw(getrlimit, kind, &now) || now.rlim_cur != 99 ||
            now.rlim_max != 99)
            _exit(40 + kind);
    }
    if (raw(prlimit64, 1, RLIMIT_CPU, NULL, NULL) != -1 || errno != EPERM)
        _exit(3);
}

static void names(void)
{
    char long_one[80];
    memset(long_one, 'x', sizeof long_one);
    fails_with(EINVAL, raw(sethostname, long_one, sizeof long_one));
    fails_with(EFAULT, raw(sethostname, (void *)8, 4));
}

static void run(void)
{
    users();
    groups();
    numbers();
    capabilities();
    priorities();
    is(in_child(of_user, NULL), 0);
    limits();
    is(in_child(limits_of_user, NULL), 0);
    names();
}
TEST_MAIN
