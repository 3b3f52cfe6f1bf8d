/* SPDX-License-Identifier: MIT */
/* ioprio_set, ioprio_get: what threads say of their I/O, and who shares it. */
#include "clone.h"

#include <linux/ioprio.h>
#include <linux/kcmp.h>
#include <sched.h>
#include <sys/resource.h>

static long ioprio_set(int which, int who, int priority)
{
    return syscall(SYS_ioprio_set, which, who, priority);
}

static long ioprio_get(int which, int who)
{
    return syscall(SYS_ioprio_get, which, who);
}

static int value(int class, int level)
{
    return class << IOPRIO_CLASS_SHIFT | level;
}

static void mine(void)
{
    is(ioprio_get(IOPRIO_WHO_PROCESS, 0), 0);
    is(ioprio_get(IOPRIO_WHO_PROCESS, getpid()), 0);
    for (int level = 0; level < 8; level++) {
        is(ioprio_set(IOPRIO_WHO_PROCESS, 0, value(IOPRIO_CLASS_BE, level)), 0);
        is(ioprio_get(IOPRIO_WHO_PROCESS, getpid()),
            value(IOPRIO_CLASS_BE, level));
    }
    is(ioprio_set(IOPRIO_WHO_PROCESS, 0, value(IOPRIO_CLASS_RT, 3)), 0);
    is(ioprio_get(IOPRIO_WHO_PROCESS, 0), value(IOPRIO_CLASS_RT, 3));
    is(ioprio_set(IOPRIO_WHO_PROCESS, 0, value(IOPRIO_CLASS_IDLE, 5)), 0);
    is(ioprio_get(IOPRIO_WHO_PROCESS, 0), value(IOPRIO_CLASS_IDLE, 5));
    is(ioprio_set(IOPRIO_WHO_PROCESS, 0, 0), 0);
    is(ioprio_get(IOPRIO_WHO_PROCESS, 0), 0);
}

static void senseless(void)
{
    fails_with(EINVAL, ioprio_get(0, 0));
    fails_with(EINVAL, ioprio_get(4, 0));
    fails_with(EINVAL, ioprio_set(0, 0, 0));
    fails_with(EINVAL, ioprio_set(4, 0, 0));
    fails_with(ESRCH, ioprio_get(IOPRIO_WHO_PROCESS, 0x3fffffff));
    fails_with(ESRCH, ioprio_get(IOPRIO_WHO_PROCESS, -1));
    fails_with(ESRCH, ioprio_get(IOPRIO_WHO_PGRP, 0x3fffffff));
    fails_with(ESRCH, ioprio_get(IOPRIO_WHO_USER, 54321));
    fails_with(ESRCH, ioprio_set(IOPRIO_WHO_PROCESS, 0x3fffffff, 0));
    fails_with(ESRCH, ioprio_set(IOPRIO_WHO_PGRP, 0x3fffffff, 0));
    fails_with(ESRCH, ioprio_set(IOPRIO_WHO_USER, 54321, 0));
    fails_with(EINVAL, ioprio_set(IOPRIO_WHO_PROCESS, 0, value(4, 0)));
    fails_with(EINVAL, ioprio_set(IOPRIO_WHO_PROCESS, 0, value(7, 0)));
    fails_with(EINVAL, ioprio_set(IOPRIO_WHO_PROCESS, 0, 1));
    /* What is more than the level is a hint, and kept. */
    is(ioprio_set(IOPRIO_WHO_PROCESS, 0, value(IOPRIO_CLASS_BE, 8)), 0);
    is(ioprio_get(IOPRIO_WHO_PROCESS, 0), value(IOPRIO_CLASS_BE, 8));
    is(ioprio_set(IOPRIO_WHO_PROCESS, 0, value(IOPRIO_CLASS_RT, 8)), 0);
    is(ioprio_get(IOPRIO_WHO_PROCESS, 0), value(IOPRIO_CLASS_RT, 8));
    is(ioprio_set(IOPRIO_WHO_PROCESS, 0, value(IOPRIO_CLASS_BE, 8191)), 0);
    is(ioprio_get(IOPRIO_WHO_PROCESS, 0), value(IOPRIO_CLASS_BE, 8191));
    is(ioprio_set(IOPRIO_WHO_PROCESS, 0, value(0, 8)), 0);
    is(ioprio_get(IOPRIO_WHO_PROCESS, 0), value(0, 8));
    fails_with(EINVAL, ioprio_set(IOPRIO_WHO_PROCESS, 0, value(0, 7)));
    fails_with(EINVAL, ioprio_set(IOPRIO_WHO_PROCESS, 0, -1));
    fails_with(EINVAL, ioprio_set(9, 0, value(5, 0)));
    /* Bits above the class are not looked at. */
    is(ioprio_set(IOPRIO_WHO_PROCESS, 0, 0x10000 | value(IOPRIO_CLASS_BE, 2)),
        0);
    is(ioprio_get(IOPRIO_WHO_PROCESS, 0), value(IOPRIO_CLASS_BE, 2));
    is(ioprio_set(IOPRIO_WHO_PROCESS, 0, 0), 0);
}

