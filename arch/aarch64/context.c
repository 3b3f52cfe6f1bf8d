/* SPDX-License-Identifier: MIT */
/* Switching from thread to thread, and the user's part of a thread's state.
 *
 * The user's FP registers and TLS stay in the CPU while kernel code of the same
 * thread runs; so those of the running context are read from the CPU, those of
 * others from memory. */
#include "arch/context.h"
#include "arch/cpu.h"
#include "arch/irq.h"
#include "arch/trap.h"
#include "lib/string.h"
#include "machine/cpu_local.h"
#include "machine/features.h"
#include "machine/layout.h"

void context_switch_stacks(uintptr_t *from, uintptr_t to);
extern const char context_begin[];

/* What context_switch_stacks takes from a new stack. */
struct first_words {
    uint64_t x19, x20, others[8], frame_pointer, link;
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
        memset(fpu, 0, sizeof(struct fpu_state));
    if (!stack)
        return;
    context->stack_top = (uintptr_t)stack + KERNEL_STACK_BYTES;
    struct frame *frame = context_user_frame(context);
    *frame = (struct frame){ .call = -1 };

    struct first_words *words = (struct first_words *)frame - 1;
    *words = (struct first_words){ .x19 = (uint64_t)start,
        .x20 = (uint64_t)argument,
        .link = (uint64_t)context_begin };
    context->sp = (uintptr_t)words;
}

static void save_user(struct context *context)
{
    context->tls = register_read(tpidr_el0);
    fpu_save(context->fpu);
}

static void load_user(struct cpu_local *cpu, struct context *context)
{
    register_write(tpidr_el0, context->tls);
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
    if (to->fpu)
        load_user(cpu, to);
    set_current_thread((struct thread *)((char *)to - CONTEXT_IN_THREAD));
    context_switch_stacks(&from->sp, to->sp);
}

void context_copy_user(struct context *child, struct context *maker)
{
    *context_user_frame(child) = *context_user_frame(maker);
    struct frame *frame = context_user_frame(child);
    frame->x[0] = 0;
    frame_forget_call(frame);
    child->tls = context_tls(maker);
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
    *frame = (struct frame){ .pc = ip, .sp = sp, .call = -1 };
    context_set_tls(context, 0);
    fpu_reset(context);
}

void context_set_tls(struct context *context, uintptr_t tls)
{
    unsigned long irq_state = irq_save();
    context->tls = tls;
    if (is_loaded(context))
        register_write(tpidr_el0, tls);
    irq_restore(irq_state);
}

/* Nothing looks at it but the program. */
bool context_tls_is_ok(uintptr_t tls)
{
    (void)tls;
    return true;
}

uintptr_t context_tls(struct context *context)
{
    return is_loaded(context) ? register_read(tpidr_el0) : context->tls;
}
