/* SPDX-License-Identifier: MIT */
/* FP and vector state: XSAVE's standard form where the CPU has it, FXSAVE's
 * otherwise.  Saved whole at each switch from a user thread; loaded unless the
 * registers still hold it. */
#include "arch/common/context.h"
#include "lib/string.h"
#include "machine/features.h"
#include "machine/registers.h"
#include "machine/user_access.h"

enum {
    LEGACY_BYTES = 512,
    HEADER_BYTES = 64,
    AREA_MXCSR = 24,
    AREA_MXCSR_MASK = 28,
    CONTROL_WORD_INITIAL = 0x37f,
    MXCSR_INITIAL = 0x1f80,
    MXCSR_MASK_DEFAULT = 0xffbf,
    XSAVE_LEGACY = 3, /* x87 and SSE */
    XSAVE_AVX = 4,
    XSAVE_AVX512 = 0xe0, /* all three or none */
};

static void set_extended_control(uint64_t mask)
{
    __asm__ volatile("xsetbv"
                     :
                     : "c"(0), "a"((uint32_t)mask), "d"((uint32_t)(mask >> 32)));
}

/* XSAVE's size depends on what is on in XCR0: fpu_init_cpu asks. */
void fpu_detect(void)
{
    struct cpu_features *has = &cpu_features;
    has->mxcsr_mask = MXCSR_MASK_DEFAULT;
    has->xsave_bytes = LEGACY_BYTES;
    if (!has->has_xsave)
        return;
    struct cpuid leaf = cpu_leaf(0xd, 0);
    uint64_t mask = leaf.eax & (XSAVE_LEGACY | XSAVE_AVX | XSAVE_AVX512);
    if (!(mask & XSAVE_AVX) || (mask & XSAVE_AVX512) != XSAVE_AVX512)
        mask &= XSAVE_LEGACY | XSAVE_AVX;
    if ((mask & XSAVE_LEGACY) == XSAVE_LEGACY)
        has->xsave_mask = mask;
    else
        has->has_xsave = false;
}

void fpu_init_cpu(void)
{
    struct cpu_features *has = &cpu_features;
    uint32_t mxcsr = MXCSR_INITIAL;
    if (has->has_xsave) {
        set_extended_control(has->xsave_mask);
        has->xsave_bytes = cpu_leaf(0xd, 0).ebx;
    }
    __asm__ volatile("fninit; ldmxcsr %0" : : "m"(mxcsr));

    static unsigned char area[LEGACY_BYTES] aligned_to(16);
    uint32_t mask;
    __asm__ volatile("fxsave64 %0" : "=m"(area));
    memcpy(&mask, area + AREA_MXCSR_MASK, sizeof mask);
    if (mask)
        has->mxcsr_mask = mask;
}

void fpu_init_area(void *area)
{
    uint16_t control = CONTROL_WORD_INITIAL;
    uint32_t mxcsr = MXCSR_INITIAL;
    memset(area, 0, cpu_features.xsave_bytes);
    memcpy(area, &control, sizeof control);
    memcpy((char *)area + AREA_MXCSR, &mxcsr, sizeof mxcsr);
}

void fpu_save(void *area)
{
    if (cpu_features.has_xsave)
        __asm__ volatile("xsave64 (%0)" : : "r"(area), "a"(-1), "d"(-1)
                         : "memory");
    else
        __asm__ volatile("fxsave64 (%0)" : : "r"(area) : "memory");
}

/* A state that the CPU refuses all the same becomes the initial one. */
void fpu_load(void *area)
{
    if (cpu_features.has_xsave)
        __asm__ goto volatile("1: xrstor64 (%0)\n" FIXUP("1b", "%l[bad]", 1)
                              :
                              : "r"(area), "a"(-1), "d"(-1)
                              : "memory"
                              : bad);
    else
        __asm__ goto volatile("1: fxrstor64 (%0)\n" FIXUP("1b", "%l[bad]", 1)
                              :
                              : "r"(area)
                              : "memory"
                              : bad);
    return;
bad:
    fpu_init_area(area);
    fpu_load(area);
}

size_t fpu_bytes(void)
{
    return cpu_features.xsave_bytes;
}

uint64_t fpu_features(void)
{
    return cpu_features.xsave_mask;
}

bool fpu_make_valid(void *area, size_t bytes)
{
    if (bytes < LEGACY_BYTES)
        return false;
    unsigned char *at = area;
    uint32_t mxcsr;
    memcpy(&mxcsr, at + AREA_MXCSR, sizeof mxcsr);
    mxcsr &= cpu_features.mxcsr_mask;
    memcpy(at + AREA_MXCSR, &mxcsr, sizeof mxcsr);
    if (!cpu_features.has_xsave)
        return true;

    /* The header: what is in the area, then reserved words. */
    uint64_t present = XSAVE_LEGACY;
    if (bytes >= LEGACY_BYTES + HEADER_BYTES)
        memcpy(&present, at + LEGACY_BYTES, sizeof present);
    if (bytes < cpu_features.xsave_bytes)
        present &= XSAVE_LEGACY;
    present &= cpu_features.xsave_mask;
    memset(at + LEGACY_BYTES, 0, HEADER_BYTES);
    memcpy(at + LEGACY_BYTES, &present, sizeof present);
    return true;
}
