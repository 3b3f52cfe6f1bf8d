/* SPDX-License-Identifier: MIT */
/* What the doors of kernel/entry.h are given, and the words to read a frame of
 * user registers with. */
#ifndef ARCH_TRAP_H
#define ARCH_TRAP_H

#include "lib/types.h"

enum fault_kind { FAULT_READ, FAULT_WRITE, FAULT_EXECUTE };

/* A page fault, from user code or from a user access of the kernel. */
struct fault {
    uintptr_t address;
    enum fault_kind kind;
    bool was_present; /* a mapping was there and forbade it */
    bool from_user;
    unsigned vector;     /* both the CPU's own, for the signal frame */
    unsigned long error;
};

/* Any other exception of user code, said as the signal it means. */
struct exception {
    int signal, code;  /* SIGFPE, FPE_INTDIV … */
    uintptr_t address; /* si_addr */
    unsigned vector;   /* the CPU's own number, for the signal frame */
    unsigned long error;
};

#include "machine/frame.h" /* struct frame, complete */

static inline bool frame_is_user(const struct frame *frame);
static inline uintptr_t frame_ip(const struct frame *frame);
static inline uintptr_t frame_sp(const struct frame *frame);
static inline void frame_set_ip(struct frame *frame, uintptr_t ip);
static inline void frame_set_sp(struct frame *frame, uintptr_t sp);
/* System calls: */
static inline long frame_call_number(const struct frame *frame); /* -1: not in one */
static inline void frame_call_arguments(
    const struct frame *frame, uint64_t arguments[6]);
static inline long frame_result(const struct frame *frame);
static inline void frame_set_result(struct frame *frame, long result);
/* The frame no longer stands in a system call: no restart. */
static inline void frame_forget_call(struct frame *frame);
/* Back to the call instruction, arguments as they were; with another number. */
static inline void frame_restart_call(struct frame *frame);
static inline void frame_restart_as(struct frame *frame, long number);

/* Registers in the panic report. */
void frame_print(const struct frame *frame);
/* Calls visit for each return address from here, or from frame if not NULL. */
void trap_backtrace(
    const struct frame *frame, void (*visit)(uintptr_t address));

#endif
