/* SPDX-License-Identifier: MIT */
/* A thread's machine state while it does not run: kernel stack pointer, user
 * FP/vector state, TLS registers. */
#ifndef ARCH_CONTEXT_H
#define ARCH_CONTEXT_H

#include "lib/types.h"

struct frame; /* user registers as the kernel entry saved them */
struct pagetable;

#include "machine/context.h" /* struct context */

/* A kernel stack [stack, stack + KERNEL_STACK_BYTES); the first switch to it
 * calls start(argument) with interrupts on; start never returns.  fpu points
 * to fpu_bytes() bytes, 64-byte aligned, or NULL for kernel threads. */
void context_init(struct context *context, void *stack, void *fpu,
    void (*start)(void *), void *argument);

/* Saves into `from`, goes on in `to`: FP state, TLS base, kernel stack for
 * traps, current.  Interrupts are off.  Page tables are pagetable_switch's. */
void context_switch(struct context *from, struct context *to);

/* The frame of the user registers at the top of the thread's kernel stack. */
struct frame *context_user_frame(struct context *context);
/* Leaves the kernel with context_user_frame(current's): for a new thread's
 * start function. Runs on_return_to_user first. */
noreturn_fn void context_enter_user(struct frame *frame);

/* A child begins with a copy of its maker's user registers, FP state and TLS,
 * the maker being current; the call's result in the child is 0. */
void context_copy_user(struct context *child, struct context *maker);
/* exec: registers cleared, ip and sp set, FP state and TLS initial. */
void context_reset_user(struct context *context, uintptr_t ip, uintptr_t sp);
void context_set_tls(struct context *context, uintptr_t tls);
uintptr_t context_tls(struct context *context);
bool context_tls_is_ok(uintptr_t tls); /* one that a new thread may begin with */

/* FP/vector state of current: fpu_sync writes the registers to its area,
 * fpu_reload makes a changed area the state user code will see (after
 * fpu_is_valid said that loading it cannot fault). */
size_t fpu_bytes(void);       /* size of the area: XSAVE's, or 512 */
uint64_t fpu_features(void);  /* XCR0-like mask; 0: plain FXSAVE */
void *fpu_area(struct context *context);
void fpu_sync(struct context *context);
void fpu_reload(struct context *context);
bool fpu_make_valid(void *area, size_t bytes); /* false: hopeless */
void fpu_reset(struct context *context);

#endif
