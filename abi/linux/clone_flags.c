/* SPDX-License-Identifier: MIT */
/* clone's flags, by tables: what each shares or asks for, what it needs beside
 * it or cannot stand.  What no table knows is refused, never dropped. */
#include <linux/sched.h>

#include "abi/linux/clone_flags.h"
#include "lib/errno.h"

static const struct {
    uint64_t flag;
    enum share share;
} sharings[] = {
    { CLONE_VM, SHARE_SPACE },
    { CLONE_FILES, SHARE_FILES },
    { CLONE_FS, SHARE_PATHS },
    { CLONE_SIGHAND, SHARE_HANDLERS },
    { CLONE_THREAD, SHARE_PROCESS },
    { CLONE_IO, SHARE_IO },
};

static const struct {
    uint64_t flag;
    enum spawn_option option;
} wishes[] = {
    { CLONE_VFORK, SPAWN_WAIT_FOR_SPACE },
    { CLONE_PARENT, SPAWN_SIBLING },
    { CLONE_SETTLS, SPAWN_SET_TLS },
    { CLONE_PARENT_SETTID, SPAWN_WRITE_PARENT_TID },
    { CLONE_CHILD_SETTID, SPAWN_WRITE_CHILD_TID },
    { CLONE_CHILD_CLEARTID, SPAWN_CLEAR_CHILD_TID },
    { CLONE_PIDFD, SPAWN_PIDFD },
    { CLONE_CLEAR_SIGHAND, SPAWN_RESET_HANDLERS },
};

static const struct {
    uint64_t flag, needs;
} dependencies[] = {
    { CLONE_SIGHAND, CLONE_VM },
    { CLONE_THREAD, CLONE_SIGHAND },
};

static const struct {
    uint64_t flag, excludes;
} conflicts[] = {
    { CLONE_PIDFD, CLONE_THREAD | CLONE_DETACHED },
    { CLONE_NEWNS, CLONE_FS },
    { CLONE_NEWPID, CLONE_THREAD },
    { CLONE_SIGHAND, CLONE_CLEAR_SIGHAND },
};

/* Accepted, and nothing comes of them. */
static const uint64_t hints =
    CLONE_SYSVSEM |  /* there are no undo lists of semaphores to share */
    CLONE_DETACHED | /* nothing since Linux 2.6; musl sets it */
    CLONE_UNTRACED | /* nobody traces */
    CLONE_PTRACE;

static int check(enum clone_call call, uint64_t flags, uint64_t exit_signal)
{
    for (size_t i = 0; i < array_size(dependencies); i++)
        if (flags & dependencies[i].flag && !(flags & dependencies[i].needs))
            return -EINVAL;
    for (size_t i = 0; i < array_size(conflicts); i++)
        if (flags & conflicts[i].flag && flags & conflicts[i].excludes)
            return -EINVAL;
    if (call == CLONE_CALL_OLD) /* one register for both */
        return flags & CLONE_PIDFD && flags & CLONE_PARENT_SETTID ? -EINVAL
                                                                  : 0;
    if (exit_signal > 64)
        return -EINVAL;
    if (flags & (CLONE_DETACHED | (CSIGNAL & ~CLONE_NEWTIME)))
        return -EINVAL;
    return exit_signal && flags & (CLONE_THREAD | CLONE_PARENT) ? -EINVAL : 0;
}

int clone_flags_to_spawn(enum clone_call call, uint64_t flags,
    uint64_t exit_signal, struct spawn *how)
{
    if (call == CLONE_CALL_OLD) {
        flags &= UINT32_MAX; /* the rest of the register is not looked at */
        exit_signal = flags & CSIGNAL;
        flags &= ~(uint64_t)CSIGNAL;
    }
    int error = check(call, flags, exit_signal);
    if (error)
        return error;
    how->share = how->options = 0;
    how->exit_signal = flags & CLONE_THREAD ? 0 : exit_signal;
    /* The old call has no CLONE_NEWTIME: its bit is one of the signal's. */
    uint64_t known = hints | CLONE_NAMESPACES;
    if (flags & CLONE_NAMESPACES)
        how->options |= SPAWN_NAMESPACES;
    for (size_t i = 0; i < array_size(sharings); i++) {
        known |= sharings[i].flag;
        if (flags & sharings[i].flag)
            how->share |= sharings[i].share;
    }
    for (size_t i = 0; i < array_size(wishes); i++) {
        known |= wishes[i].flag;
        if (flags & wishes[i].flag)
            how->options |= wishes[i].option;
    }
    return flags & ~known ? -EINVAL : 0;
}
