/* SPDX-License-Identifier: MIT */
/* /proc: numbers and names of the running system, as files. */
#ifndef KERNEL_PROCFS_H
#define KERNEL_PROCFS_H

struct file;
struct pid;

void procfs_init(void); /* registers "proc", "sysfs" (its few names) */

/* The pid of an open /proc/PID, with a reference; NULL: not such a folder. */
struct pid *procfs_pid(const struct file *file);

/* The number of a thread bears it no more. Any lock may be held but those of
 * the scheduler; what must sleep is left for later. */
void procfs_thread_left(void);

#endif
