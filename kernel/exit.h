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

noreturn_fn void thread_end(int status);   /* exit(2): this thread */
noreturn_fn void process_end(int status);  /* exit_group(2), fatal signals */
/* Begins the end of current's process: the others get WORK_KILL. */
void process_kill_threads(int status);
/* exec: the other threads of current's process end; current becomes leader.
 * -EAGAIN (-ERESTART) if another exec or exit is under way. */
int process_take_over(void);

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
/* The pid, 0 (no hang, nothing), -ECHILD, -ERESTART. number: WAIT_GROUP 0: own */
int child_wait(enum wait_who who, int number, unsigned what, struct waited *waited);

#endif
