/* SPDX-License-Identifier: MIT */
/* Threads: what is scheduled, and what a thread is made of.
 *
 * sched/ runs threads, and knows nothing of what they do: the five parts, the
 * credentials and the block at the end belong to the floors above, which
 * allocate threads, count references and free them.  `current` never changes
 * under one's feet: kernel code is preempted at yield points only. */
#ifndef SCHED_THREAD_H
#define SCHED_THREAD_H

#include "arch/context.h"
#include "arch/cpu.h"
#include "lib/list.h"
#include "lib/refcount.h"
#include "lib/signals.h"
#include "lib/spinlock.h"
#include "lib/tree.h"

struct space;
struct files;
struct paths;
struct handlers;
struct process;
struct credentials;
struct pid;
struct signal_queue;
struct boost_waiter;

enum thread_state {
    THREAD_NEW,      /* made, not started */
    THREAD_RUNNABLE, /* running or in a run queue */
    THREAD_SLEEPING,
    THREAD_STOPPED,  /* job control; only kernel/ puts it there */
    THREAD_DEAD,     /* will never run again */
};

enum sleep_kind {
    SLEEP_BOUNDED,       /* nothing but the wake or the deadline ends it */
    SLEEP_KILLABLE,      /* WORK_KILL too */
    SLEEP_INTERRUPTIBLE, /* WORK_SIGNAL and WORK_KILL too */
};

/* thread.work: why the slow way back to user code must be taken. */
enum {
    WORK_YIELD = 1,  /* another thread should run */
    WORK_SIGNAL = 2, /* a signal may be deliverable */
    WORK_KILL = 4,   /* the thread must end */
    WORK_PUTS = 8,   /* last puts left over for here (thread_defer) */
    WORK_STOP = 16,  /* the process stops or freezes */
    WORK_RESUMED = 32, /* it was switched away, and wants to know */
    WORK_LIMIT = 64, /* its real-time CPU time was sampled */
    WORK_TELL = 128, /* it made news that signals are to tell (vfs/async.c) */
};

enum sched_policy { POLICY_NORMAL, POLICY_FIFO, POLICY_ROUND, POLICY_BATCH = 3, POLICY_IDLE = 5 };

struct thread {
    uint32_t work; /* [atomic] first, so that arch finds it at offset 0 */
    uint32_t state; /* enum thread_state; see sched/run_queue.c */
    struct context context;
    struct refcount refs;
    void *stack; /* KERNEL_STACK_BYTES, or NULL for the idle threads */

    /* sched/ only: */
    struct {
        struct tree_node node; /* in the run queue, by virtual time */
        struct list link;      /* real-time queue */
        uint64_t virtual_ns, started_ns;
        uint64_t run_ns;       /* CPU time in all: see thread_cpu_ns */
        uint64_t user_ns;      /* of which outside the kernel, as sampled */
        uint64_t unsampled_ns; /* of run_ns: not yet said where it was spent */
        uint64_t slice_ns;     /* POLICY_ROUND: used of the present slice */
        uint64_t burst_ns;     /* run as a real-time one since it slept */
        unsigned weight;
        int8_t nice;           /* -20 .. 19 */
        uint8_t policy, priority; /* enum sched_policy; 1..99 real-time */
        uint8_t lent;          /* 0..99: by those who wait for its locks */
        uint8_t urgency;       /* its own priority, or what it is lent */
        uint8_t sleep;         /* enum sleep_kind */
        bool is_queued, is_on_cpu, was_woken, is_idle, keeps_cpu;
        bool was_continued, slice_is_over;
        bool tells_resumed;    /* WORK_RESUMED */
        bool is_for_itself;    /* children begin with no special rights */
        uint8_t ownership;     /* enum ownership (boost.h) */
        struct tree owned;     /* struct boost_lock, what lends most first */
        struct boost_waiter *waits_in;
        unsigned cpu;          /* whose run queue */
        cpu_mask affinity;
        uint64_t switches, preemptions;
        struct spinlock lock;  /* state and queue against wakers */
        void (*start)(void *); /* what it begins with */
        void *argument;
    } sched;

