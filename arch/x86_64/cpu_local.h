/* SPDX-License-Identifier: MIT */
/* What each CPU has for itself, behind GS while it runs the kernel.
 *
 * Only its own CPU touches it, but for what is marked [a], atomic. */
#ifndef MACHINE_CPU_LOCAL_H
#define MACHINE_CPU_LOCAL_H

/* Known to entry.S, switch.S and machine/cpu.h. */
#define CPU_THREAD    0
#define CPU_ID        8
#define CPU_IRQ_DEPTH 12
#define CPU_STACK_TOP 16
#define CPU_SCRATCH   24
#define CPU_IRQ_STACK 32

/* Interrupt stacks of the table (IST), from 1. */
#define IST_FATAL 1 /* double fault, machine check */
#define IST_NMI   2
#define IST_DEBUG 3
#define IST_COUNT 3

#define SELECTOR_TSS 0x40
/* A segment whose limit is the CPU's number, for programs: where Linux has it. */
#define SELECTOR_CPU_NUMBER 0x7b

#ifndef __ASSEMBLER__

#include "arch/context.h"
#include "arch/cpu.h"
#include "arch/pagetable.h"

struct task_state { /* the CPU's TSS */
    uint32_t reserved0;
    uint64_t sp0, sp1, sp2;
    uint64_t reserved1;
    uint64_t ist[7];
    uint64_t reserved2;
    uint16_t reserved3;
    uint16_t io_map;
} packed_struct;

struct cpu_local {
    struct thread *thread;
    uint32_t id;
    uint32_t irq_depth;
    uintptr_t stack_top; /* where the next trap from user code begins */
    uintptr_t scratch;   /* the user's stack pointer while SYSCALL enters */
    uintptr_t irq_stack_top;
    uintptr_t idle_stack_top;

    struct context *context; /* whose user state is in the registers */
    void *fpu_owner;         /* the area the FP registers were last of */
    struct pagetable *table; /* loaded; NULL: the kernel's own */
    bool is_lazy;            /* runs a kernel thread on someone's table */
    uint32_t apic_id;
    uint64_t irq_count;
    bool irq_is_from_user; /* the one under way */

    uint64_t deadline_ns; /* of the timer; UINT64_MAX: none */

    bool is_online;         /* [a] */

    uint64_t gdt[16];
    struct task_state tss;
} aligned_to(64);

static_assert(offsetof(struct cpu_local, thread) == CPU_THREAD, "as in entry.S");
static_assert(offsetof(struct cpu_local, id) == CPU_ID, "as in cpu.h");
static_assert(
    offsetof(struct cpu_local, irq_depth) == CPU_IRQ_DEPTH, "as in entry.S");
static_assert(
    offsetof(struct cpu_local, stack_top) == CPU_STACK_TOP, "as in entry.S");
static_assert(
    offsetof(struct cpu_local, scratch) == CPU_SCRATCH, "as in entry.S");
static_assert(
    offsetof(struct cpu_local, irq_stack_top) == CPU_IRQ_STACK, "as in entry.S");

extern struct cpu_local cpu_locals[CPU_MAX];

static inline struct cpu_local *cpu_local(void)
{
    return &cpu_locals[cpu_id()];
}

#endif
#endif
