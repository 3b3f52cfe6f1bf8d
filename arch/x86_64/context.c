/* SPDX-License-Identifier: MIT */
/* Switching from thread to thread, and the user's part of a thread's state.
 *
 * The user's FP registers and segment bases stay in the CPU while kernel code
 * of the same thread runs; so those of the running context are read from the
 * CPU, those of others from memory. */
#include "arch/context.h"
#include "arch/cpu.h"
#include "arch/irq.h"
#include "arch/trap.h"
#include "lib/string.h"
#include "machine/cpu_local.h"
#include "machine/features.h"
#include "machine/layout.h"
#include "machine/registers.h"

void context_switch_stacks(uintptr_t *from, uintptr_t to);
extern const char context_begin[];

/* What context_switch_stacks takes from a new stack. */
struct first_words {
    uint64_t r15, r14, r13, r12, rbx, rbp, ip;
    uint64_t alignment;
};

static bool is_loaded(const struct context *context)
{
    return cpu_local()->context == context;
}

struct frame *context_user_frame(struct context *context)
{
    return (struct frame *)context->stack_top - 1;
}

void context_init(struct context *context, void *stack, void *fpu,
    void (*start)(void *), void *argument)
{
    *context = (struct context){ .fpu = fpu };
    if (fpu)
        fpu_init_area(fpu);
    if (!stack)
        return;
    context->stack_top = (uintptr_t)stack + KERNEL_STACK_BYTES;
    struct frame *frame = context_user_frame(context);
    *frame = (struct frame){ .call = -1 };
    frame_make_safe(frame);

    struct first_words *words = (struct first_words *)frame - 1;
    *words = (struct first_words){ .r12 = (uint64_t)argument,
        .rbx = (uint64_t)start,
        .ip = (uint64_t)context_begin };
    context->sp = (uintptr_t)words;
}

/* Segment bases.  The kernel's own GS base is loaded: the user's waits in the
 * other register. */
static uintptr_t fs_base_read(const struct context *context)
{
    uintptr_t base = context->fs_base;
    if (cpu_features.has_fsgsbase)
        __asm__ volatile("rdfsbase %0" : "=r"(base));
    return base;
}

/* A program may ask for any number; the CPU faults on some. */
static uintptr_t canonical(uintptr_t address)
{
    return (uintptr_t)((intptr_t)(address << 16) >> 16);
}

static void fs_base_write(uintptr_t base)
{
    if (cpu_features.has_fsgsbase)
        __asm__ volatile("wrfsbase %0" : : "r"(base));
    else
        msr_write(MSR_FS_BASE, base);
}

static uintptr_t gs_base_read(const struct context *context)
{
    return cpu_features.has_fsgsbase ? msr_read(MSR_KERNEL_GS_BASE)
                                     : context->gs_base;
}

static void save_user(struct context *context)
{
    context->fs_base = fs_base_read(context);
    context->gs_base = gs_base_read(context);
    fpu_save(context->fpu);
}

static void load_user(struct cpu_local *cpu, struct context *context)
{
    fs_base_write(context->fs_base);
    msr_write(MSR_KERNEL_GS_BASE, context->gs_base);
    if (cpu->fpu_owner != context->fpu || context->fpu_cpu != cpu->id + 1) {
        fpu_load(context->fpu);
        cpu->fpu_owner = context->fpu;
        context->fpu_cpu = cpu->id + 1;
    }
}

void context_switch(struct context *from, struct context *to)
{
    struct cpu_local *cpu = cpu_local();
    if (from->fpu)
        save_user(from);
    cpu->context = to;
    if (to->stack_top)
        cpu->stack_top = cpu->tss.sp0 = to->stack_top;
    if (to->fpu)
        load_user(cpu, to);
    set_current_thread((struct thread *)((char *)to - CONTEXT_IN_THREAD));
    context_switch_stacks(&from->sp, to->sp);
}

void context_copy_user(struct context *child, struct context *maker)
{
    *context_user_frame(child) = *context_user_frame(maker);
    struct frame *frame = context_user_frame(child);
    frame->rax = 0;
    frame_forget_call(frame);
    child->fs_base = context_tls(maker);
    child->gs_base = context_gs(maker);
    child->fpu_cpu = 0;
    if (!child->fpu || !maker->fpu)
        return;
    if (is_loaded(maker))
        fpu_save(child->fpu);
    else
        memcpy(child->fpu, maker->fpu, fpu_bytes());
}

void context_reset_user(struct context *context, uintptr_t ip, uintptr_t sp)
{
    struct frame *frame = context_user_frame(context);
    *frame = (struct frame){ .rip = ip, .rsp = sp, .call = -1 };
    frame_make_safe(frame);
    context_set_tls(context, 0);
    context_set_gs(context, 0);
    fpu_reset(context);
}

void context_set_tls(struct context *context, uintptr_t tls)
{
    unsigned long irq_state = irq_save();
    context->fs_base = tls = canonical(tls);
    if (is_loaded(context))
        fs_base_write(tls);
    irq_restore(irq_state);
}

bool context_tls_is_ok(uintptr_t tls)
{
    return tls < USER_END;
}

uintptr_t context_tls(struct context *context)
{
    return is_loaded(context) ? fs_base_read(context) : context->fs_base;
}

void context_set_gs(struct context *context, uintptr_t base)
{
    unsigned long irq_state = irq_save();
    context->gs_base = base = canonical(base);
    if (is_loaded(context))
        msr_write(MSR_KERNEL_GS_BASE, base);
    irq_restore(irq_state);
}

uintptr_t context_gs(struct context *context)
{
    return is_loaded(context) ? gs_base_read(context) : context->gs_base;
}
