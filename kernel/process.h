/* SPDX-License-Identifier: MIT */
/* Processes: threads that share a number, children, limits, a place in a group
 * and a session (CLONE_THREAD's part).
 *
 * process_tree_lock (spin) guards who is whose parent, child, thread, and the
 * members of groups and sessions.  Each process and thread is found by struct
 * pid inside a grace section.
 *
 * The list of threads changes with process_tree_lock and handlers->lock both
 * held (in this order), so that either is enough to walk it.  A thread keeps
 * its handlers, credentials, process and pid until its memory goes; space,
 * files and paths are gone when it ends: thread_space() and its like take
 * process->lock, under which current replaces them.
 *
 * A thread that has ended leaves the list, but for the leader, which stays
 * until the process is reaped. */
#ifndef KERNEL_PROCESS_H
#define KERNEL_PROCESS_H

#include "kernel/limits.h"
#include "kernel/signal.h"
#include "sched/pid.h"
#include "sched/thread.h"
#include "sched/timer.h"
#include "sched/work.h"

struct terminal;
struct file;

extern struct spinlock process_tree_lock; /* RANK_PROCESS_TREE */

struct usage { /* of those that are gone or waited for */
    uint64_t user_ns, system_ns, minor_faults, major_faults;
    uint64_t voluntary_switches, involuntary_switches, peak_resident_pages;
    uint64_t blocks_in, blocks_out;
};

enum process_state { PROCESS_ALIVE, PROCESS_ZOMBIE, PROCESS_DEAD };

struct interval_timer {
    struct timer timer;
    struct process *process;
    uint64_t deadline_ns, interval_ns;
    struct queued_signal signal; /* SIGALRM */
};

struct process {
    struct refcount refs;
    struct pid *pid;          /* the leader's */
    struct grace grace;

    /* Under process_tree_lock: */
    struct process *parent;   /* who waits for it; no reference needed */
    struct list children, sibling;
    struct list threads;      /* thread.task.process_link; leader first */
    unsigned thread_count;    /* not yet gone from the list */
    unsigned unfinished;      /* not yet ended; at 0 it is a zombie */
    struct thread *leader;    /* with a reference until reaped */
    struct pid *group, *session; /* with references and uses */
    struct list group_link, session_link;
    struct terminal *terminal; /* controlling, with a reference, or NULL */
    struct pid *hung_up_group; /* told at its end: it was in the foreground when
                                  the leader lost the terminal; reference */
    enum process_state state;
    bool has_execed;          /* setpgid's EACCES */
    bool is_subreaper, has_subreaper_above;
    bool is_session_leader;
    struct thread *maker;     /* the parent's thread that made it */
    uint32_t exec_count, parent_exec_count; /* exit_signal of strangers */
    int exit_signal;          /* to the parent: SIGCHLD, another, or 0 */
    int exit_status;          /* as wait(2) encodes it */
    struct usage usage, children_usage;

    /* Under handlers->lock (thread.handlers of any thread): */
    struct list pending;      /* process-wide queued signals */
    signal_set pending_set;
    bool is_exiting;          /* exit_group or a fatal signal began */
    int group_exit_status;
    struct thread *exec_by;   /* the thread that kills the others for exec */
    unsigned running;         /* threads that have not begun to end */
    bool is_stopped, is_continued; /* job control, as wait reports them */
    bool stop_reported, continue_reported;
    int stop_signal;
    unsigned stopping;        /* threads that have not stopped yet */
    unsigned stop_round;      /* [atomic to read] how often a stop began */
    unsigned group_signals;   /* [atomic to read] how many it had that went to
                                 several processes [process_tree_lock] */

    struct spinlock lock;     /* RANK_PROCESS: the rest */
    struct limit limits[LIMIT_KINDS];
    struct interval_timer real_timer; /* ITIMER_REAL, alarm */
    uint64_t virtual_timer_ns, virtual_interval_ns;  /* ITIMER_VIRTUAL, user time */
    uint64_t profile_timer_ns, profile_interval_ns;  /* ITIMER_PROF */
    struct list posix_timers; int next_timer_id;
    bool has_cpu_alarms;      /* some of these were of CPU time */
    uint64_t start_ns;        /* monotonic */
    struct wait_queue child_queue; /* parents wait here for children */
    struct wait_queue thread_queue; /* woken when a thread leaves */
    int8_t oom_score_adjust;
    int oom_adjust;
    uint64_t login_uid;

