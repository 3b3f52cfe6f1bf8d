/* SPDX-License-Identifier: MIT */
/* The doors by which arch/ comes in. */
#ifndef KERNEL_ENTRY_H
#define KERNEL_ENTRY_H

#include "lib/types.h"

struct boot_info;
struct frame;
struct fault;
struct exception;

/* On CPU 0, on a boot stack, with memory mapped linearly, traps set, interrupts
 * off. */
noreturn_fn void kernel_main(struct boot_info *boot);

/* A system call of current, interrupts on. */
void on_syscall(struct frame *frame);

/* A page fault; interrupts as the interrupted code had them (on, from user
 * code). True: go on (for user code perhaps with a signal queued). False, from
 * kernel code only: use the exception table, or panic. */
bool on_fault(struct frame *frame, const struct fault *fault);

/* Another exception of user code, interrupts on. */
void on_exception(struct frame *frame, const struct exception *exception);

/* On every way back to user code whose thread has work (or always after a
 * trap): signals, preemption. Called with interrupts on; arch then turns them
 * off and looks at current's work word again (thread_has_work). */
void on_return_to_user(struct frame *frame);

/* Whether on_return_to_user must run: read with interrupts off, in line in the
 * fast path through the offset of `work` in struct thread. */
bool thread_has_work(void);

#endif
