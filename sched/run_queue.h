/* SPDX-License-Identifier: MIT */
/* The run queues, for sched/ itself.
 *
 * Who may touch a thread's place:
 * - `state` changes to asleep (sleeping, stopped, dead) by the thread itself
 *   under its sched.lock, to runnable by a waker under both sched.lock and the
 *   lock of the run queue that it goes to.
 * - the running thread is not in the tree; running, queue and accounts of a CPU
 *   change under its queue's lock, which is never held over a switch.
 * - is_on_cpu is true from when a thread is chosen until the CPU has left its
 *   stack.  Meanwhile it can only be queued on that CPU, and is not stolen.
 * - virtual_ns is on the queue's scale while the thread is queued or running;
 *   otherwise it is its lag: the distance to the queue's floor.
 * Locks: sched.lock, then one run queue's; both with interrupts off. */
#ifndef SCHED_RUN_QUEUE_H
#define SCHED_RUN_QUEUE_H

#include "arch/atomic.h"
#include "arch/clock.h"
#include "arch/irq.h"
#include "arch/smp.h"
#include "lib/bitmap.h"
#include "lib/panic.h"
#include "sched/thread.h"

enum {
    PRIORITIES = 100,
    WEIGHT_NORMAL = 1024,
    WEIGHT_IDLE = 3,
    TICK_NS = 4000000,              /* while threads compete */
    SAMPLE_NS = 10000000,           /* while one runs alone: from … */
    SAMPLE_MOST_NS = 160000000,     /* … to */
    BALANCE_NS = 20000000,
    ROUND_SLICE_NS = 100000000,     /* POLICY_ROUND */
    PERIOD_NS = 1000000000,         /* of which real-time threads … */
    PERIOD_REALTIME_NS = 950000000, /* … may have so much */
    SLEEP_CREDIT_NS = 3000000,      /* how far a sleeper may fall behind */
    PREEMPTION_NS = 1000000,        /* lead that a woken thread needs */
    NEW_DEBIT_NS = 4000000,         /* a new thread's turn comes after that */
};

struct run_queue {
    struct spinlock lock;
    unsigned cpu; /* constant */

    /* Under lock: */
    struct thread *running, *idle;
    struct tree fair; /* by virtual_ns */
    struct list realtime[PRIORITIES];
    unsigned long realtime_map[bitmap_longs(PRIORITIES)];
    unsigned queued; /* in both; [atomic] reads elsewhere */
    unsigned urgency;         /* [atomic] of who runs: 0, no real-time thread */
    unsigned waiting_urgency; /* [atomic] the highest of those that are queued */
    uint64_t floor_ns; /* of virtual time: never goes back */
    uint64_t user_ns, system_ns, unsampled_ns, switches;
    uint64_t realtime_ns, period_end_ns; /* real-time use in this period */
    bool others_go_first; /* it was all they may have */

    /* Only this CPU's, with interrupts off: */
    struct thread *previous;  /* whose stack is being left */
    struct list misplaced;    /* taken off, to be put on other CPUs */
    uint64_t tick_ns;         /* when to look at the running thread */
    uint64_t armed_ns;        /* what the hardware timer was told */
    uint64_t balance_ns;      /* when to compare with other CPUs next */
    uint64_t sample_ns;       /* the present distance of samples */
    struct thread *sampled;   /* who ran at the last one: only compared */
    unsigned threads;         /* started here minus ended here */
} aligned_to(64);

extern struct run_queue run_queues[CPU_MAX];
extern cpu_mask sched_online; /* [atomic] CPUs that run threads */
extern cpu_mask sched_idle_cpus; /* [atomic] those that sleep, or soon will */

static inline struct run_queue *run_queue_here(void)
{
    return &run_queues[cpu_id()];
}

static inline bool cpu_is_in(cpu_mask mask, unsigned cpu)
{
    return mask >> cpu & 1;
}

