/* SPDX-License-Identifier: MIT */
/* The system calls by number, as syscalls.awk makes them. */
#ifndef ABI_LINUX_SYSCALLS_H
#define ABI_LINUX_SYSCALLS_H

#include "lib/types.h"

/* The argument registers, whatever the CPU calls them. */
struct syscall_args {
    uint64_t value[6];
};

struct syscall {
    const char *name; /* NULL: Linux has no call of this number */
    long (*call)(const struct syscall_args *args); /* NULL: not here (yet) */
    uint8_t argument_count;
    uint8_t words[6]; /* enum syscall_word */
};

extern const struct syscall syscalls[];
extern const unsigned syscalls_count;

#endif
