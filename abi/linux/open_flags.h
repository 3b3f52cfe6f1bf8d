/* SPDX-License-Identifier: MIT */
/* O_* and enum open_flags. */
#ifndef ABI_LINUX_OPEN_FLAGS_H
#define ABI_LINUX_OPEN_FLAGS_H

#include "lib/types.h"

struct file;

/* Those that are known; the others are dropped, as open(2) does. */
unsigned open_flags_from_linux(unsigned long flags);
/* What an open makes of its flags before it looks for anything: those of Linux
 * that count stay. 0 or -EINVAL. */
int open_flags_checked(unsigned long *linux_flags, unsigned *flags);
long open_flags_to_linux(unsigned flags);
unsigned long open_flags_shown(unsigned flags, bool closes_on_exec);
/* F_SETFL: APPEND, NONBLOCK, DIRECT, NOATIME and ASYNC (of that fd); the others
 * stay. */
long file_set_flags(struct file *file, int fd, unsigned long flags);
/* F_ADD_SEALS and F_GET_SEALS (memfd.c). */
long seals_control(struct file *file, int command, unsigned long argument);

#endif
