/* SPDX-License-Identifier: MIT */
/* What a handler finds on its stack: made by enter_handler, undone by
 * sys_rt_sigreturn.  One implementation for each CPU. */
#ifndef ABI_LINUX_SIGNAL_FRAME_H
#define ABI_LINUX_SIGNAL_FRAME_H

#include "kernel/signal.h"

/* struct abi's enter_handler. */
int enter_handler(struct frame *frame, const struct signal_info *info,
    const struct action *action, signal_set blocked);
/* The most a frame takes: AT_MINSIGSTKSZ. */
size_t signal_frame_bytes(void);

#endif
