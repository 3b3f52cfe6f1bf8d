/* SPDX-License-Identifier: MIT */
/* What the signal_*.c files share: queues of signals and their places. */
#ifndef KERNEL_SIGNAL_QUEUE_H
#define KERNEL_SIGNAL_QUEUE_H

#include "kernel/process.h"

#define SIGNALS_UNBLOCKABLE (signal_bit(SIGKILL) | signal_bit(SIGSTOP))
#define SIGNALS_STOP                                                           \
    (signal_bit(SIGSTOP) | signal_bit(SIGTSTP) | signal_bit(SIGTTIN) |         \
        signal_bit(SIGTTOU))
#define SIGNALS_SYNCHRONOUS                                                    \
    (signal_bit(SIGSEGV) | signal_bit(SIGBUS) | signal_bit(SIGILL) |           \
        signal_bit(SIGTRAP) | signal_bit(SIGFPE) | signal_bit(SIGSYS))

/* Preallocated signals: where they are. */
enum queued_place { QUEUED_NOWHERE, QUEUED_LATER, QUEUED_PENDING };

/* A block for info, counted against uid, the user of the process that is to
 * have it, and against its limit: NULL in *queued and 0 when the signal may go
 * without one; -EAGAIN when it may not. handlers->lock not held. */
int queued_new(const struct signal_info *info, struct process *process,
    uint32_t uid, struct queued_signal **queued);
void queued_free(struct queued_signal *queued); /* NULL: nothing */
void queued_free_all(struct list *dropped);

/* All under handlers->lock. */
/* The next of `set` to deliver: synchronous ones first, then the lowest; 0. */
int signal_set_first(signal_set set);
/* Takes `number` out into info; its block, if any, goes to dropped. */
void queue_take(struct list *pending, signal_set *set, int number,
    struct signal_info *info, struct list *dropped);
/* A fault's signal that is queued with its cause, before all others; 0. */
int queue_first_fault(struct list *pending, signal_set set, signal_set blocked);
void queue_flush(struct list *pending, signal_set *set, signal_set mask,
    struct list *dropped);
/* Takes the first of `wanted`, the thread's before its process'. 0: none. */
int thread_take_signal(struct thread *thread, signal_set wanted,
    struct signal_info *info, struct list *dropped);

/* For signal_later.c and timers. */
/* A timer was stopped: is a signal of it still on its way, or pending? */
bool queued_is_under_way(struct queued_signal *queued);
/* Then, with no locks: it has come. */
void signal_send_all_waiting(void);
/* On the way to user code: what timers sent, without waiting for the worker. */
void signal_send_waiting(void);
void queued_set_place(struct queued_signal *queued, enum queued_place place);

/* Under process_tree_lock: takes the handlers' lock through any thread that
 * still has them; NULL: the process has ended. */
struct thread *process_lock_handlers(
    struct process *process, unsigned long *irq_state);

/* One signal on its way (signal_send.c). */
struct sending {
    struct process *process;
    struct thread *thread; /* NULL: the process as a whole */
    struct handlers *handlers;
    int number;
    bool is_forced;        /* the kernel's own: SIGKILL reaches process 1 */
    struct queued_signal *queued; /* NULL once it is queued */
    struct list dropped;   /* blocks to free when no lock is held */
    int notify;            /* CLD_… to tell the parent, or 0 */
};
/* Under process_tree_lock and the handlers->lock of holder, a thread of the
 * process. True: it was queued or is there already; false: ignored. */
bool sending_do(struct sending *sending, struct thread *holder);
/* Under process_tree_lock alone: tells the parent. */
void sending_finish(struct sending *sending);

/* It had a signal that others have too: to be said after it was sent, so that
 * whoever reads this number, and then looks for signals, finds it. */
void process_count_group_signal(struct process *process);

bool process_is_unkillable(const struct process *process);
uint32_t thread_uid(struct thread *thread);

/* signal_stop.c, under process_tree_lock and handlers->lock: */
void process_begin_stop(struct process *process, int number);
/* SIGCONT: threads go on; the CLD_… to tell the parent, or 0. */
int process_continue(struct process *process);
/* Under handlers->lock: one thread less to wait for. True: tell the parent. */
bool process_count_stopped(struct process *process);
void process_stop_current(void); /* no locks: until continued or killed */

#endif
