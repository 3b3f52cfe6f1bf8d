/* SPDX-License-Identifier: MIT */
/* What this machine's CPUs can do: read once, on the CPU that boots. */
#ifndef MACHINE_FEATURES_H
#define MACHINE_FEATURES_H

#include "machine/registers.h"

struct cpu_features {
    bool has_pan, has_random;
    /* The caches tell each other of new code by themselves: CTR's IDC, DIC. */
    bool data_is_coherent, code_is_coherent;
    /* CTR, with IDC where it is so though CTR does not say it. */
    uint64_t caches;
    unsigned data_line_bytes;
    unsigned asid_bits;
    uint64_t hwcap, hwcap2;
};
extern struct cpu_features cpu_features;

void cpu_detect(void);
/* Makes the calling CPU number `id`: its block, traps, what user code may. */
void cpu_init(unsigned id);
/* Gives CPU id its stacks; false: no memory. */
bool cpu_make_stacks(unsigned id);

/* Fills hwcap and hwcap2 (hwcap.c). */
void hwcap_detect(void);
/* The names of what is in them, each with a space before it; snprintf's way. */
size_t hwcap_names(char *to, size_t capacity);
/* What user code sees of an identification register, by op1..op2 as in MRS;
 * false: there is no such register for it. */
bool id_register_for_user(unsigned crm, unsigned op2, uint64_t *value);

#endif
