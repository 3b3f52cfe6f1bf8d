/* SPDX-License-Identifier: MIT */
/* The tracer: each system call as a line in the kernel's log,
 *     pid comm: name(arguments) = result
 * chosen by the command line: strace=all|NAME,NAME and strace.comm=PROGRAM. */
#ifndef ABI_LINUX_STRACE_H
#define ABI_LINUX_STRACE_H

#include "abi/linux/syscall_words.h"
#include "abi/linux/syscalls.h"

/* The values of the two options; an unknown name gives one warning line. */
void strace_option(const char *value);
void strace_comm_option(const char *value);

/* Whether current's call is to be printed. Cheap while nothing is traced. */
bool strace_wants(long number);

/* What is known of a call when it begins, before it can change its arguments;
 * printed and freed by strace_end, which every traced call reaches but those
 * that do not return (exit): they are printed at once and give NULL. */
struct trace;
struct trace *strace_begin(long number, const struct syscall_args *args);
void strace_end(struct trace *trace, long result); /* NULL: nothing */

/* For strace_words.c: more of the line; what does not fit is left out. */
void trace_add(struct trace *trace, const char *how, ...) printf_like(2);

struct flag_name {
    unsigned long value;
    const char *name; /* NULL: the table's end */
};

/* How one word prints itself: argument i of args. */
struct syscall_printer {
    void (*print)(struct trace *trace, const struct syscall_args *args,
        unsigned i, const struct flag_name *names);
    const struct flag_name *names;
};
extern const struct syscall_printer syscall_printers[WORD_COUNT];

#define PRINTER(word)                                                          \
    void print_##word(struct trace *trace, const struct syscall_args *args,    \
        unsigned i, const struct flag_name *names)
PRINTER(int);
PRINTER(uint);
PRINTER(long);
PRINTER(size);
PRINTER(hex);
PRINTER(octal);
PRINTER(dirfd);
PRINTER(string);
PRINTER(strings);
PRINTER(bytes);
PRINTER(flags);
PRINTER(one);
PRINTER(signal);
PRINTER(sigset);
PRINTER(timespec);
PRINTER(cloneflags);
PRINTER(futexop);
PRINTER(socktype);
PRINTER(sockoption);
PRINTER(sigaction);
PRINTER(altstack);
PRINTER(cloneargs);
PRINTER(openhow);
PRINTER(epollevent);
PRINTER(pollfds);

/* value as names joined by |; what has no name as a number. */
void trace_add_flags(
    struct trace *trace, const struct flag_name *names, unsigned long value);

/* The name of a value, or NULL. */
const char *flag_name_find(const struct flag_name *names, unsigned long value);
extern const struct flag_name names_errno[], names_signal[], names_futexop[],
    names_socktype[], names_sockoption[], names_clone[], names_sock[];

#endif
