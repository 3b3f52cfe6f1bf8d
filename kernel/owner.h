/* SPDX-License-Identifier: MIT */
/* Signals to whom a file's news are for (F_SETOWN). */
#ifndef KERNEL_OWNER_H
#define KERNEL_OWNER_H

struct file;

/* The kernel's own, if there is an owner and who set it may signal it. */
void owner_signal(struct file *file, int number);
void owner_signal_urgent(struct file *file); /* SIGURG */

#endif
