/* SPDX-License-Identifier: MIT */
/* Namespaces: what must not go together, whoever asks; and that each of a kind
 * that /proc shows can be had, while one of another kind is refused as by a
 * kernel that was built without it. */
#include "clone.h"

#include <pthread.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

static const struct {
    unsigned long flag;
    const char *name;
} kinds[] = {
    { CLONE_NEWNS, "mnt" },
    { CLONE_NEWUTS, "uts" },
    { CLONE_NEWIPC, "ipc" },
    { CLONE_NEWPID, "pid" },
    { CLONE_NEWNET, "net" },
    { CLONE_NEWCGROUP, "cgroup" },
    { CLONE_NEWUSER, "user" },
    { CLONE_NEWTIME, "time" },
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static int parts(unsigned long flags)
{
    fflush(stdout);
    pid_t child = fork();
    if (!child)
        _exit(unshare(flags) ? errno : 0);
    return ended(child);
}

static int by_clone3(unsigned long flags)
{
    struct clone_args args = { .flags = flags, .exit_signal = SIGCHLD };
    long child = clone3(&args, sizeof args);
    if (!child)
        _exit(0);
    return child < 0 ? errno : ended(child);
}

static int by_clone(unsigned long flags)
{
    long child = raw_clone(flags | SIGCHLD, NULL, NULL, NULL, NULL);
    if (!child)
        _exit(0);
    return child < 0 ? errno : ended(child);
}

static void each_kind(void)
{
    for (int i = 0; i < KINDS; i++) {
        char path[64];
        snprintf(path, sizeof path, "/proc/self/ns/%s", kinds[i].name);
        int wanted = access(path, F_OK) ? EINVAL : 0;
        is(parts(kinds[i].flag), wanted);
        is(by_clone3(kinds[i].flag), wanted);
        if (kinds[i].flag != CLONE_NEWTIME) /* a bit of the signal there */
            is(by_clone(kinds[i].flag), wanted);
    }
}

static void not_together(void)
{
    is(by_clone(CLONE_NEWNS | CLONE_FS), EINVAL);
    is(by_clone(CLONE_NEWUSER | CLONE_FS), EINVAL);
    is(by_clone(CLONE_NEWPID | CLONE_THREAD | CLONE_SIGHAND | CLONE_VM),
        EINVAL);
    is(by_clone(CLONE_NEWUSER | CLONE_THREAD | CLONE_SIGHAND | CLONE_VM),
        EINVAL);
    is(parts(CLONE_NEWNS | CLONE_IO), EINVAL);
    is(parts(CLONE_NEWNS | CLONE_PARENT), EINVAL);
}

static void *parts_as_thread(void *flags)
{
    return (void *)(intptr_t)(unshare((intptr_t)flags) ? errno : 0);
}

/* No thread alone can be of another user namespace. */
static void threads(void)
{
    void *result;
    pthread_t thread;
    pthread_create(&thread, NULL, parts_as_thread, (void *)CLONE_NEWUSER);
    pthread_join(thread, &result);
    is((intptr_t)result, EINVAL);
}

static void entering(void)
{
    int pidfd = syscall(434 /* pidfd_open */, getpid(), 0);
    fails_with(EBADF, setns(-1, 0));
    fails_with(EBADF, setns(-1, CLONE_NEWNS));
    fails_with(EINVAL, setns(1, 0));
    fails_with(EINVAL, setns(1, CLONE_NEWNS));
    fails_with(EINVAL, setns(pidfd, 0));
    fails_with(EINVAL, setns(pidfd, CLONE_FILES));
    fails_with(EINVAL, setns(pidfd, CLONE_NEWUTS | CLONE_VM));
    close(pidfd);
}

static void as_user(void)
{
    setresuid(1000, 1000, 1000);
    for (int i = 0; i < KINDS; i++) {
        if (kinds[i].flag == CLONE_NEWUSER) /* some let anybody have one */
            continue;
        is(parts(kinds[i].flag), EPERM);
        is(parts(kinds[i].flag | CLONE_FILES), EPERM);
        is(by_clone3(kinds[i].flag), EPERM);
    }
    is(by_clone(CLONE_NEWIPC | CLONE_SYSVSEM), EPERM);
    is(by_clone3(CLONE_NEWTIME | CLONE_VM), EPERM);
    not_together();
}

static void run(void)
{
    each_kind();
    is(by_clone(CLONE_NEWIPC | CLONE_SYSVSEM), EINVAL);
    not_together();
    threads();
    entering();
    as_user();
}
TEST_MAIN
