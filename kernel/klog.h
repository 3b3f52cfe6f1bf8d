/* SPDX-License-Identifier: MIT */
/* The log for klogd and dmesg, by syslog(2) and /proc/kmsg: the one place up to
 * which it was read, and all of it. */
#ifndef KERNEL_KLOG_H
#define KERNEL_KLOG_H

#include "vfs/transfer.h"

struct file;
struct proc_subject;

/* What was not read yet, which it is then; waits for some. Bytes, or -E…. */
ssize_t klog_read(struct transfer *t);
/* The last records that fit, of those that were not cleared. */
ssize_t klog_read_all(struct transfer *t);
long klog_unread_bytes(void); /* -ENOMEM */
bool klog_may_read(void); /* current */
/* proc_entry.open of /proc/kmsg. */
int klog_open(const struct proc_subject *subject, struct file *file);

#endif
