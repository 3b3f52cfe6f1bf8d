/* SPDX-License-Identifier: MIT */
/* clone's flags as a request: each flag alone, what belongs together, and that
 * nothing unknown is swallowed. */
#include "../abi/tap.h"

#undef ERESTART /* the kernel has its own */
#include "abi/linux/clone_flags.c"

static struct spawn how;

static int old(uint64_t flags)
{
    return clone_flags_to_spawn(CLONE_CALL_OLD, flags, 99, &how);
}

static int new(uint64_t flags, uint64_t exit_signal)
{
    return clone_flags_to_spawn(CLONE_CALL_3, flags, exit_signal, &how);
}

static void fork_and_vfork(void)
{
    ok(old(SIGCHLD) == 0 && !how.share && !how.options);
    ok(how.exit_signal == SIGCHLD);
    ok(old(CLONE_VM | CLONE_VFORK | SIGCHLD) == 0);
    ok(how.share == SHARE_SPACE);
    ok(how.options == SPAWN_WAIT_FOR_SPACE && how.exit_signal == SIGCHLD);
    ok(old(0) == 0 && how.exit_signal == 0);
    ok(old(CLONE_IO | SIGCHLD) == 0 && how.share == SHARE_IO);
}

/* What musl's pthread_create asks for. */
static void thread_of_musl(void)
{
    ok(old(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
           CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID |
           CLONE_CHILD_CLEARTID | CLONE_DETACHED) == 0);
    ok(how.share == (SHARE_SPACE | SHARE_FILES | SHARE_PATHS |
                        SHARE_HANDLERS | SHARE_PROCESS));
    ok(how.options == (SPAWN_SET_TLS | SPAWN_WRITE_PARENT_TID |
                          SPAWN_CLEAR_CHILD_TID));
}

static void dependencies_hold(void)
{
    ok(old(CLONE_SIGHAND | SIGCHLD) == -EINVAL);
    ok(old(CLONE_SIGHAND | CLONE_VM | SIGCHLD) == 0);
    ok(old(CLONE_THREAD | CLONE_VM) == -EINVAL);
    ok(old(CLONE_PIDFD | CLONE_PARENT_SETTID) == -EINVAL);
    ok(new(CLONE_PIDFD | CLONE_PARENT_SETTID, SIGCHLD) == 0);
    ok(old(CLONE_PIDFD | CLONE_DETACHED) == -EINVAL);
    ok(new(CLONE_PIDFD | CLONE_THREAD | CLONE_SIGHAND | CLONE_VM, 0) ==
        -EINVAL);
    ok(new(CLONE_SIGHAND | CLONE_VM | CLONE_CLEAR_SIGHAND, 0) == -EINVAL);
}

static void clone3_is_stricter(void)
{
    ok(new(CLONE_CLEAR_SIGHAND, SIGCHLD) == 0);
    ok(how.options == SPAWN_RESET_HANDLERS);
    ok(new(CLONE_DETACHED, SIGCHLD) == -EINVAL);
    ok(new(SIGCHLD, 0) == -EINVAL);
    ok(new(0, 65) == -EINVAL);
    ok(new(0, 64) == 0 && how.exit_signal == 64);
    ok(new(CLONE_PARENT, SIGCHLD) == -EINVAL);
    ok(old(CLONE_PARENT | SIGCHLD) == 0);
}

/* The old call has the low half of a register; clone3 all of a word. */
static void unknown_is_refused(void)
{
    uint64_t known = hints | CLONE_NAMESPACES;
    for (size_t i = 0; i < array_size(sharings); i++)
        known |= sharings[i].flag;
    for (size_t i = 0; i < array_size(wishes); i++)
        known |= wishes[i].flag;
    int swallowed = 0;
    for (int bit = 0; bit < 64; bit++)
        if (!(known & 1ull << bit) && new(1ull << bit, 0) != -EINVAL)
            swallowed++;
    ok(swallowed == 0);
    ok(old(CLONE_NEWUSER | SIGCHLD) == -EINVAL);
    ok(old(CLONE_NEWNS | CLONE_FS) == -EINVAL);
    ok(old(CLONE_NEWNS) == 0 && how.options == SPAWN_NAMESPACES);
    ok(new(CLONE_NEWTIME, 0) == 0 && how.options == SPAWN_NAMESPACES);
    ok(old(CLONE_NEWTIME) == 0 && how.exit_signal == CLONE_NEWTIME);
    ok(old(1ull << 40 | SIGCHLD) == 0);
}

static void run(void)
{
    fork_and_vfork();
    thread_of_musl();
    dependencies_hold();
    clone3_is_stricter();
    unknown_is_refused();
}

TEST_MAIN
