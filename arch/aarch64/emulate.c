/* SPDX-License-Identifier: MIT */
/* Identification registers that user code reads: the CPU refuses, and the
 * kernel answers, with what programs may rely on. */
#include "arch/trap.h"
#include "arch/user_copy.h"
#include "machine/features.h"
#include "machine/traps.h"

/* MRS Xt, S3_0_C0_CRm_op2; MRS Xt, CTR_EL0. */
enum {
    MRS_ID = 0xd5380000u,
    MRS_ID_MASK = 0xfffff000u,
    MRS_CTR = 0xd53b0020u,
    MRS_CTR_MASK = 0xffffffe0u,
};

static bool is_known(uint32_t instruction, uint64_t *value)
{
    if ((instruction & MRS_CTR_MASK) == MRS_CTR) {
        *value = cpu_features.caches;
        return true;
    }
    return (instruction & MRS_ID_MASK) == MRS_ID &&
        id_register_for_user(
            instruction >> 8 & 15, instruction >> 5 & 7, value);
}

bool emulate_register_read(struct frame *frame)
{
    uint32_t instruction;
    uint64_t value;
    if (arch_copy_from_user(&instruction,
            (const void __user *)frame->pc, sizeof instruction) ||
        !is_known(instruction, &value))
        return false;
    unsigned to = instruction & 31;
    if (to < 31)
        frame->x[to] = value;
    frame->pc += 4;
    return true;
}
