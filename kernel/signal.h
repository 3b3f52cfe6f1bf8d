/* SPDX-License-Identifier: MIT */
/* Signals: dispositions (CLONE_SIGHAND's part), queues, sending, delivery.
 *
 * handlers->lock guards the dispositions and the pending queues of all threads
 * and of the process that share them; WORK_SIGNAL in a thread's work word says
 * that its slow way back to user code has to look. */
#ifndef KERNEL_SIGNAL_H
#define KERNEL_SIGNAL_H

#include "lib/refcount.h"
#include "lib/signals.h"
#include "sched/grace.h"
#include "sched/thread.h"
#include "sched/wait.h"

struct fault;
struct frame;
struct process;
struct pid;

/* What siginfo tells, in native form; abi/ lays it out. */
enum signal_shape {
    SHAPE_KILL, SHAPE_QUEUE, SHAPE_CHILD, SHAPE_FAULT, SHAPE_TIMER,
    SHAPE_POLL, SHAPE_SYSCALL,
};
struct signal_info {
    int number, code, error;
    enum signal_shape shape;
    union {
        struct { int pid; uint32_t uid; uint64_t value; } kill; /* and queue */
        struct { int pid; uint32_t uid; int status; uint64_t user_ns, system_ns; } child;
        struct { uintptr_t address; unsigned vector; unsigned long error; } fault;
        struct { int id, overrun; uint64_t value; } timer;
        struct { long band; int fd; } poll;
        struct { uintptr_t address; int number; unsigned arch; } call;
    };
};

struct queued_signal {
    struct list link;
    struct signal_info info;
    uint32_t uid;       /* counted against */
    bool is_preallocated; /* a timer's own: not freed. For those alone: */
    uint8_t place;        /* where it is now: kernel/signal_later.c */
    struct process *process; /* for whom: no references, the owner's life is */
    struct thread *thread;   /* shorter than theirs; NULL: the process */
    /* Called under handlers->lock when it left the queue to be delivered (it
     * may complete info) or was ignored (info NULL); may queue it again later
     * through a timer, not at once. May be NULL. */
    void (*taken)(struct queued_signal *queued, struct signal_info *info);
};

enum { HANDLER_DEFAULT = 0, HANDLER_IGNORE = 1 };
enum action_flags {
    ACTION_RESTART = 1, ACTION_NO_DEFER = 2, ACTION_RESET = 4,
    ACTION_ALTSTACK = 8, ACTION_INFO = 16, ACTION_NO_CHILD_STOP = 32,
    ACTION_NO_CHILD_WAIT = 64, ACTION_RESTORER = 128,
};
struct action {
    uintptr_t handler; /* HANDLER_DEFAULT, HANDLER_IGNORE or an address */
    uintptr_t restorer;
    unsigned flags;
    unsigned long foreign_flags; /* as sigaction gave them, to give back */
    signal_set mask;
};

struct handlers {
    struct refcount refs;
    unsigned users; /* [atomic] threads in the list of a process */
    struct grace grace;
    struct spinlock lock; /* RANK_SIGNALS; taken with interrupts off */
    struct wait_queue arrivals; /* who reads signals from a file */
    struct action actions[SIGNAL_COUNT]; /* [number - 1] */
};

struct handlers *handlers_new(void); /* all default */
struct handlers *handlers_get(struct handlers *handlers);
void handlers_put(struct handlers *handlers);
struct handlers *handlers_copy(struct handlers *handlers);
bool handlers_are_shared(const struct handlers *handlers);
void handlers_reset(struct handlers *handlers, bool also_ignored); /* exec; CLEAR_SIGHAND */
unsigned long handlers_lock(struct thread *thread); /* of a live thread; irq state */
void handlers_unlock(struct thread *thread, unsigned long irq_state);
/* The same of one that may be on its way out: false if it has none any more. */
bool handlers_try_lock(struct thread *thread, unsigned long *irq_state);
/* exec: current's handlers become its own if others share them. -ENOMEM */
int handlers_unshare(void);

/* Sending. Permission was checked. Never fails for want of
 * memory but for real-time signals with SI_QUEUE (-EAGAIN). Any context but an
 * interrupt handler; process_tree_lock is taken inside but for ..._locked;
 * timers use signal_send_queued. */
