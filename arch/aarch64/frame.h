/* SPDX-License-Identifier: MIT */
/* The user's registers as the kernel entry saved them, at the top of the
 * thread's kernel stack; or those of interrupted kernel code. */
#ifndef MACHINE_FRAME_H
#define MACHINE_FRAME_H

#define FRAME_BYTES 304 /* known to entry.S */

#define PSTATE_MODE      0x1full /* and the 32-bit state; 0: user code */
#define PSTATE_KERNEL    0x5ull  /* EL1 with its own stack pointer */
#define PSTATE_MASKS     0x3c0ull
#define PSTATE_INTERRUPT 0x80ull
#define PSTATE_CONDITION 0xf0000000ull
/* What a program may choose: N Z C V, DIT, SSBS, BTYPE. */
#define PSTATE_USER      0xf1001c00ull

#ifndef __ASSEMBLER__

struct frame {
    uint64_t x[31];
    uint64_t sp, pc, pstate;
    uint64_t call;  /* system call number, or -1 */
    uint64_t first; /* argument of the call: its result lies over it */
    uint64_t syndrome, fault_address; /* of an exception */
};
static_assert(sizeof(struct frame) == FRAME_BYTES, "known to entry.S");
static_assert(FRAME_BYTES % 16 == 0, "the stack pointer's alignment");

static inline bool frame_is_user(const struct frame *frame)
{
    return !(frame->pstate & PSTATE_MODE);
}

static inline uintptr_t frame_ip(const struct frame *frame)
{
    return frame->pc;
}

static inline uintptr_t frame_sp(const struct frame *frame)
{
    return frame->sp;
}

/* Where the chain of the kernel's frame pointers begins. */
static inline uintptr_t frame_pointer(const struct frame *frame)
{
    return frame->x[29];
}

static inline void frame_set_ip(struct frame *frame, uintptr_t ip)
{
    frame->pc = ip;
}

static inline void frame_set_sp(struct frame *frame, uintptr_t sp)
{
    frame->sp = sp;
}

static inline long frame_call_number(const struct frame *frame)
{
    return (int)frame->call; /* the upper half does not count */
}

static inline void frame_call_arguments(
    const struct frame *frame, uint64_t arguments[6])
{
    arguments[0] = frame->first;
    for (unsigned i = 1; i < 6; i++)
        arguments[i] = frame->x[i];
}

static inline long frame_result(const struct frame *frame)
{
    return frame->x[0];
}

static inline void frame_set_result(struct frame *frame, long result)
{
    frame->x[0] = result;
}

static inline void frame_forget_call(struct frame *frame)
{
    frame->call = -1;
}

/* SVC is four bytes; the number is in x8. */
static inline void frame_restart_call(struct frame *frame)
{
    frame->x[0] = frame->first;
    frame->pc -= 4;
    frame->call = -1;
}

static inline void frame_restart_as(struct frame *frame, long number)
{
    frame->x[8] = number;
    frame_restart_call(frame);
}

/* Whether user code may have it: its own mode, nothing masked, no bits that are
 * to be zero.  Single steps (bit 21) are not its own to take. */
static inline bool frame_state_is_safe(const struct frame *frame)
{
    return !(frame->pstate & ~(PSTATE_USER | 1ull << 21 | 1ull << 25));
}

/* Whatever a signal frame or a debugger put there, user code gets a harmless
 * state. */
static inline void frame_make_safe(struct frame *frame)
{
    frame->pstate &= PSTATE_USER;
}

#endif
#endif
