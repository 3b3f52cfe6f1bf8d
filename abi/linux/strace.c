/* SPDX-License-Identifier: MIT */
/* The tracer: which calls are printed, and the line.
 *
 * The hard problem: a call's arguments may be gone when it is over (exec took
 * the memory, another thread wrote to it), and its result is not known when it
 * begins.  So the line is begun in a heap block, and ended later. */
#include "abi/linux/strace.h"
#include "lib/bitmap.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/log.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "sched/pid.h"
#include "sched/thread.h"

enum { CALLS_MAX = 512, LINE_BYTES = LOG_LINE_BYTES - 64 };

struct trace {
    size_t length;
    char text[LINE_BYTES];
};

static bool is_on;
static unsigned long chosen[bitmap_longs(CALLS_MAX)];
static char only_comm[16];

static void choose(const char *name, size_t bytes)
{
    bool is_all = bytes == 3 && !memcmp(name, "all", 3);
    bool was_found = is_all;
    for (unsigned i = 0; i < syscalls_count && i < CALLS_MAX; i++) {
        const char *known = syscalls[i].name;
        if (!known)
            continue;
        if (is_all || (strlen(known) == bytes && !memcmp(known, name, bytes))) {
            bitmap_add(chosen, i);
            was_found = true;
        }
    }
    if (was_found)
        is_on = true;
    else if (bytes)
        log_warning("strace=: no system call is called %.*s",
            (int)min(bytes, 64ul), name);
}

void strace_option(const char *value)
{
    for (;;) {
        const char *comma = strchr(value, ',');
        choose(value, comma ? (size_t)(comma - value) : strlen(value));
        if (!comma)
            return;
        value = comma + 1;
    }
}

void strace_comm_option(const char *value)
{
    string_copy(only_comm, value, sizeof only_comm);
}

bool strace_wants(long number)
{
    if (likely(!is_on))
        return false;
    if (only_comm[0] && strncmp(only_comm, current->comm, sizeof only_comm))
        return false;
    /* A number that nobody knows has no name to choose it by. */
    if (number < 0 || number >= CALLS_MAX || number >= syscalls_count)
        return true;
    return bitmap_has(chosen, number);
}

void trace_add(struct trace *trace, const char *how, ...)
{
    va_list list;
    va_start(list, how);
    size_t room = LINE_BYTES - trace->length;
    int wanted = format_list(trace->text + trace->length, room, how, list);
    trace->length += min((size_t)wanted, room - 1);
    va_end(list);
}

static void print(const struct trace *trace, const char *result)
{
    log_info("%d %s: %s = %s", current->pid->number, current->comm, trace->text,
        result);
}

static void add_call(struct trace *trace, const struct syscall *call,
    const struct syscall_args *args)
{
    trace_add(trace, "%s(", call->name);
    for (unsigned i = 0; i < call->argument_count; i++) {
        const struct syscall_printer *printer =
            &syscall_printers[call->words[i]];
        if (i)
            trace_add(trace, ", ");
        printer->print(trace, args, i, printer->names);
    }
    trace_add(trace, ")");
}

static bool never_returns(const struct syscall *call)
{
    return !strcmp(call->name, "exit") || !strcmp(call->name, "exit_group");
}

struct trace *strace_begin(long number, const struct syscall_args *args)
{
    struct trace *trace = heap_alloc(sizeof *trace);
    if (!trace)
        return NULL;
    trace->length = 0;
    trace->text[0] = 0;
    const struct syscall *call = NULL;
    if (number >= 0 && number < syscalls_count && syscalls[number].name)
        call = &syscalls[number];
    if (!call) {
        trace_add(trace, "syscall_%ld(%#lx, %#lx, %#lx)", number,
            args->value[0], args->value[1], args->value[2]);
        return trace;
    }
    add_call(trace, call, args);
    if (!never_returns(call))
        return trace;
    print(trace, "?");
    heap_free(trace);
    return NULL;
}

void strace_end(struct trace *trace, long result)
{
    if (!trace)
        return;
    char text[32];
    if (result < 0 && result >= -4095) {
        const char *name = flag_name_find(names_errno, -result);
        if (name) /* what will be called again, or gives EINTR: not yet known */
            format(text, sizeof text, result <= -ERESTART ? "? %s" : "-1 %s",
                name);
        else
            format(text, sizeof text, "-1 %ld", -result);
    } else if (result >= 0 && result < 0x1000000) {
        format(text, sizeof text, "%ld", result);
    } else {
        format(text, sizeof text, "%#lx", (unsigned long)result);
    }
    print(trace, text);
    heap_free(trace);
}
