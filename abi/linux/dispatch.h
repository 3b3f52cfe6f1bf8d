/* SPDX-License-Identifier: MIT */
/* From a number to a handler. */
#ifndef ABI_LINUX_DISPATCH_H
#define ABI_LINUX_DISPATCH_H

struct frame;

/* A system call of current; the result goes into the frame. */
void dispatch(struct frame *frame);
/* The last calls of this CPU, for a panic. */
void dispatch_report(void);

#endif
