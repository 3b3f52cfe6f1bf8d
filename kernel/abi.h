/* SPDX-License-Identifier: MIT */
/* What a personality gives the kernel: a handful of hooks. */
#ifndef KERNEL_ABI_H
#define KERNEL_ABI_H

#include "kernel/exec.h"
#include "kernel/signal.h"

struct abi {
    const char *name;
    /* A system call of current: number and arguments are in the frame, the
     * result goes there. */
    void (*syscall)(struct frame *frame);
    /* Lays the first stack out below program->stack_top (vectors, auxiliary
     * vector) and sets *sp. 0, -E2BIG, -EFAULT. Fills space->auxv. */
    int (*start_program)(const struct program *program, uintptr_t *sp);
    /* Pages of code that every program gets (vDSO); called by exec before
     * start_program. May be NULL. */
    int (*map_extras)(struct space *space);
    /* Writes the handler's frame and points the registers at the handler.
     * -EFAULT: the process gets SIGSEGV. blocked: the mask to restore. */
    int (*enter_handler)(struct frame *frame, const struct signal_info *info,
        const struct action *action, signal_set blocked);
    /* Before user code runs on after WORK_RESUMED. */
    void (*resumed)(struct frame *frame);
    /* A fault of user code that its memory has no answer to: false if the
     * personality has none either. */
    bool (*serve_fault)(struct frame *frame, const struct fault *fault);
    /* What /proc/PID/fdinfo says of enum open_flags. */
    unsigned long (*open_flags)(unsigned flags, bool closes_on_exec);
    /* The last line of each /proc/PID/maps, for what is not memory. */
    const char *(*maps_tail)(void);
    /* Last thing in a thread, while its space is there. */
    void (*thread_ends)(struct thread *thread);
    /* An option of the boot command line that kernel/ does not know: false if
     * it is not the personality's either. May be NULL. */
    bool (*option)(const char *name, const char *value);
    /* One line per recent system call of this CPU, for a panic. */
    void (*report)(void);
};

extern const struct abi *const the_abi; /* defined in abi/linux/linux.c */

#endif
