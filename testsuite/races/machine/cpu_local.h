/* SPDX-License-Identifier: MIT */
/* What a CPU has for itself, as far as arch/common asks for it. */
#ifndef MACHINE_CPU_LOCAL_H
#define MACHINE_CPU_LOCAL_H

#include "arch/cpu.h"

struct pagetable;

struct cpu_local {
    uint32_t id;
    uintptr_t idle_stack_top;
    uint64_t name; /* by which the others call it */
    struct pagetable *table;
    bool is_lazy;
    bool is_online; /* [atomic] */
};

static struct cpu_local cpu_locals[CPU_MAX] __attribute__((unused));

static inline struct cpu_local *cpu_local(void)
{
    return &cpu_locals[cpu_id()];
}

#endif
