/* SPDX-License-Identifier: MIT */
/* The signal frame of x86_64: a return address, struct ucontext, siginfo_t, and
 * above them the FP state as XSAVE writes it, with words before and after by
 * which a program recognizes it.
 *
 * The hard part is the way back: everything in the frame may have been changed,
 * by right or by wrong.  Segments and flags are made harmless by the machine's
 * own frame_make_safe; FP state is copied into the kernel, checked there, and
 * only then loaded. */
#include <linux/signal.h>
#include <asm/sigcontext.h>
#include <asm/ucontext.h>

#include "abi/linux/altstack.h"
#include "abi/linux/signal_frame.h"
#include "abi/linux/siginfo.h"
#include "abi/linux/syscall_prototypes.h"
#include "arch/boot.h"
#include "arch/trap.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "mm/user.h"

enum {
    RED_ZONE_BYTES = 128,
    FX_BYTES = 512,
    XSTATE_FEATURES_AT = 512, /* in the XSAVE header: what is not initial */
    FEATURES_X87_SSE = 3,
};

struct signal_frame {
    uint64_t return_address;
    struct ucontext context;
    siginfo_t info;
};
/* The handler finds the stack as after a call: 8 bytes off 16. */
static_assert(sizeof(struct signal_frame) == 440, "rt_sigframe of x86_64");
static_assert(offsetof(struct signal_frame, info) == 312, "si is after uc");

static bool has_xsave(void)
{
    return fpu_features() != 0;
}

static size_t fp_bytes(void)
{
    return has_xsave() ? fpu_bytes() + FP_XSTATE_MAGIC2_SIZE : FX_BYTES;
}

size_t signal_frame_bytes(void)
{
    /* What alignment may cost is in it, as in Linux's figure. */
    return sizeof(struct signal_frame) + 16 + fp_bytes() + 64;
}

/* Where the FP state goes; 0 if it would run over the alternate stack's end. */
static uintptr_t place_fp(const struct frame *frame,
    const struct action *action, uintptr_t *signal_frame)
{
    uintptr_t lowest;
    uintptr_t sp = altstack_choose(action, frame_sp(frame), &lowest);
    if (sp == frame_sp(frame))
        sp -= RED_ZONE_BYTES;
    uintptr_t fp = align_down(sp - fp_bytes(), 64ul);
    *signal_frame =
        align_down(fp - sizeof(struct signal_frame), 16ul) - 8;
    return *signal_frame < lowest || *signal_frame > sp ? 0 : fp;
}

/* The words that Linux keeps in the bytes the CPU leaves to software. */
static void fill_software_bytes(struct _fpx_sw_bytes *words)
{
    memset(words, 0, sizeof *words);
    if (!has_xsave())
        return;
    words->magic1 = FP_XSTATE_MAGIC1;
    words->extended_size = fp_bytes();
    words->xfeatures = fpu_features();
    words->xstate_size = fpu_bytes();
}

static int write_fp(uintptr_t to)
{
    const uint32_t magic2 = FP_XSTATE_MAGIC2;
    struct _fpx_sw_bytes words;
    char __user *at = (char __user *)to;
    fpu_sync(&current->context);
    const char *area = fpu_area(&current->context);
    size_t bytes = has_xsave() ? fpu_bytes() : FX_BYTES;
    if (user_write(at, area, bytes))
        return -EFAULT;
    fill_software_bytes(&words);
    if (user_write(at + offsetof(struct _fpstate_64, sw_reserved), &words,
            sizeof words))
        return -EFAULT;
    if (!has_xsave())
        return 0;
    /* A program without XSAVE may change the old part: it has to count. */
    uint64_t features;
    memcpy(&features, area + XSTATE_FEATURES_AT, sizeof features);
    features |= FEATURES_X87_SSE;
    if (user_write(at + XSTATE_FEATURES_AT, &features, sizeof features))
        return -EFAULT;
    return user_write(at + fpu_bytes(), &magic2, sizeof magic2);
}

static void save_registers(const struct frame *frame,
    const struct signal_info *info, signal_set blocked, struct sigcontext *to)
{
    to->r8 = frame->r8, to->r9 = frame->r9;
    to->r10 = frame->r10, to->r11 = frame->r11;
    to->r12 = frame->r12, to->r13 = frame->r13;
    to->r14 = frame->r14, to->r15 = frame->r15;
    to->rdi = frame->rdi, to->rsi = frame->rsi;
    to->rbp = frame->rbp, to->rbx = frame->rbx;
    to->rdx = frame->rdx, to->rax = frame->rax;
    to->rcx = frame->rcx, to->rsp = frame->rsp;
    to->rip = frame->rip, to->eflags = frame->rflags;
    to->cs = frame->cs, to->ss = frame->ss;
    to->oldmask = blocked;
    if (info->shape == SHAPE_FAULT) {
        to->trapno = info->fault.vector;
        to->err = info->fault.error;
        to->cr2 = info->fault.address;
    }
}

static void restore_registers(
    struct frame *frame, const struct sigcontext *from)
{
    frame->r8 = from->r8, frame->r9 = from->r9;
    frame->r10 = from->r10, frame->r11 = from->r11;
    frame->r12 = from->r12, frame->r13 = from->r13;
    frame->r14 = from->r14, frame->r15 = from->r15;
    frame->rdi = from->rdi, frame->rsi = from->rsi;
    frame->rbp = from->rbp, frame->rbx = from->rbx;
    frame->rdx = from->rdx, frame->rax = from->rax;
    frame->rcx = from->rcx, frame->rsp = from->rsp;
    frame->rip = from->rip, frame->rflags = from->eflags;
    frame_make_safe(frame);
    frame_forget_call(frame);
}