int signal_send_process_locked(struct process *process, const struct signal_info *info);
int signal_send_group_locked(struct pid *group, const struct signal_info *info);
int signal_send_thread_locked(struct thread *thread, const struct signal_info *info);
/* Fills info as the kernel's own (SI_KERNEL). */
void signal_info_kernel(struct signal_info *info, int number);
int signal_send_thread(struct thread *thread, const struct signal_info *info);
int signal_send_process(struct process *process, const struct signal_info *info);
int signal_send_group(struct pid *group, const struct signal_info *info); /* kernel's own */
/* A synchronous fault of current: cannot be blocked or ignored. */
void signal_force(const struct signal_info *info);
void signal_fault(int number, int code, const struct fault *fault);
/* A preallocated one, e.g. of a timer; from interrupts too. False: still queued. */
bool signal_send_queued(struct queued_signal *queued, struct process *process,
    struct thread *thread);
void signal_unqueue(struct queued_signal *queued, struct process *process, struct thread *thread);

/* kill(2), tgkill(2), rt_sigqueueinfo(2) with all rules of permission. number 0
 * only checks. */
int kill_by_number(int pid, const struct signal_info *info);
int kill_thread(int tgid, int tid, const struct signal_info *info); /* tgid 0: tkill */
bool may_signal(struct thread *target, int number);
/* rt_sigqueueinfo's: may current send si_code `code` to the process or thread
 * of this number?  What the kernel alone says, only to itself. */
bool may_queue_code(int to, int code);
void signal_info_from_current(struct signal_info *info, int number, int code);

/* sigaction: wanted, old may be NULL. -EINVAL */
int signal_action(int number, const struct action *wanted, struct action *old);
enum mask_how { MASK_BLOCK, MASK_UNBLOCK, MASK_SET };
int signal_mask(enum mask_how how, const signal_set *wanted, signal_set *old);
void signal_set_blocked(signal_set blocked); /* current's; looks again */
struct signal_masks {
    signal_set pending, shared, blocked, ignored, caught;
};
void signal_masks(struct thread *thread, struct signal_masks *masks); /* /proc */
signal_set signal_pending_any(void); /* blocked or not */
signal_set signal_pending(void); /* current's and its process', blocked ones */
bool signal_is_deliverable(void); /* would a handler or default run? */
/* ppoll, sigsuspend …: blocked until the way back to user code, where a handler
 * still sees the saved mask in its frame. */
void signal_set_blocked_meanwhile(signal_set blocked);
void signal_meanwhile_over(void); /* the call ends without a signal: restore */
int signal_suspend(signal_set blocked); /* -ERESTART_UNHANDLED */
/* sigtimedwait: takes one of `wanted`; -EAGAIN at the deadline, -EINTR. */
int signal_wait(signal_set wanted, struct signal_info *info, uint64_t deadline_ns);
/* Whether it lies on the current thread's alternate stack. */
bool signal_is_on_altstack(uintptr_t sp);
/* signalfd: takes one without waiting: -EAGAIN. */
int signal_take(signal_set wanted, struct signal_info *info);
int signal_altstack(const uintptr_t *at, const size_t *bytes, const unsigned *flags,
    uintptr_t sp, uintptr_t *old_at, size_t *old_bytes, unsigned *old_flags);
enum { ALTSTACK_ON = 1, ALTSTACK_OFF = 2, ALTSTACK_AUTO = 4 };

/* On the way to user code: delivers what is there, handles restarts. */
void signal_deliver(struct frame *frame);

/* Queues of the end: frees what is pending. */
void signals_flush(struct list *pending, signal_set *set);
/* Job control from exit.c, wait.c.  The end of a process (CLD_EXITED …) is told
 * from process->exit_status, set before; status matters for stops only.  The
 * parent's waiters are woken. */
void process_notify_parent(struct process *process, int code, int status);
void process_notify_parent_locked(struct process *process, int code, int status);
void signal_init_thread(struct thread *thread);
/* First thing of thread_end: current takes no more signals; what was for the
 * whole process goes to another thread, a stop under way does not wait for us. */
void signal_leave(void);

/* True if the default action ignores it, stops, or ends the process. */
enum signal_default { DEFAULT_END, DEFAULT_CORE, DEFAULT_IGNORE, DEFAULT_STOP, DEFAULT_CONTINUE };
enum signal_default signal_default(int number);

#endif
