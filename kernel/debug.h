/* SPDX-License-Identifier: MIT */
/* What the debug build has besides: files of /proc that tests use, and checks
 * at the doors.  Nothing in other builds. */
#ifndef KERNEL_DEBUG_H
#define KERNEL_DEBUG_H

#include "kernel/procfs_tree.h"

#ifdef CONFIG_DEBUG
proc_show_fn show_fail, show_heap, show_plant;
int store_fail(const char *value, const struct proc_subject *subject);
int store_heap(const char *value, const struct proc_subject *subject);
int store_plant(const char *value, const struct proc_subject *subject);

void debug_init(void);
bool debug_option(const char *name, const char *value);
void debug_call_begins(void), debug_call_ends(void);
void debug_power_off(void); /* tells what was allocated and not given back */
#else
static inline void debug_init(void)
{
}

static inline bool debug_option(const char *name, const char *value)
{
    return false;
}

static inline void debug_call_begins(void)
{
}

static inline void debug_call_ends(void)
{
}

static inline void debug_power_off(void)
{
}
#endif

#endif
