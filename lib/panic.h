/* SPDX-License-Identifier: MIT */
/* The end: what only a bug can cause. */
#ifndef LIB_PANIC_H
#define LIB_PANIC_H

#include "lib/types.h"

/* Stops the other CPUs, prints the message, registers, a backtrace with
 * symbols and what panic_set_report added, then obeys panic_set_end. */
noreturn_fn void panic(const char *format, ...) printf_like(1);

struct frame;
noreturn_fn void panic_at(
    const struct frame *frame, const char *format, ...) printf_like(2);

/* kernel/ tells how to go on after the report (the panic= option), and adds the
 * running program and the CPU's last system calls. */
void panic_set_end(noreturn_fn void (*end)(void));
void panic_set_report(void (*report)(void));
bool panic_is_under_way(void);

#ifdef CONFIG_DEBUG
#define assert(claim)                                                          \
    do {                                                                       \
        if (unlikely(!(claim)))                                                \
            panic("%s:%d: not so: %s", __FILE__, __LINE__, #claim);            \
    } while (0)
#else
#define assert(claim) ((void)sizeof(!(claim)))
#endif

#endif