    /* The five parts: see docs/architecture.md. Changed by current only. */
    struct space *space; /* CLONE_VM's; NULL for kernel threads */
    struct files *files;
    struct paths *paths;
    struct handlers *handlers;
    struct process *process;

    struct io_context *io_context; /* CLONE_IO's; NULL: nothing was said */
    const struct credentials *credentials; /* replaced whole by current */
    struct pid *pid; /* the thread's own number */
    char comm[16];

    /* For kernel/ (signal.c unless said): under handlers' lock but for the
     * mask, which only current changes. */
    struct {
        signal_set blocked, saved_blocked; /* saved: sigsuspend's, ppoll's */
        bool restore_blocked;
        signal_set awaited; /* by sigtimedwait: wake though blocked */
        struct list pending; /* struct queued_signal */
        signal_set pending_set;
        uintptr_t altstack, altstack_bytes;
        unsigned altstack_flags;
        int fault_signal; /* the one whose frame could not be written */
    } signals;
    struct {
        uintptr_t clear_tid;   /* user word to clear and wake at the end */
        uintptr_t robust_list; /* user head, and its size */
        size_t robust_bytes;
        uintptr_t rseq;        /* user area: which CPU it is on */
        uint32_t rseq_signature;
        struct list process_link; /* in process->threads */
        unsigned child_count;     /* children it made [process_tree_lock] */
        bool was_dumpable; /* its space, when it left it at its end */
        bool user_is_over; /* had too many when it became his: no exec yet */
        int exit_status;
        int parent_death_signal;
        struct thread *vfork_waiter; /* has a reference; released at exec, exit */
        bool vfork_done;
        uint64_t start_ns;
        uint64_t minor_faults, major_faults;
        bool no_new_privileges, is_exiting;
        bool is_stopped;  /* [atomic] counted as such, until it goes on */
        bool is_finished; /* its usage is its process' [process_tree_lock] */
        unsigned long personality;
        uint8_t memory_failures; /* the ABI's: how it hears of them; 0: usual */
        unsigned long timer_slack_ns, usual_slack_ns; /* usual: its maker's */
    } task;
    struct { /* ERESTART_BLOCK: what restart_syscall does */
        long (*again)(struct thread *thread);
        uint64_t deadline_ns;
        uintptr_t a, b, c, d;
    } restart;
    struct list deferred; /* struct deferred: puts to do on the way out */
    unsigned no_fault; /* > 0: faults of kernel code are not served */
    unsigned read_sections; /* grace sections entered; debug */
#ifdef CONFIG_DEBUG
    struct { /* sleeping locks held, in the order they were taken */
        const void *lock;
        enum lock_rank rank;
    } held_locks[8];
    unsigned held_lock_count;
    struct { /* how long it waits: sched/watch.c */
        uint64_t switches;
        unsigned rounds;
    } watch;
    struct { /* allocations that are to fail: kernel/debug_fail.c */
        unsigned wanted, left, rest;
        bool is_fresh;
    } fail;
#endif
};

/* Fills what sched/ needs: state THREAD_NEW, one reference, nice 0, affinity of
 * all CPUs; when started it calls start(argument). Nothing is allocated. */
void thread_init(struct thread *thread, void *stack, void *fpu,
    void (*start)(void *), void *argument);
/* Inherits nice, policy, affinity from maker (sched_setscheduler's rules): what
 * is for the maker itself only goes back to the usual, if it is better. */
void thread_inherit(struct thread *thread, const struct thread *maker);
/* THREAD_NEW → runnable, on a CPU chosen by load. Takes a reference of its own,
 * the running one, which thread_exit drops. */
void thread_start(struct thread *thread);

struct thread *thread_get(struct thread *thread);
/* May be called anywhere; the last put calls the free function that kernel/
 * set, after the thread has left its stack. */
void thread_put(struct thread *thread);
void thread_set_free(void (*free)(struct thread *thread));

/* The end of current: never returns; drops the running reference. */
noreturn_fn void thread_exit(void);

/* Gives the CPU to another runnable thread, if there is one. */
void thread_yield(void);
/* The same because of WORK_YIELD: it stays before those it was before. */
void thread_preempt(void);
/* For long loops in the kernel: yields if WORK_YIELD is set; a quiescent point
 * (grace.h). Never inside a read section or under a spin lock. */
