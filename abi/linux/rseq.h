/* SPDX-License-Identifier: MIT */
#ifndef ABI_LINUX_RSEQ_H
#define ABI_LINUX_RSEQ_H

struct frame;

/* Before user code runs again after a switch, and before a handler's frame. */
void rseq_resumed(struct frame *frame);

#endif