    struct spinlock cpu_lock; /* RANK_LEAF: kernel/cpu_timers.c */
    struct list cpu_alarms;   /* struct cpu_alarm */
    struct timer cpu_timer;   /* looks at these, both timers and the limit */
    struct work cpu_timer_work;
    uint64_t cpu_seen_ns;     /* used when it looked last */
    uint64_t cpu_pause_ns;    /* until it looks again, if that is longer */
    bool has_cpu_timer, cpu_timer_is_active, timers_are_over;
};

struct process *process_new(void); /* numbers, tree and threads not set; NULL */
struct process *process_get(struct process *process);
void process_put(struct process *process); /* may free after a grace period */

/* By number, with a reference; NULL. A zombie is still found. */
struct process *process_find(int pid);
struct thread *thread_find(int tid); /* with a reference */
/* Who bears pid, with a reference; NULL. */
struct process *pid_process(struct pid *pid);
struct thread *pid_thread(struct pid *pid);
/* It is found by pid from now on, whole as it is; NULL: nobody is.
 * [process_tree_lock] */
void pid_set_process(struct pid *pid, struct process *process);
void pid_set_thread(struct pid *pid, struct thread *thread);
static inline struct process *current_process(void)
{
    return current->process;
}
int thread_number(const struct thread *thread);
int process_number(const struct process *process);
int process_parent_number(struct process *process);
struct process *process_first(void); /* number 1 */
void process_set_first(struct process *process); /* start-up: takes a reference */
/* The tree from now on; parent may be NULL (the first). [process_tree_lock] */
void process_enter_tree_locked(struct process *process, struct process *parent);
void process_leave_tree_locked(struct process *process);
/* A thread into and out of process->threads. [process_tree_lock and
 * handlers->lock] */
void process_add_thread_locked(struct process *process, struct thread *thread);
void process_remove_thread_locked(struct process *process, struct thread *thread);
unsigned process_count(void);
unsigned thread_count(void);
/* A reference to a space, files … of another's thread: NULL if it is gone. */
struct space *thread_space(struct thread *thread);
struct files *thread_files(struct thread *thread);
struct paths *thread_paths(struct thread *thread);
const struct credentials *thread_credentials(struct thread *thread);
struct io_context *thread_io_context(struct thread *thread);
/* Visits threads of a process: the n-th with tid >= from, with a reference. */
struct thread *process_next_thread(struct process *process, int from_tid);

/* Groups and sessions; errno as setpgid(2), setsid(2), getpgid, getsid. */
int process_set_group(int pid, int group);
int process_new_session(void);
int process_group_number(int pid);   /* 0: own; -ESRCH */
int process_session_number(int pid);
bool group_is_orphaned(struct pid *group); /* [process_tree_lock] */
/* As if `ignored` were gone. [process_tree_lock] */
bool group_is_orphaned_without(struct pid *group, const struct process *ignored);
bool group_has_stopped(struct pid *group); /* [process_tree_lock] */
/* Group and session of a new process: its maker's. [process_tree_lock] */
void group_join_locked(struct process *process, struct pid *group, struct pid *session);
void group_leave_locked(struct process *process);

void usage_add(struct usage *sum, const struct usage *more);
/* The same with process_tree_lock held. */
void process_usage_locked(struct process *process, struct usage *usage);
/* Adds live threads' to the process's own; children: those waited for. */
void process_usage(struct process *process, struct usage *usage);
void process_children_usage(struct process *process, struct usage *usage);
void thread_usage(struct thread *thread, struct usage *usage);

/* May current look into that one? By the ids and capabilities that count for
 * files, as in /proc, or by the real ids, as system calls ask (ptrace(2),
 * "Ptrace access mode checking"). */
enum inspect_by { INSPECT_BY_FS, INSPECT_BY_REAL };
bool may_inspect(struct thread *target, enum inspect_by by);
/* He has more threads than current's RLIMIT_NPROC; root never has. */
bool user_is_over_limit(const struct credentials *who);

/* Replaces current's credentials (reference moves in); re-counts the user. */
void credentials_install(const struct credentials *who);

#endif
