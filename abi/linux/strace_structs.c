/* SPDX-License-Identifier: MIT */
/* How the tracer prints the flags of structures that arguments point to. */
#include <asm/poll.h>
#include <asm/signal.h>
#include <linux/eventpoll.h>
#include <linux/openat2.h>
#include <linux/sched.h>

#include "abi/linux/strace.h"
#include "mm/user.h"

enum { POLLED_SHOWN = 4 };

extern const struct flag_name names_resolve[], names_open[], names_ss[],
    names_sa[], names_poll[], names_epollevents[];

/* Copies what argument i points to, or prints the pointer. */
static bool is_copied(struct trace *trace, const struct syscall_args *args,
    unsigned i, void *to, size_t bytes)
{
    const void __user *from = (const void __user *)args->value[i];
    if (from && !user_read(to, from, bytes))
        return true;
    print_hex(trace, args, i, NULL);
    return false;
}

PRINTER(sigaction)
{
    struct sigaction action;
    if (!is_copied(trace, args, i, &action, sizeof action))
        return;
    trace_add(trace, "{%#lx, ", (unsigned long)action.sa_handler);
    trace_add_flags(trace, names_sa, action.sa_flags);
    trace_add(trace, "}");
}

PRINTER(altstack)
{
    stack_t stack;
    if (!is_copied(trace, args, i, &stack, sizeof stack))
        return;
    trace_add(trace, "{%#lx, ", (unsigned long)stack.ss_sp);
    trace_add_flags(trace, names_ss, (unsigned)stack.ss_flags);
    trace_add(trace, ", %lu}", (unsigned long)stack.ss_size);
}

PRINTER(cloneargs)
{
    uint64_t words[CLONE_ARGS_SIZE_VER0 / sizeof(uint64_t)];
    if (!is_copied(trace, args, i, words, sizeof words))
        return;
    trace_add(trace, "{");
    trace_add_flags(trace, names_clone, words[0]);
    const char *signal = flag_name_find(names_signal, words[4]);
    if (signal)
        trace_add(trace, ", %s", signal);
    trace_add(trace, "}");
}

PRINTER(openhow)
{
    struct open_how how;
    if (!is_copied(trace, args, i, &how, sizeof how))
        return;
    trace_add(trace, "{");
    trace_add_flags(trace, names_open, how.flags);
    trace_add(trace, ", 0%lo, ", (unsigned long)how.mode);
    trace_add_flags(trace, names_resolve, how.resolve);
    trace_add(trace, "}");
}

PRINTER(epollevent)
{
    struct epoll_event event;
    if (!is_copied(trace, args, i, &event, sizeof event))
        return;
    trace_add(trace, "{");
    trace_add_flags(trace, names_epollevents, event.events);
    trace_add(trace, ", %#lx}", (unsigned long)event.data);
}

/* The next argument is how many. */
PRINTER(pollfds)
{
    struct pollfd items[POLLED_SHOWN];
    unsigned count = (unsigned)args->value[i + 1];
    unsigned shown = min(count, (unsigned)POLLED_SHOWN);
    if (!is_copied(trace, args, i, items, shown * sizeof *items))
        return;
    trace_add(trace, "[");
    for (unsigned n = 0; n < shown; n++) {
        trace_add(trace, "%s{%d, ", n ? ", " : "", items[n].fd);
        trace_add_flags(trace, names_poll, (uint16_t)items[n].events);
        trace_add(trace, "}");
    }
    trace_add(trace, count > shown ? ", …]" : "]");
}
