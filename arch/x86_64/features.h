/* SPDX-License-Identifier: MIT */
/* What this machine's CPUs can do: read once, on the CPU that boots. */
#ifndef MACHINE_FEATURES_H
#define MACHINE_FEATURES_H

#include "machine/registers.h"

struct cpu_features {
    bool has_nx, has_smep, has_smap, has_umip, has_fsgsbase, has_xsave;
    bool has_rdrand, has_tsc_deadline, has_global, is_virtual, is_tcg;
    uint64_t xsave_mask; /* what goes into XCR0 */
    uint32_t xsave_bytes;
    uint32_t mxcsr_mask;
    unsigned physical_bits;
};
extern struct cpu_features cpu_features;

/* A CPUID leaf, or zeros if the CPU does not have it. */
struct cpuid cpu_leaf(uint32_t leaf, uint32_t subleaf);

void cpu_detect(void);
/* Puts the CPU's instructions for user accesses into the code. */
void cpu_patch_user_access(void);
/* Makes the calling CPU number `id`: segments, traps, SYSCALL, control
 * registers. */
void cpu_init(unsigned id);
/* Gives CPU id its stacks; false: no memory. Its traps use them. */
bool cpu_make_stacks(unsigned id);

/* fpu.c: the calling CPU's FP unit. */
void fpu_detect(void);
void fpu_init_cpu(void);

#endif
