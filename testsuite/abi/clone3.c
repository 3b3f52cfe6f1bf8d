/* SPDX-License-Identifier: MIT */
/* clone3: its sizes, what it refuses, what it does. */
#include "clone.h"

static void handler(int signal) { (void)signal; }
static void clone3_refuses(void)
{
    struct clone_args args = { .exit_signal = SIGCHLD };
    fails_with(EINVAL, clone3(&args, 0));
    fails_with(EINVAL, clone3(&args, CLONE_ARGS_SIZE_VER0 - 1));
    fails_with(E2BIG, clone3(&args, 4097));
    fails_with(EFAULT, clone3((void *)8, sizeof args));
    static const struct clone_args bad[] = {
        { .exit_signal = 65 },
        { .exit_signal = 255 },
        { .exit_signal = 256 },
        { .exit_signal = 1ull << 32 | SIGCHLD },
        { .flags = SIGCHLD },
        { .flags = 1ull << 40, .exit_signal = SIGCHLD },
        { .flags = CLONE_DETACHED, .exit_signal = SIGCHLD },
        { .flags = CLONE_SIGHAND, .exit_signal = SIGCHLD },
        { .flags = CLONE_THREAD | CLONE_SIGHAND | CLONE_VM,
            .exit_signal = SIGCHLD },
        { .flags = CLONE_PARENT, .exit_signal = SIGCHLD },
        { .flags = CLONE_SIGHAND | CLONE_VM | CLONE_CLEAR_SIGHAND,
            .exit_signal = SIGCHLD },
        { .stack = 4096, .exit_signal = SIGCHLD },
        { .stack_size = 4096, .exit_signal = SIGCHLD },
        { .stack = -4096ull, .stack_size = 8192, .exit_signal = SIGCHLD },
        { .set_tid_size = 1, .exit_signal = SIGCHLD },
        { .set_tid = 4096, .exit_signal = SIGCHLD },
        { .set_tid = 4096, .set_tid_size = 33, .exit_signal = SIGCHLD },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        args = bad[i];
        long result = clone3(&args, sizeof args);
        if (!result)
            _exit(0);
        if (!is(result < 0 ? errno : 0, EINVAL))
            note("row %zu", i);
    }
    struct {
        struct clone_args args;
        uint64_t more;
    } longer = { { .exit_signal = SIGCHLD }, 1 };
    fails_with(E2BIG, clone3(&longer.args, sizeof longer));
}

static void clone3_works(void)
{
    int fd = -1, parent = 0, child_tid = 0;
    struct {
        struct clone_args args;
        uint64_t more;
    } longer = { { .exit_signal = SIGCHLD }, 0 };
    long child = clone3(&longer.args, sizeof longer);
    if (!child)
        _exit(21);
    is(ended(child), 21);
    child = clone3(&longer.args, CLONE_ARGS_SIZE_VER0);
    if (!child)
        _exit(22);
    is(ended(child), 22);
    struct clone_args args = {
        .flags = CLONE_PIDFD | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID,
        .pidfd = (uintptr_t)&fd,
        .parent_tid = (uintptr_t)&parent,
        .child_tid = (uintptr_t)&child_tid,
        .exit_signal = SIGCHLD,
    };
    child = clone3(&args, sizeof args);
    if (!child)
        _exit(child_tid == getpid() ? 23 : 1);
    ok(fd > 2);
    ok(parent == child);
    is(ended(child), 23);
    close(fd);
    args = (struct clone_args){ .exit_signal = 0 };
    child = clone3(&args, sizeof args);
    if (!child)
        _exit(24);
    fails_with(ECHILD, waitpid(child, NULL, 0));
    is(ended(child), 24);
    /* Handlers of the program are forgotten, ignored signals stay so. */
    signal(SIGUSR1, handler);
    signal(SIGUSR2, SIG_IGN);
    args = (struct clone_args){ .flags = CLONE_CLEAR_SIGHAND,
        .exit_signal = SIGCHLD };
    child = clone3(&args, sizeof args);
    if (!child)
        _exit(signal(SIGUSR1, SIG_DFL) == SIG_DFL &&
                signal(SIGUSR2, SIG_DFL) == SIG_IGN
            ? 25 : 1);
    is(ended(child), 25);
    ok(signal(SIGUSR1, SIG_DFL) == handler);
}

static void clone3_with_number(void)
{
    pid_t wanted = 23456;
    struct clone_args args = {
        .set_tid = (uintptr_t)&wanted,
        .set_tid_size = 1,
        .exit_signal = SIGCHLD,
    };
    long child = clone3(&args, sizeof args);
    if (!child)
        _exit(getpid() == 23456 ? 26 : 1);
    is(child, 23456);
    fails_with(EEXIST, clone3(&args, sizeof args));
    is(ended(child), 26);
    wanted = 0;
    fails_with(EINVAL, clone3(&args, sizeof args));
    wanted = -5;
    fails_with(EINVAL, clone3(&args, sizeof args));
    wanted = 1 << 23;
    fails_with(EINVAL, clone3(&args, sizeof args));
    wanted = 1;
    fails_with(EEXIST, clone3(&args, sizeof args));
    args.set_tid = 8;
    fails_with(EFAULT, clone3(&args, sizeof args));
    args.set_tid = (uintptr_t)&wanted;
    wanted = 23457;
    pid_t pid = fork();
    if (!pid) {
        setresuid(1000, 1000, 1000);
        _exit(clone3(&args, sizeof args) == -1 && errno == EPERM ? 27 : 1);
    }
    is(ended(pid), 27);
}

static void run(void)
{
    clone3_refuses();
    clone3_works();
    clone3_with_number();
}
TEST_MAIN
