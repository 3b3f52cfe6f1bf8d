/* SPDX-License-Identifier: MIT */
/* The user's registers as the kernel entry saved them, at the top of the
 * thread's kernel stack; or those of interrupted kernel code. */
#ifndef MACHINE_FRAME_H
#define MACHINE_FRAME_H

#define SELECTOR_KERNEL_CODE 0x10
#define SELECTOR_KERNEL_DATA 0x18
#define SELECTOR_USER_DATA   0x2b
#define SELECTOR_USER_CODE   0x33

#define RFLAGS_ALWAYS    0x2ul
#define RFLAGS_TRAP      0x100ul
#define RFLAGS_INTERRUPT 0x200ul
#define RFLAGS_DIRECTION 0x400ul
/* What a program may choose: CF PF AF ZF SF TF DF OF RF AC ID. */
#define RFLAGS_USER 0x250dd5ul

struct frame {
    uint64_t r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8;
    uint64_t rax, rcx, rdx, rsi, rdi;
    uint64_t call;  /* system call number, or -1 */
    uint64_t error; /* of an exception */
    uint64_t rip, cs, rflags, rsp, ss;
};
static_assert(sizeof(struct frame) == 176, "known to entry.S; keeps 16 bytes");

static inline bool frame_is_user(const struct frame *frame)
{
    return frame->cs & 3;
}

static inline uintptr_t frame_ip(const struct frame *frame)
{
    return frame->rip;
}

static inline uintptr_t frame_sp(const struct frame *frame)
{
    return frame->rsp;
}

/* Where the chain of the kernel's frame pointers begins. */
static inline uintptr_t frame_pointer(const struct frame *frame)
{
    return frame->rbp;
}

static inline void frame_set_ip(struct frame *frame, uintptr_t ip)
{
    frame->rip = ip;
}

static inline void frame_set_sp(struct frame *frame, uintptr_t sp)
{
    frame->rsp = sp;
}

static inline long frame_call_number(const struct frame *frame)
{
    return (int)frame->call; /* the upper half does not count */
}

static inline void frame_call_arguments(
    const struct frame *frame, uint64_t arguments[6])
{
    arguments[0] = frame->rdi;
    arguments[1] = frame->rsi;
    arguments[2] = frame->rdx;
    arguments[3] = frame->r10;
    arguments[4] = frame->r8;
    arguments[5] = frame->r9;
}

static inline long frame_result(const struct frame *frame)
{
    return frame->rax;
}

static inline void frame_set_result(struct frame *frame, long result)
{
    frame->rax = result;
}

static inline void frame_forget_call(struct frame *frame)
{
    frame->call = -1;
}

/* SYSCALL is two bytes. */
static inline void frame_restart_as(struct frame *frame, long number)
{
    frame->rax = number;
    frame->rip -= 2;
    frame->call = -1;
}

static inline void frame_restart_call(struct frame *frame)
{
    frame_restart_as(frame, frame->call);
}

/* Whatever a signal frame or a debugger put there, user code gets user
 * segments and harmless flags.  The way out does this too. */
static inline void frame_make_safe(struct frame *frame)
{
    frame->cs = SELECTOR_USER_CODE;
    frame->ss = SELECTOR_USER_DATA;
    frame->rflags =
        (frame->rflags & RFLAGS_USER) | RFLAGS_ALWAYS | RFLAGS_INTERRUPT;
}

#endif
