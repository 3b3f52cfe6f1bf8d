/* SPDX-License-Identifier: MIT */
/* FP and vector state: 32 registers of 128 bits, status, control.  Saved whole
 * at each switch from a user thread; loaded unless the registers still hold
 * it.  Kernel code does not use them. */
#include "arch/common/context.h"
#include "lib/string.h"

static_assert(offsetof(struct fpu_state, status) == 512, "as in fpu_move.S");
static_assert(offsetof(struct fpu_state, control) == 516, "as in fpu_move.S");

size_t fpu_bytes(void)
{
    return sizeof(struct fpu_state);
}

uint64_t fpu_features(void)
{
    return 0;
}

void fpu_init_area(void *area)
{
    memset(area, 0, sizeof(struct fpu_state));
}

/* No value of these registers can fault; what the CPU does not have of status
 * and control stays zero there. */
bool fpu_make_valid(void *area, size_t bytes)
{
    return bytes >= sizeof(struct fpu_state);
}
