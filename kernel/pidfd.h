/* SPDX-License-Identifier: MIT */
/* Descriptors that name a process: readable when it has ended. */
#ifndef KERNEL_PIDFD_H
#define KERNEL_PIDFD_H

#include "lib/types.h"

struct file;
struct pid;

/* A file of pid; flags: OPEN_NONBLOCK or 0. -ENOMEM, -ENFILE */
int pidfd_new(struct pid *pid, unsigned flags, struct file **made);
/* pidfd_open(2): a close-on-exec descriptor of process `number`. -ESRCH,
 * -EINVAL (the number of a thread or a group alone), -EMFILE. */
int pidfd_open(int number, unsigned flags);
/* The pid of a file, with a reference; NULL: not one of these. */
struct pid *pidfd_pid(struct file *file);

#endif
