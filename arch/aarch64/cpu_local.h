/* SPDX-License-Identifier: MIT */
/* What each CPU has for itself, behind TPIDR_EL1.  Only its own CPU touches it,
 * but for what is marked [a], atomic. */
#ifndef MACHINE_CPU_LOCAL_H
#define MACHINE_CPU_LOCAL_H

/* Known to entry.S, start.S and machine/cpu.h. */
#define CPU_THREAD      0
#define CPU_ID          8
#define CPU_IRQ_DEPTH   12
#define CPU_IRQ_STACK   16
#define CPU_FATAL_STACK 24
#define CPU_IDLE_STACK  32
#define CPU_BYTES_SHIFT 8 /* of the whole block */

#ifndef __ASSEMBLER__

#include "arch/context.h"
#include "arch/cpu.h"
#include "arch/pagetable.h"

struct cpu_local {
    struct thread *thread;
    uint32_t id;
    uint32_t irq_depth;
    uintptr_t irq_stack_top;
    uintptr_t fatal_stack_top; /* for an overflow of any other */
    uintptr_t idle_stack_top;

    struct context *context; /* whose user state is in the registers */
    void *fpu_owner;         /* the area the FP registers were last of */
    struct pagetable *table; /* loaded; NULL: an empty one */
    bool is_lazy;            /* runs a kernel thread on someone's table */
    bool irq_is_from_user;   /* the one under way */
    uint64_t affinity;       /* of MPIDR: how other CPUs call it */
    uint64_t identity;       /* MIDR */
    uint64_t irq_count;
    volatile void *redistributor; /* GICv3 */
    uint8_t gic_mask;             /* GICv2: the bit by which it is meant */

    uint64_t deadline_ns; /* of the timer; UINT64_MAX: none */
    bool is_online;       /* [a] */
} aligned_to(256);

static_assert(sizeof(struct cpu_local) == 1 << CPU_BYTES_SHIFT, "as in start.S");
static_assert(offsetof(struct cpu_local, thread) == CPU_THREAD, "as in entry.S");
static_assert(offsetof(struct cpu_local, id) == CPU_ID, "as in cpu.h");
static_assert(
    offsetof(struct cpu_local, irq_depth) == CPU_IRQ_DEPTH, "as in entry.S");
static_assert(
    offsetof(struct cpu_local, irq_stack_top) == CPU_IRQ_STACK, "as in entry.S");
static_assert(offsetof(struct cpu_local, fatal_stack_top) == CPU_FATAL_STACK,
    "as in entry.S");
static_assert(offsetof(struct cpu_local, idle_stack_top) == CPU_IDLE_STACK,
    "as in start.S");

extern struct cpu_local cpu_locals[CPU_MAX];

static inline struct cpu_local *cpu_local(void)
{
    return &cpu_locals[cpu_id()];
}

#endif
#endif