/* What a child has, and what its maker has once the child has set another. */
static volatile int seen;
static int child_sets(void *priority)
{
    seen = ioprio_get(IOPRIO_WHO_PROCESS, 0);
    return ioprio_set(IOPRIO_WHO_PROCESS, 0, (int)(long)priority) != 0;
}

static void inherits(unsigned long flags, int before, int expected, int after)
{
    is(ioprio_set(IOPRIO_WHO_PROCESS, 0, before), 0);
    long child = start(child_sets, CLONE_VM | SIGCHLD | flags,
        (void *)(long)value(IOPRIO_CLASS_BE, 6));
    is(ended(child), 0);
    is(seen, expected);
    is(ioprio_get(IOPRIO_WHO_PROCESS, 0), after);
    is(ioprio_set(IOPRIO_WHO_PROCESS, 0, 0), 0);
}

static void children(void)
{
    int one = value(IOPRIO_CLASS_BE, 1), six = value(IOPRIO_CLASS_BE, 6);
    int idle = value(IOPRIO_CLASS_IDLE, 0);
    inherits(0, one, one, one);
    inherits(0, idle, idle, idle);
    inherits(0, 0, 0, 0);
    inherits(CLONE_IO, one, one, six);
    inherits(CLONE_IO, 0, 0, six);
    /* Over exec too. */
    is(ioprio_set(IOPRIO_WHO_PROCESS, 0, one), 0);
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        char *arguments[] = { "ioprio", NULL }, *words[] = { "SAY=it", NULL };
        execve("/proc/self/exe", arguments, words);
        _exit(99);
    }
    is(ended(child), 41);
    is(ioprio_set(IOPRIO_WHO_PROCESS, 0, 0), 0);
}

/* In a process that never had one there is nothing to share. */
static void nothing_to_share(void)
{
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        long grandchild = start(child_sets, CLONE_VM | CLONE_IO | SIGCHLD,
            (void *)(long)value(IOPRIO_CLASS_BE, 6));
        int result = ended(grandchild);
        _exit(result ? result : ioprio_get(IOPRIO_WHO_PROCESS, 0) + 10);
    }
    is(ended(child), 10);
}

static int same_io(pid_t other)
{
    return syscall(SYS_kcmp, getpid(), other, KCMP_IO, 0, 0) == 0;
}

static int waits(void *unused)
{
    (void)unused;
    for (;;)
        pause();
    return 0;
}

static void compared(void)
{
    is(ioprio_set(IOPRIO_WHO_PROCESS, 0, value(IOPRIO_CLASS_BE, 1)), 0);
    long sharer = start(waits, CLONE_IO | SIGCHLD, NULL);
    is(same_io(sharer), 1);
    kill(sharer, SIGKILL);
    ended(sharer);
    long copier = start(waits, SIGCHLD, NULL);
    is(same_io(copier), 0);
    kill(copier, SIGKILL);
    ended(copier);
    is(ioprio_set(IOPRIO_WHO_PROCESS, 0, 0), 0);
}

/* Of many, the best; setting reaches them all. */
static void groups(void)
{
    fflush(stdout);
    pid_t leader = fork();
    if (!leader) {
        setpgid(0, 0);
        waits(NULL);
    }
    setpgid(leader, leader);
    pid_t member = fork();
    if (!member)
        waits(NULL);
    setpgid(member, leader);
    is(ioprio_set(IOPRIO_WHO_PROCESS, leader, value(IOPRIO_CLASS_BE, 6)), 0);
    is(ioprio_set(IOPRIO_WHO_PROCESS, member, value(IOPRIO_CLASS_BE, 3)), 0);
    is(ioprio_get(IOPRIO_WHO_PGRP, leader), value(IOPRIO_CLASS_BE, 3));
    is(ioprio_set(IOPRIO_WHO_PROCESS, leader, value(IOPRIO_CLASS_RT, 7)), 0);
    is(ioprio_get(IOPRIO_WHO_PGRP, leader), value(IOPRIO_CLASS_RT, 7));
    is(ioprio_set(IOPRIO_WHO_PROCESS, leader, value(IOPRIO_CLASS_IDLE, 0)), 0);
    is(ioprio_get(IOPRIO_WHO_PGRP, leader), value(IOPRIO_CLASS_BE, 3));
    is(ioprio_set(IOPRIO_WHO_PROCESS, leader, 0), 0);
    is(ioprio_get(IOPRIO_WHO_PGRP, leader), value(IOPRIO_CLASS_BE, 3));
    is(ioprio_set(IOPRIO_WHO_PROCESS, member, value(IOPRIO_CLASS_BE, 5)), 0);
    is(ioprio_get(IOPRIO_WHO_PGRP, leader), value(IOPRIO_CLASS_BE, 4));
    is(ioprio_set(IOPRIO_WHO_PGRP, leader, value(IOPRIO_CLASS_BE, 2)), 0);
    is(ioprio_get(IOPRIO_WHO_PROCESS, leader), value(IOPRIO_CLASS_BE, 2));
    is(ioprio_get(IOPRIO_WHO_PROCESS, member), value(IOPRIO_CLASS_BE, 2));
    kill(leader, SIGKILL);
    kill(member, SIGKILL);
    ended(leader);
    ended(member);
}

