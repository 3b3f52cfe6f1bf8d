/* SPDX-License-Identifier: MIT */
/* mounts, mountinfo and mountstats of /proc/PID. */
#ifndef KERNEL_PROCFS_MOUNTS_H
#define KERNEL_PROCFS_MOUNTS_H

#include "kernel/text.h"
#include "vfs/mount.h"

struct file;
struct proc_subject;

enum mounts_form { MOUNTS_PLAIN, MOUNTS_INFO, MOUNTS_STATS };

/* The mounts that are reached from root. */
int mounts_text(struct text *text, struct place root, enum mounts_form form);

/* proc_entry.open: -EINVAL of a process that has ended. */
int mounts_open(const struct proc_subject *subject, struct file *file);
int mounts_open_info(const struct proc_subject *subject, struct file *file);
int mounts_open_stats(const struct proc_subject *subject, struct file *file);

#endif
