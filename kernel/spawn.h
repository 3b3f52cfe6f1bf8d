/* SPDX-License-Identifier: MIT */
/* Making threads and processes: each of the five parts is shared or copied. */
#ifndef KERNEL_SPAWN_H
#define KERNEL_SPAWN_H

#include "lib/types.h"

enum share {
    SHARE_SPACE = 1,
    SHARE_FILES = 2,
    SHARE_PATHS = 4,
    SHARE_HANDLERS = 8,
    SHARE_PROCESS = 16,
    SHARE_IO = 32,
};

enum spawn_option {
    SPAWN_WAIT_FOR_SPACE = 1,  /* vfork: maker sleeps until exec or exit */
    SPAWN_SIBLING = 2,         /* the maker's parent is the parent */
    SPAWN_SET_TLS = 4,
    SPAWN_WRITE_PARENT_TID = 8,/* before the child runs, in the maker's space */
    SPAWN_WRITE_CHILD_TID = 16,/* in the child's space */
    SPAWN_CLEAR_CHILD_TID = 32,
    SPAWN_PIDFD = 64,
    SPAWN_RESET_HANDLERS = 128,/* CLEAR_SIGHAND: handled → default */
    SPAWN_NAMESPACES = 256,    /* there are none: refused, by who asks */
};

/* One request, whatever call it came by. Pure data: also compiled hosted. */
struct spawn {
    unsigned share;   /* enum share */
    unsigned options; /* enum spawn_option */
    int exit_signal;  /* 0..255; beyond 64 nothing is sent */
    uintptr_t stack;  /* user stack pointer, or 0: the maker's */
    uintptr_t tls;
    uintptr_t parent_tid, child_tid, pidfd; /* user addresses */
    const int *wanted_tids; /* clone3's set_tid (kernel copy), outermost last */
    unsigned wanted_tid_count;
};

struct thread;
/* Makes a stopped child of current, decorated; its number or -E…. -EAGAIN at
 * limits. The child has a reference in *made for the caller. */
int spawn(const struct spawn *how, struct thread **made);
/* Starts it and, for vfork, waits; returns its number. Takes the reference. */
long spawn_start(const struct spawn *how, struct thread *made);
/* Both: what a system call does. */
long spawn_and_start(const struct spawn *how);
/* At exec and exit: the maker of a vfork goes on. */
void spawn_release_vfork(struct thread *thread);

/* Process 1, with a thread that runs start(NULL) in the kernel, gives itself
 * paths and may exec: what kernel_main leaves the rest of the start-up to. Not
 * started; NULL. */
struct thread *spawn_first(void (*start)(void *));

#endif
