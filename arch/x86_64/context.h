/* SPDX-License-Identifier: MIT */
/* A thread's machine state.  FS is the user's TLS. */
#ifndef MACHINE_CONTEXT_H
#define MACHINE_CONTEXT_H

struct context {
    uintptr_t sp;        /* kernel stack pointer while it does not run */
    uintptr_t stack_top; /* where traps from user code begin */
    void *fpu;           /* user FP state while it does not run; or NULL */
    uintptr_t fs_base, gs_base; /* of user code, while it does not run */
    unsigned fpu_cpu;    /* whose registers may still hold the state, + 1 */
};

/* Where a struct thread keeps its context: a switch finds the thread by it. */
enum { CONTEXT_IN_THREAD = 8 };

/* The user's GS base, as context_set_tls does for FS. */
void context_set_gs(struct context *context, uintptr_t base);
uintptr_t context_gs(struct context *context);

#endif
