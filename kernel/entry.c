/* SPDX-License-Identifier: MIT */
/* The doors by which traps come in. */
#include "kernel/entry.h"

#include "arch/atomic.h"
#include "arch/boot.h"
#include "arch/irq.h"
#include "arch/trap.h"
#include "kernel/abi.h"
#include "kernel/debug.h"
#include "kernel/exit.h"
#include "kernel/limits.h"
#include "lib/errno.h"
#include "lib/log.h"
#include "lib/spinlock.h"
#include "mm/space.h"
#include "sched/watch.h"
#include "vfs/async.h"

void on_syscall(struct frame *frame)
{
    watch_progress();
    debug_call_begins();
    the_abi->syscall(frame);
    debug_call_ends();
}

/* Kernel code may only wait for a page where it may sleep at all. */
static bool may_serve(const struct fault *fault)
{
    if (!current->space || fault->address >= USER_END)
        return false;
    return fault->from_user ||
        (!current->no_fault && irq_is_on() && !lock_spins_held() &&
            !irq_is_inside());
}

/* Unless it was chosen itself, nobody could be found to end in its place. */
static void end_for_want_of_memory(void)
{
    if (atomic_load(&current->work) & WORK_KILL)
        return; /* on its way out */
    log_error("Out of memory: Killed process %d (%s), which asked for it",
        process_number(current->process), current->comm);
    process_end(STATUS_KILLED(SIGKILL));
}

static void tell_program(const struct fault *fault, int error)
{
    switch (error) {
    case -EACCES:
        signal_fault(SIGSEGV, SEGV_ACCERR, fault);
        break;
    case -EIO:
        signal_fault(SIGBUS, BUS_ADRERR, fault);
        break;
    case -ENOMEM:
        end_for_want_of_memory();
        break;
    case -ERESTART:
        break; /* it ends on its way out */
    default:
        signal_fault(SIGSEGV, SEGV_MAPERR, fault);
    }
}

bool on_fault(struct frame *frame, const struct fault *fault)
{
    int error = -EFAULT;
    if (may_serve(fault)) {
        current->task.minor_faults++;
        error = space_fault(current->space, fault->address, fault->kind);
    }
    if (!error)
        return true;
    if (!fault->from_user)
        return false;
    if (!the_abi->serve_fault(frame, fault))
        tell_program(fault, error);
    return true;
}

void on_exception(struct frame *frame, const struct exception *exception)
{
    struct signal_info info = {
        .number = exception->signal,
        .code = exception->code,
        .shape = SHAPE_FAULT,
        .fault = { exception->address, exception->vector, exception->error },
    };
    signal_force(&info);
}

void on_return_to_user(struct frame *frame)
{
    uint32_t work;
    while ((work = atomic_load(&current->work))) {
        if (work & WORK_PUTS)
            thread_run_deferred();
        if (work & WORK_TELL) {
            thread_clear_work(current, WORK_TELL);
            async_tell();
        }
        if (work & WORK_KILL)
            thread_end_killed();
        if (work & (WORK_SIGNAL | WORK_STOP))
            signal_deliver(frame);
        if (work & WORK_YIELD)
            thread_preempt();
        if (work & WORK_LIMIT) {
            thread_clear_work(current, WORK_LIMIT);
            limits_check_realtime();
        }
        if (work & WORK_RESUMED) {
            thread_clear_work(current, WORK_RESUMED);
            the_abi->resumed(frame);
        }
    }
}

bool thread_has_work(void)
{
    return atomic_load(&current->work) != 0;
}
