/* SPDX-License-Identifier: MIT */
/* clone's flags as a request to kernel/.  Pure: compiled hosted by its test. */
#ifndef ABI_LINUX_CLONE_FLAGS_H
#define ABI_LINUX_CLONE_FLAGS_H

#include "kernel/spawn.h"

/* New namespaces, for clone and unshare: there are none here, which is told to
 * those who might have them; others may not even ask. */
#define CLONE_NAMESPACES                                                       \
    (CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET | \
        CLONE_NEWCGROUP | CLONE_NEWTIME)

/* By which call the flags came: some mean something in one of them only. */
enum clone_call { CLONE_CALL_OLD, CLONE_CALL_3 };

/* Fills how->share, options and exit_signal; the addresses are the caller's.
 * For CLONE_CALL_OLD the signal is in the flags' low byte and exit_signal is
 * not looked at.  -EINVAL for what Linux refuses or no table knows. */
int clone_flags_to_spawn(enum clone_call call, uint64_t flags,
    uint64_t exit_signal, struct spawn *how);

#endif
