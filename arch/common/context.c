/* SPDX-License-Identifier: MIT */
/* Switching from thread to thread, and the user's part of a thread's state.
 *
 * The user's FP registers and TLS stay in the CPU while kernel code of the same
 * thread runs; so those of the running context are read from the CPU, those of
 * others from memory. */
#include "arch/common/context.h"
#include "arch/cpu.h"
#include "arch/trap.h"
#include "lib/string.h"
#include "machine/layout.h"

void context_switch_stacks(uintptr_t *from, uintptr_t to);

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
    context->sp = context_first_stack(frame, start, argument);
}

static void save_user(struct context *context)
{
    tls_save(context);
    fpu_save(context->fpu);
}

static void load_user(struct cpu_local *cpu, struct context *context)
{
    tls_load(context);
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
    context_tell_stack(cpu, to);
    if (to->fpu)
        load_user(cpu, to);
    set_current_thread((struct thread *)((char *)to - CONTEXT_IN_THREAD));
    context_switch_stacks(&from->sp, to->sp);
}

void context_copy_user(struct context *child, struct context *maker)
{
    *context_user_frame(child) = *context_user_frame(maker);
    struct frame *frame = context_user_frame(child);
    frame_set_result(frame, 0);
    frame_forget_call(frame);
    tls_copy(child, maker);
    child->fpu_cpu = 0;
    if (!child->fpu || !maker->fpu)
        return;
    if (context_is_loaded(maker))
        fpu_save(child->fpu);
    else
        memcpy(child->fpu, maker->fpu, fpu_bytes());
}

void context_reset_user(struct context *context, uintptr_t ip, uintptr_t sp)
{
    struct frame *frame = context_user_frame(context);
    *frame = (struct frame){ .call = -1 };
    frame_set_ip(frame, ip);
    frame_set_sp(frame, sp);
    frame_make_safe(frame);
    tls_reset(context);
    fpu_reset(context);
}

void *fpu_area(struct context *context)
{
    return context->fpu;
}

void fpu_sync(struct context *context)
{
    if (context_is_loaded(context) && context->fpu)
        fpu_save(context->fpu);
}

void fpu_reload(struct context *context)
{
    if (!context->fpu)
        return;
    if (context_is_loaded(context))
        fpu_load(context->fpu);
    else
        context->fpu_cpu = 0;
}

void fpu_reset(struct context *context)
{
    if (!context->fpu)
        return;
    fpu_init_area(context->fpu);
    fpu_reload(context);
}
