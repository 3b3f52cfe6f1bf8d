/* SPDX-License-Identifier: MIT */
/* What process 1 does before it runs a program. */
#ifndef KERNEL_FIRST_H
#define KERNEL_FIRST_H

struct boot_info;

extern const struct boot_info *first_boot;
void first_greet(const struct boot_info *boot); /* the first lines of the log */
void first_main(void *unused);
void worker_start(unsigned cpu); /* kernel/main.c */

#endif
