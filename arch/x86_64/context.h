/* SPDX-License-Identifier: MIT */
/* A thread's machine state.  The first two members are known to switch.S. */
#ifndef MACHINE_CONTEXT_H
#define MACHINE_CONTEXT_H

struct context {
    uintptr_t sp;        /* kernel stack pointer while it does not run */
    uintptr_t stack_top; /* where traps from user code begin */
    void *fpu;           /* user FP state while it does not run; or NULL */
    uintptr_t fs_base, gs_base; /* of user code, while it does not run */
};

#endif
