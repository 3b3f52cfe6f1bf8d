/* SPDX-License-Identifier: MIT */
/* /proc: numbers and names of the running system, as files. */
#ifndef KERNEL_PROCFS_H
#define KERNEL_PROCFS_H

void procfs_init(void); /* registers "proc", "sysfs" (its few names) */

#endif