static long set_policy(
    pid_t pid, int policy, const struct sched_param *parameters)
{
    return syscall(SYS_sched_setscheduler, pid, policy, parameters);
}

/* Who says nothing counts, among many, as how it runs. */
static void by_policy(void)
{
    struct sched_param none = { 0 }, first = { .sched_priority = 1 };
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        setpgid(0, 0);
        waits(NULL);
    }
    setpgid(child, child);
    for (int nice = -20; nice < 20; nice++) {
        is(setpriority(PRIO_PROCESS, child, nice), 0);
        is(ioprio_get(IOPRIO_WHO_PGRP, child),
            value(IOPRIO_CLASS_BE, (nice + 20) / 5));
        is(ioprio_get(IOPRIO_WHO_PROCESS, child), 0);
    }
    is(set_policy(child, SCHED_BATCH, &none), 0);
    is(ioprio_get(IOPRIO_WHO_PGRP, child), value(IOPRIO_CLASS_BE, 7));
    is(set_policy(child, SCHED_IDLE, &none), 0);
    is(ioprio_get(IOPRIO_WHO_PGRP, child), value(IOPRIO_CLASS_IDLE, 7));
    is(set_policy(child, SCHED_FIFO, &first), 0);
    is(ioprio_get(IOPRIO_WHO_PGRP, child), value(IOPRIO_CLASS_RT, 7));
    is(set_policy(child, SCHED_RR, &first), 0);
    is(ioprio_get(IOPRIO_WHO_PGRP, child), value(IOPRIO_CLASS_RT, 7));
    is(ioprio_set(IOPRIO_WHO_PROCESS, child, value(0, 8)), 0);
    is(ioprio_get(IOPRIO_WHO_PGRP, child), value(IOPRIO_CLASS_RT, 7));
    kill(child, SIGKILL);
    ended(child);
}

/* An end gives it up, though the number stays. */
static void ended_ones(void)
{
    siginfo_t info;
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        ioprio_set(IOPRIO_WHO_PROCESS, 0, value(IOPRIO_CLASS_BE, 1));
        _exit(0);
    }
    is(waitid(P_PID, child, &info, WEXITED | WNOWAIT), 0);
    while (ioprio_get(IOPRIO_WHO_PROCESS, child) != 0) /* soon after that */
        usleep(1000);
    is(ioprio_get(IOPRIO_WHO_PROCESS, child), 0);
    is(ioprio_set(IOPRIO_WHO_PROCESS, child, value(IOPRIO_CLASS_BE, 1)), 0);
    ended(child);
}

static void without_rights(void)
{
    is(setresuid(1234, 1234, 0), 0);
    is(ioprio_get(IOPRIO_WHO_USER, 0), value(IOPRIO_CLASS_BE, 4));
    is(ioprio_set(IOPRIO_WHO_PROCESS, 0, value(IOPRIO_CLASS_BE, 0)), 0);
    is(ioprio_get(IOPRIO_WHO_USER, 0), value(IOPRIO_CLASS_BE, 0));
    is(ioprio_get(IOPRIO_WHO_USER, getuid()), value(IOPRIO_CLASS_BE, 0));
    /* Asked for, 0 is who asks; to be set, it is root. */
    fails_with(EPERM,
        ioprio_set(IOPRIO_WHO_USER, 0, value(IOPRIO_CLASS_IDLE, 0)));
    is(ioprio_get(IOPRIO_WHO_PROCESS, 0), value(IOPRIO_CLASS_BE, 0));
    is(ioprio_set(IOPRIO_WHO_USER, getuid(), value(IOPRIO_CLASS_IDLE, 0)), 0);
    is(ioprio_get(IOPRIO_WHO_PROCESS, 0), value(IOPRIO_CLASS_IDLE, 0));
    fails_with(EPERM,
        ioprio_set(IOPRIO_WHO_PROCESS, 0, value(IOPRIO_CLASS_RT, 4)));
    fails_with(EPERM,
        ioprio_set(IOPRIO_WHO_PROCESS, 0, value(IOPRIO_CLASS_RT, 8)));
    fails_with(EPERM,
        ioprio_set(IOPRIO_WHO_PROCESS, 1, value(IOPRIO_CLASS_BE, 4)));
    is(ioprio_get(IOPRIO_WHO_PROCESS, 1), 0);
    is(setresuid(0, 0, 0), 0);
    is(ioprio_set(IOPRIO_WHO_PROCESS, 0, 0), 0);
}

static void run(void)
{
    if (getenv("SAY"))
        _exit(ioprio_get(IOPRIO_WHO_PROCESS, 0) == value(IOPRIO_CLASS_BE, 1)
                ? 41 : 42);
    mine();
    senseless();
    children();
    nothing_to_share();
    compared();
    groups();
    by_policy();
    ended_ones();
    without_rights();
}
TEST_MAIN
