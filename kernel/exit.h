/* SPDX-License-Identifier: MIT */
/* Ends of threads and processes, and waiting for children. */
#ifndef KERNEL_EXIT_H
#define KERNEL_EXIT_H

#include "kernel/process.h"

/* Wait statuses as wait(2) encodes them. */
#define STATUS_EXITED(code)     (((code)&0xff) << 8)
#define STATUS_KILLED(signal)   (signal)
#define STATUS_CORE             0x80
#define STATUS_STOPPED(signal)  ((signal) << 8 | 0x7f)
#define STATUS_CONTINUED        0xffff

/* Statuses are raw: STATUS_EXITED(code), STATUS_KILLED(signal). If the process
 * is ending already, its status counts. */
noreturn_fn void thread_end(int status);   /* exit(2): this thread */
noreturn_fn void process_end(int status);  /* exit_group(2), fatal signals */
/* WORK_KILL is why: the process ends, or another thread's exec wants us gone. */
noreturn_fn void thread_end_killed(void);
/* Begins the end of current's process: the others get WORK_KILL. */
void process_kill_threads(int status);
/* The same for any process, its handlers->lock held; current, if it is one of
 * them, is left to the caller. */
void process_kill_locked(struct process *process, int status);
/* exec: the other threads of current's process end; current becomes leader.
 * -EAGAIN (-ERESTART) if another exec or exit is under way. */
int process_take_over(void);

/* reparent.c [process_tree_lock]: the children that `thread` made, or all of
 * its process, get another parent. */
void children_of_thread_locked(struct thread *thread);
void children_of_process_locked(struct process *process);
/* A zombie's parent is told: true if nobody wants its status, and it is to be
 * released at once. [process_tree_lock] */
bool process_tell_end_locked(struct process *process);
/* HUP and CONT to a stopped group that lost its last tie. [process_tree_lock] */
void group_orphaned_by_exit_locked(struct process *process);
/* The last of a zombie, already PROCESS_DEAD. [process_tree_lock] */
void process_release_locked(struct process *process);

enum wait_what {
    WAIT_EXITED = 1, WAIT_STOPPED = 2, WAIT_CONTINUED = 4, WAIT_NO_HANG = 8,
    WAIT_NO_REAP = 16, WAIT_ALL_KINDS = 32 /* __WALL */, WAIT_CLONE = 64,
    WAIT_OWN_THREAD = 128 /* __WNOTHREAD */,
};
enum wait_who { WAIT_ANY, WAIT_PID, WAIT_GROUP, WAIT_PIDFD };
struct waited {
    int pid, code, status; /* status: raw wait status; code: CLD_… */
    uint32_t uid;
    struct usage usage;
};
/* The pid, 0 (no hang, nothing), -ECHILD, -ERESTART. number: WAIT_GROUP 0: own;
 * WAIT_PIDFD: the process' number, as its descriptor told the caller. */
int child_wait(enum wait_who who, int number, unsigned what, struct waited *waited);

#endif