static int write_info(
    struct signal_frame __user *to, const struct signal_info *info)
{
    siginfo_t record;
    siginfo_from_native(&record, info);
    return user_write(&to->info, &record, sizeof record);
}

static int write_frame(struct signal_frame __user *to,
    const struct frame *frame, const struct signal_info *info,
    const struct action *action, signal_set blocked, uintptr_t fp)
{
    struct ucontext context;
    uint64_t restorer = action->restorer;
    memset(&context, 0, sizeof context);
    context.uc_flags = UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS |
        (has_xsave() ? UC_FP_XSTATE : 0);
    altstack_save(&context.uc_stack, frame_sp(frame));
    save_registers(frame, info, blocked, &context.uc_mcontext);
    context.uc_mcontext.fpstate = (void *)fp;
    context.uc_sigmask = blocked;
    if (user_write(&to->context, &context, sizeof context))
        return -EFAULT;
    return user_write(&to->return_address, &restorer, sizeof restorer);
}

int enter_handler(struct frame *frame, const struct signal_info *info,
    const struct action *action, signal_set blocked)
{
    uintptr_t at, fp = place_fp(frame, action, &at);
    struct signal_frame __user *to = (struct signal_frame __user *)at;
    /* There is no trampoline of the kernel's on this CPU. */
    if (!fp || !(action->flags & ACTION_RESTORER))
        return -EFAULT;
    if (!user_range_is_ok(to, fp + fp_bytes() - at))
        return -EFAULT;
    if (write_fp(fp) || write_frame(to, frame, info, action, blocked, fp))
        return -EFAULT;
    if (action->flags & ACTION_INFO && write_info(to, info))
        return -EFAULT;
    altstack_disarm();
    frame->rdi = info->number;
    frame->rsi = (uintptr_t)&to->info;
    frame->rdx = (uintptr_t)&to->context;
    frame->rax = 0;
    frame_set_sp(frame, at);
    frame_set_ip(frame, action->handler);
    frame->rflags &= ~(RFLAGS_DIRECTION | RFLAGS_TRAP | 0x10000ul /* RF */);
    frame_make_safe(frame);
    frame_forget_call(frame);
    fpu_reset(&current->context);
    return 0;
}

/* How much state the frame claims to have, if its words make sense. */
static size_t claimed_bytes(const char __user *at)
{
    struct _fpx_sw_bytes words;
    uint32_t magic2;
    if (!has_xsave() ||
        user_read(&words, user_member(at, struct _fpstate_64, sw_reserved),
            sizeof words))
        return FX_BYTES;
    if (words.magic1 != FP_XSTATE_MAGIC1 || words.xstate_size > fpu_bytes() ||
        words.xstate_size < FX_BYTES + 64 ||
        words.xstate_size > words.extended_size)
        return FX_BYTES;
    if (user_read(&magic2, (void __user *)((uintptr_t)at + words.xstate_size),
            sizeof magic2) ||
        magic2 != FP_XSTATE_MAGIC2)
        return FX_BYTES;
    return words.xstate_size;
}

static int read_fp(const char __user *at)
{
    if (!at) {
        fpu_reset(&current->context);
        return 0;
    }
    size_t bytes = fpu_bytes(), claimed = claimed_bytes(at);
    char *copy = heap_alloc_zeroed(bytes);
    if (!copy)
        return -ENOMEM;
    int error = user_read(copy, at, claimed);
    /* Without a header only the old part is there; the rest is initial. */
    if (!error && has_xsave() && claimed == FX_BYTES) {
        const uint64_t features = FEATURES_X87_SSE;
        memcpy(copy + XSTATE_FEATURES_AT, &features, sizeof features);
    }
    if (!error && !fpu_make_valid(copy, bytes))
        error = -EINVAL;
    if (!error) {
        fpu_sync(&current->context);
        memcpy(fpu_area(&current->context), copy, bytes);
        fpu_reload(&current->context);
    }
    heap_free(copy);
    return error;
}

static int leave_handler(struct frame *frame)
{
    uintptr_t from = frame_sp(frame) - 8;
    struct ucontext context;
    if (user_read(&context, user_member(from, struct signal_frame, context),
            sizeof context))
        return -EFAULT;
    /* Beyond what a program may have the way out would fault in the kernel. */
    if (context.uc_mcontext.rip >= USER_END)
        return -EFAULT;
    if (read_fp((const char __user *)context.uc_mcontext.fpstate))
        return -EFAULT;
    signal_set_blocked(context.uc_sigmask);
    restore_registers(frame, &context.uc_mcontext);
    altstack_restore(&context.uc_stack, frame_sp(frame));
    return 0;
}

long sys_rt_sigreturn(void)
{
    struct frame *frame = context_user_frame(&current->context);
    if (!leave_handler(frame))
        return frame_result(frame); /* whatever the frame says rax was */
    struct signal_info info;
    signal_info_kernel(&info, SIGSEGV);
    signal_force(&info);
    return 0;
}
