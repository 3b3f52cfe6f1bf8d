/* SPDX-License-Identifier: MIT */
/* FP and vector state: 32 registers of 128 bits, status, control.  Saved whole
 * at each switch from a user thread; loaded unless the registers still hold
 * it.  Kernel code does not use them. */
#include "arch/context.h"
#include "lib/string.h"
#include "machine/cpu_local.h"
#include "machine/features.h"

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

void *fpu_area(struct context *context)
{
    return context->fpu;
}

static bool is_loaded(const struct context *context)
{
    return cpu_local()->context == context;
}

void fpu_sync(struct context *context)
{
    if (is_loaded(context) && context->fpu)
        fpu_save(context->fpu);
}

void fpu_reload(struct context *context)
{
    if (!context->fpu)
        return;
    if (is_loaded(context))
        fpu_load(context->fpu);
    else
        context->fpu_cpu = 0;
}

void fpu_reset(struct context *context)
{
    if (!context->fpu)
        return;
    memset(context->fpu, 0, sizeof(struct fpu_state));
    fpu_reload(context);
}

/* No value of these registers can fault; what the CPU does not have of status
 * and control stays zero there. */
bool fpu_make_valid(void *area, size_t bytes)
{
    return bytes >= sizeof(struct fpu_state);
}
