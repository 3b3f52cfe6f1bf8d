/* SPDX-License-Identifier: MIT */
/* What of a thread's state is this CPU's own: the first words of a stack, and the
 * segment bases of user code. */
#include "arch/common/context.h"
#include "arch/irq.h"
#include "arch/trap.h"
#include "machine/features.h"
#include "machine/layout.h"
#include "machine/registers.h"

extern const char context_begin[];

/* What context_switch_stacks takes from a new stack. */
struct first_words {
    uint64_t r15, r14, r13, r12, rbx, rbp, ip;
    uint64_t alignment;
};

uintptr_t context_first_stack(
    struct frame *frame, void (*start)(void *), void *argument)
{
    struct first_words *words = (struct first_words *)frame - 1;
    *words = (struct first_words){ .r12 = (uint64_t)argument,
        .rbx = (uint64_t)start,
        .ip = (uint64_t)context_begin };
    return (uintptr_t)words;
}

void context_tell_stack(struct cpu_local *cpu, const struct context *to)
{
    if (to->stack_top)
        cpu->stack_top = cpu->tss.sp0 = to->stack_top;
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

void tls_save(struct context *context)
{
    context->fs_base = fs_base_read(context);
    context->gs_base = gs_base_read(context);
}

void tls_load(struct context *context)
{
    fs_base_write(context->fs_base);
    msr_write(MSR_KERNEL_GS_BASE, context->gs_base);
}

void tls_copy(struct context *child, struct context *maker)
{
    child->fs_base = context_tls(maker);
    child->gs_base = context_gs(maker);
}

void tls_reset(struct context *context)
{
    context_set_tls(context, 0);
    context_set_gs(context, 0);
}

void context_set_tls(struct context *context, uintptr_t tls)
{
    unsigned long irq_state = irq_save();
    context->fs_base = tls = canonical(tls);
    if (context_is_loaded(context))
        fs_base_write(tls);
    irq_restore(irq_state);
}

bool context_tls_is_ok(uintptr_t tls)
{
    return tls < USER_END;
}

uintptr_t context_tls(struct context *context)
{
    return context_is_loaded(context) ? fs_base_read(context) : context->fs_base;
}

void context_set_gs(struct context *context, uintptr_t base)
{
    unsigned long irq_state = irq_save();
    context->gs_base = base = canonical(base);
    if (context_is_loaded(context))
        msr_write(MSR_KERNEL_GS_BASE, base);
    irq_restore(irq_state);
}

uintptr_t context_gs(struct context *context)
{
    return context_is_loaded(context) ? gs_base_read(context) : context->gs_base;
}
