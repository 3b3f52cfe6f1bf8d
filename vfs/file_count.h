/* SPDX-License-Identifier: MIT */
/* How many files are open, and how many may be. */
#ifndef VFS_FILE_COUNT_H
#define VFS_FILE_COUNT_H

#include "vfs/credentials.h"

/* Counts one that is about to be made: -ENFILE, unless who is CAPABLE_SYS_ADMIN
 * or there are fewer than may be. */
int file_count_take(const struct credentials *who);
void file_count_give(void); /* not in an interrupt */
/* What file_count_take would say. */
int file_count_check(const struct credentials *who);

uint64_t file_count(void);      /* open files in all */
uint64_t file_count_most(void); /* /proc/sys/fs/file-max */
void file_count_set_most(uint64_t most);

#endif
