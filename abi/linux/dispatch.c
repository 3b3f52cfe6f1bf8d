/* SPDX-License-Identifier: MIT */
/* System calls: from the number to the handler, and what is remembered of them.
 *
 * A call that is not here is ENOSYS, as it would be on an older Linux; the log
 * says so once for each number, so that nobody has to guess why a program does
 * without something. */
#include "abi/linux/dispatch.h"

#include "abi/linux/strace.h"
#include "abi/linux/syscalls.h"
#include "arch/atomic.h"
#include "arch/cpu.h"
#include "arch/trap.h"
#include "lib/bitmap.h"
#include "lib/errno.h"
#include "lib/log.h"
#include "lib/string.h"
#include "sched/pid.h"
#include "sched/thread.h"

enum { RECENT_CALLS = 8, CALLS_MAX = 512 };

/* What a panic tells; only the CPU itself writes its own. */
static struct recent {
    long number;
    int tid;
    uint64_t arguments[3];
    char comm[16];
} recent_calls[CPU_MAX][RECENT_CALLS];
static unsigned recent_count[CPU_MAX];

static void remember(long number, const struct syscall_args *args)
{
    unsigned cpu = cpu_id();
    struct recent *recent =
        &recent_calls[cpu][recent_count[cpu]++ % RECENT_CALLS];
    recent->number = number;
    recent->tid = current->pid->number;
    memcpy(recent->arguments, args->value, sizeof recent->arguments);
    memcpy(recent->comm, current->comm, sizeof recent->comm);
}

static const char *name_of(long number)
{
    const char *name = number >= 0 && number < syscalls_count
        ? syscalls[number].name
        : NULL;
    return name ? name : "?";
}

void dispatch_report(void)
{
    unsigned cpu = cpu_id(), count = recent_count[cpu];
    log_error("last system calls of CPU %u:", cpu);
    for (unsigned i = count > RECENT_CALLS ? count - RECENT_CALLS : 0;
         i < count; i++) {
        const struct recent *recent = &recent_calls[cpu][i % RECENT_CALLS];
        log_error("  %d %.16s: %s (%ld) %#lx %#lx %#lx", recent->tid,
            recent->comm, name_of(recent->number), recent->number,
            (unsigned long)recent->arguments[0],
            (unsigned long)recent->arguments[1],
            (unsigned long)recent->arguments[2]);
    }
}

/* A bit for each number, set once its line was printed; bit 0 serves all the
 * numbers that Linux has not either, read(2) being never missing. */
static unsigned long reported[bitmap_longs(CALLS_MAX)];

static long missing(long number)
{
    unsigned long bit =
        number > 0 && number < CALLS_MAX ? (unsigned long)number : 0;
    unsigned long mask = 1ul << bit % BITS_PER_LONG;
    unsigned long *word = &reported[bit / BITS_PER_LONG];
    /* Atomic, because every CPU may meet it at the same time. */
    if (!(atomic_load(word) & mask) && !(atomic_or(word, mask) & mask))
        log_debug("%.16s: system call %ld (%s) is not here", current->comm,
            number, name_of(number));
    return -ENOSYS;
}

static long call(long number, const struct syscall_args *args)
{
    /* As unsigned, so that one comparison finds x32's numbers and -1 too. */
    if (unlikely((unsigned long)number >= syscalls_count) ||
        unlikely(!syscalls[number].call))
        return missing(number);
    return syscalls[number].call(args);
}

static long traced_call(long number, const struct syscall_args *args)
{
    struct trace *trace = strace_begin(number, args);
    long result = call(number, args);
    strace_end(trace, result);
    return result;
}

void dispatch(struct frame *frame)
{
    struct syscall_args args;
    long number = frame_call_number(frame);
    frame_call_arguments(frame, args.value);
    remember(number, &args);
    long result = unlikely(strace_wants(number)) ? traced_call(number, &args)
                                                 : call(number, &args);
    frame_set_result(frame, result);
}
