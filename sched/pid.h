/* SPDX-License-Identifier: MIT */
/* Numbers for threads, processes, process groups and sessions.  A struct pid
 * is counted and outlives whoever bore the number; the number is free for
 * others when the last bearer left. */
#ifndef SCHED_PID_H
#define SCHED_PID_H

#include "lib/list.h"
#include "lib/refcount.h"
#include "sched/grace.h"
#include "sched/wait.h"

enum pid_role { PID_THREAD, PID_PROCESS, PID_GROUP, PID_SESSION, PID_ROLES };
enum {
    PID_DEFAULT_MAX = 32768,
    PID_LEAST_MAX = 301,
    PID_MOST_MAX = 131072, /* what pid_set_max may set */
};

struct thread;
struct process;

struct pid {
    struct refcount refs;
    int number;
    struct grace grace;
    struct list hash_link;
    struct thread *thread;     /* [grace] who bears it, or NULL */
    struct process *process;   /* [grace] */
    struct list members[PID_ROLES]; /* processes of the group, of the session:
                                       [process_tree_lock] */
    unsigned uses; /* roles it has now; at 0 the number is given back */
    struct wait_queue exit_queue; /* pidfd polls: the process ended */
};

/* A fresh number, with one reference and one use; the object comes from the
 * caller, for sched/ does not allocate.  wanted 0: the next free one.
 * -EAGAIN none free, -EEXIST taken, -EINVAL. */
int pid_init(struct pid *pid, int wanted);
struct pid *pid_get(struct pid *pid);
void pid_put(struct pid *pid); /* last: freed by the function below */
void pid_set_free(void (*free)(struct pid *pid));
/* A further role, or the end of one. [process_tree_lock] */
void pid_use(struct pid *pid);
void pid_unuse(struct pid *pid);
/* Looks up without a reference, inside a grace section. */
struct pid *pid_find(int number);
/* With a reference; NULL. */
struct pid *pid_find_get(int number);
/* Calls visit for pids in order of number, from `from` on, until it returns
 * false; in a grace section. For /proc and kill(-1). */
struct pid *pid_next_get(int from); /* the first with number >= from, with a reference */
int pid_max(void);
int pid_set_max(int most);
int pid_last(void);
unsigned pid_count(void);

#endif
