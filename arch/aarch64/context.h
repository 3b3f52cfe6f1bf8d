/* SPDX-License-Identifier: MIT */
/* A thread's machine state.  TPIDR_EL0 is the user's TLS. */
#ifndef MACHINE_CONTEXT_H
#define MACHINE_CONTEXT_H

struct context {
    uintptr_t sp;        /* kernel stack pointer while it does not run */
    uintptr_t stack_top; /* where traps from user code begin */
    void *fpu;           /* user FP state while it does not run; or NULL */
    uintptr_t tls;       /* of user code, while it does not run */
    unsigned fpu_cpu;    /* whose registers may still hold the state, + 1 */
};

/* Where a struct thread keeps its context: a switch finds the thread by it. */
enum { CONTEXT_IN_THREAD = 8 };

/* What fpu_area points to. */
struct fpu_state {
    unsigned char vectors[32][16];
    uint32_t status, control; /* FPSR, FPCR */
    uint64_t unused;
};

#endif
