/* SPDX-License-Identifier: MIT */
/* The system as a whole: its names, its end, its options. */
#ifndef KERNEL_SYSTEM_H
#define KERNEL_SYSTEM_H

#include "lib/types.h"

enum { SYSTEM_NAME_BYTES = 65 };
struct system_names {
    char system[SYSTEM_NAME_BYTES], node[SYSTEM_NAME_BYTES],
        release[SYSTEM_NAME_BYTES], version[SYSTEM_NAME_BYTES],
        machine[SYSTEM_NAME_BYTES], domain[SYSTEM_NAME_BYTES];
};
void system_names(struct system_names *names); /* a copy under the lock */
/* How many changes there were; the waiter, if not NULL, is queued for more. */
struct waiter;
unsigned system_node_changes(struct waiter *waiter);
unsigned system_domain_changes(struct waiter *waiter);
void system_set_node(const char *name, size_t bytes);
void system_set_domain(const char *name, size_t bytes);

enum system_end { END_RESTART, END_HALT, END_POWER_OFF };
noreturn_fn void system_end(enum system_end how); /* says so on the console */
bool system_ctrl_alt_del(void); /* restarts at once; else init gets SIGINT */
void system_set_ctrl_alt_del(bool restarts);
/* Panics obey panic=, and report the running program. */
void system_init_panic(void);

/* The boot command line as given, for /proc/cmdline. */
const char *system_command_line(void);
/* panic= seconds: 0 stay, < 0 at once. */
int system_panic_timeout(void);

#endif
