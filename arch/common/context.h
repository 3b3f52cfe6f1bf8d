/* SPDX-License-Identifier: MIT */
/* What common/context.c asks of a CPU. */
#ifndef COMMON_CONTEXT_H
#define COMMON_CONTEXT_H

#include "arch/context.h"
#include "machine/cpu_local.h"

/* Is this context's user state in the registers of this CPU? */
static inline bool context_is_loaded(const struct context *context)
{
    return cpu_local()->context == context;
}

/* Puts below frame what a first switch to this stack takes from it, so that it
 * calls start(argument); the stack pointer for that. */
uintptr_t context_first_stack(
    struct frame *frame, void (*start)(void *), void *argument);

/* TLS and its like: of a loaded context, to memory and back; to a child; none,
 * as a program begins. */
void tls_save(struct context *context);
void tls_load(struct context *context);
void tls_copy(struct context *child, struct context *maker);
void tls_reset(struct context *context);

/* Traps from user code are to begin on the stack of `to`, if they are told. */
void context_tell_stack(struct cpu_local *cpu, const struct context *to);

/* The FP unit's registers and an area of fpu_bytes(). */
void fpu_save(void *area);
void fpu_load(void *area);
void fpu_init_area(void *area);

#endif