void thread_breathe(void);

/* Makes a sleeping thread runnable; remembered if it has not slept yet.  Any
 * context; irq-safe. False if there was nothing to do. */
bool thread_wake(struct thread *thread);
/* Sets bits of work and makes sure they are soon seen: wakes it from a sleep
 * that they end (WORK_STOP ends the interruptible ones too), kicks its CPU if
 * it runs user code elsewhere. */
void thread_set_work(struct thread *thread, uint32_t work);
static inline void thread_interrupt(struct thread *thread)
{
    thread_set_work(thread, WORK_SIGNAL);
}
void thread_clear_work(struct thread *thread, uint32_t work); /* of current */
/* Of current, to be seen on its way to user code, if it has one. Any context,
 * also under the lock of a queue. */
void thread_ask(uint32_t work);
/* Of current: WORK_RESUMED, if it wants to know. Any context. */
void thread_must_resume(void);
/* For long copies: is there reason to stop early? */
bool thread_is_interrupted(void);

/* Job control: current stops until thread_continue or WORK_KILL.  A continue
 * that came before is remembered, so stop in a loop while there is reason to. */
void thread_stop(void);
bool thread_continue(struct thread *thread);

/* Sleeping by hand, for those that wait.h does not serve:
 *     thread_prepare(kind);
 *     if (!condition) result = thread_sleep(deadline);
 *     thread_unprepare();
 * thread_sleep: 0 woken, -ETIMEDOUT, -ERESTART (work ended it). */
void thread_prepare(enum sleep_kind kind);
int thread_sleep(uint64_t deadline_ns);
void thread_unprepare(void);
#define FOREVER UINT64_MAX
/* Sleeps until deadline (CLOCK_MONOTONIC): -ETIMEDOUT when it came. */
int thread_sleep_until(uint64_t deadline_ns, enum sleep_kind kind);

/* Scheduling parameters; -EINVAL. */
int thread_set_nice(struct thread *thread, int nice);
int thread_set_policy(
    struct thread *thread, enum sched_policy policy, int priority);
int thread_set_affinity(struct thread *thread, cpu_mask mask);
uint64_t thread_cpu_ns(struct thread *thread);  /* user and system */
/* Where the time went is sampled by the timer interrupt, at least every 160 ms
 * while a thread runs; the sum of both is exact. */
uint64_t thread_user_ns(struct thread *thread);
char thread_state_letter(const struct thread *thread); /* R S D T Z X */

/* Kernel threads: start(argument) runs with no space; it may return. */
struct thread *thread_start_kernel(
    const char *name, void (*start)(void *), void *argument); /* in kernel/ */

/* A last put that may sleep, left to current's way back to user code, or to a
 * worker when current is a kernel thread or we are under a spin lock of an
 * interrupt. */
struct deferred {
    struct list link; /* needs no initialisation */
    void (*run)(struct deferred *deferred);
};
void thread_defer(struct deferred *deferred);
void thread_run_deferred(void);

/* Set-up of a CPU: makes the boot code the idle thread. */
void sched_init_cpu(unsigned cpu);
noreturn_fn void sched_idle(void); /* the rest of a CPU's start-up code */
/* Once, after sched_init_cpu(0): hooks up the timer and kick interrupts. */
void sched_init(void);
/* How the user addresses of `to` become current; called before each switch with
 * interrupts off.  kernel/ sets it, for sched/ knows no spaces. */
void sched_set_switch_space(void (*switch_space)(struct thread *to));
/* How long a real-time thread has run without sleeping.  Its limit is looked at
 * on its way to user code: the timer interrupt sets WORK_LIMIT. */
uint64_t thread_burst_ns(struct thread *thread);

/* For /proc: */
struct sched_totals {
    uint64_t user_ns, system_ns, idle_ns, switches;
    unsigned running, threads; /* threads: only the sum of all CPUs means it */
};
void sched_totals(unsigned cpu, struct sched_totals *totals);
/* Load averages over 1, 5, 15 minutes, times 65536. */
void sched_load(uint32_t load[3]);

#endif