static inline bool is_realtime(const struct thread *thread)
{
    return thread->sched.urgency;
}

static inline bool is_asleep(const struct thread *thread)
{
    return atomic_load(&thread->state) != THREAD_RUNNABLE;
}

/* run_queue.c; all under the queue's lock. */
void run_queue_init(struct run_queue *queue, unsigned cpu);
void run_queue_add(struct run_queue *queue, struct thread *thread);
void run_queue_add_first(struct run_queue *queue, struct thread *thread);
void run_queue_remove(struct run_queue *queue, struct thread *thread);
struct thread *run_queue_first(struct run_queue *queue);
/* The queued thread that `cpu` may have; the first real-time one alone. */
struct thread *run_queue_stealable(struct run_queue *queue, unsigned cpu);
struct thread *run_queue_stealable_realtime(
    struct run_queue *queue, unsigned cpu);
/* Charges the running thread up to now. */
void run_queue_account(struct run_queue *queue, uint64_t now_ns);
void thread_to_lag(struct run_queue *queue, struct thread *thread);
void thread_from_lag(struct run_queue *queue, struct thread *thread);
/* The lock of the queue the thread is or was on; under its sched.lock or with
 * the knowledge that it is queued.  Interrupts are off. */
struct run_queue *run_queue_lock_of(struct thread *thread);

/* parameters.c: others lend it this urgency. False: nothing changed. */
bool thread_lend(struct thread *thread, unsigned urgency);

/* placement.c; interrupts off. */
/* The best CPU for a thread that is not queued; an idle one is claimed. */
unsigned cpu_choose(struct thread *thread);
/* Makes it runnable and queues it there, unless it is still running. */
void thread_enqueue(struct thread *thread, unsigned cpu);
/* From asleep to runnable. [thread's sched.lock] */
void thread_make_runnable(struct thread *thread);
/* After a change of the queue: must it kick the CPU? [queue's lock] */
bool run_queue_preempt(struct run_queue *queue, struct thread *added);
/* Takes a thread from another CPU that has at least so many queued; it is on no
 * queue then. */
struct thread *cpu_steal(unsigned cpu, unsigned least);
/* Where the most urgent real-time thread waits that is more so than all that
 * wait here, else this CPU: a hint. */
unsigned cpu_most_urgent(const struct run_queue *queue);
/* The real-time thread that waits there, if this CPU may have it. */
struct thread *cpu_steal_realtime(unsigned from, unsigned cpu);
/* Takes over a thread if that makes the queues more equal. */
void cpu_balance(struct run_queue *queue);
/* Gives a thread that waits behind a real-time one to a CPU with less to do. */
void cpu_spill(struct run_queue *queue);
/* The running thread is to yield, for the sake of grace periods. */
void cpu_hurry(unsigned cpu);

/* tick.c; on this CPU, interrupts off. */
void tick_init(void);
/* The tick is to come at the latest at this time. */
void tick_limit(struct run_queue *queue, uint64_t deadline_ns);
void tick_stop(struct run_queue *queue);
/* The hardware timer is to fire in time for the tick and the timers. */
void tick_arm(struct run_queue *queue);

/* switch.c */
enum switch_reason {
    SWITCH_YIELD,   /* asked for */
    SWITCH_PREEMPT, /* somebody better came, or the slice is over */
    SWITCH_SLEEP,   /* unless it was woken meanwhile */
};
void schedule(enum switch_reason reason); /* interrupts off */
void thread_begin(void); /* the first thing a new thread does */

/* Others. */
void load_init(void);
void load_wake(void); /* a CPU goes to work; no lock held */
void timers_init_cpu(unsigned cpu);
void real_clock_init(void);
void pid_init_table(void);
void grace_init_cpu(unsigned cpu);
void grace_idle(void);      /* before cpu_idle, and … */
void grace_idle_done(void); /* … after it */
void deferred_leave(struct thread *thread); /* to a worker */

#endif
