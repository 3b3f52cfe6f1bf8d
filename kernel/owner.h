/* SPDX-License-Identifier: MIT */
/* Signals to whom a file's news are for (F_SETOWN). */
#ifndef KERNEL_OWNER_H
#define KERNEL_OWNER_H

#include "vfs/file.h"

/* The kernel's own, if there is an owner and who set it may signal it. */
void owner_signal(struct file *file, int number);
void owner_signal_urgent(struct file *file); /* SIGURG */
/* One of TELL_…, by the file's signal, or plainly by SIGIO. */
void owner_tell(struct file *file, int fd, unsigned what);
/* Its number; 0: nobody, or gone. */
int owner_number(struct file *file, enum file_owner *kind);

#endif
