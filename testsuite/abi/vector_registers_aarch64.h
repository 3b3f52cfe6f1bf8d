/* SPDX-License-Identifier: MIT */
/* All of q0 … q31, FPSR and FPCR. */
enum { REGISTERS = 32, LONGS = REGISTERS * 2,
    FPSR_FLAGS = 0x08000011,   /* QC, IXC, IOC */
    FPCR_MODES = 0x03c00000 }; /* DN, FZ, rounding to zero */

struct registers {
    uint64_t vector[LONGS];
    uint64_t fpsr, fpcr;
};

#define PAIRS(what)                                                            \
    what(0, 1) what(2, 3) what(4, 5) what(6, 7) what(8, 9) what(10, 11)        \
    what(12, 13) what(14, 15) what(16, 17) what(18, 19) what(20, 21)           \
    what(22, 23) what(24, 25) what(26, 27) what(28, 29) what(30, 31)
#define STORE(i, j) "stp q" #i ", q" #j ", [%0, #" #i "*16]\n"
#define LOAD(i, j)  "ldp q" #i ", q" #j ", [%0, #" #i "*16]\n"
#define SPOILT                                                                 \
    "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11",  \
        "v12", "v13", "v14", "v15", "v16", "v17", "v18", "v19", "v20", "v21",  \
        "v22", "v23", "v24", "v25", "v26", "v27", "v28", "v29", "v30", "v31"

/* Fills all, makes the call and stores them: call -1 spins until *flag.  What the
 * compiler's own code expects of FPCR is put back. */
static long around(struct registers *r, long call, long first, long second,
    long third, volatile int *flag)
{
    register long x8 __asm__("x8") = call;
    register long x0 __asm__("x0") = first;
    register long x1 __asm__("x1") = second;
    register long x2 __asm__("x2") = third;
    uint64_t usual;
    __asm__ volatile("mrs %5, fpcr\n" PAIRS(LOAD)
                     "msr fpsr, %6\n"
                     "msr fpcr, %7\n"
                     "cmn x8, #1\n"
                     "b.eq 1f\n"
                     "svc #0\n"
                     "b 2f\n"
                     "1: yield\n"
                     "ldr w9, [%8]\n"
                     "cbz w9, 1b\n"
                     "2:\n"
                     "mrs x9, fpsr\n"
                     "mrs x10, fpcr\n"
                     "msr fpcr, %5\n"
                     "str x9, [%0, #512]\n"
                     "str x10, [%0, #520]\n" PAIRS(STORE)
                     : "+r"(r), "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x8),
                     "=&r"(usual)
                     : "r"(r->fpsr), "r"(r->fpcr), "r"(flag)
                     : "x9", "x10", "memory", "cc", SPOILT);
    return x0;
}

static void fill(struct registers *r, uint64_t seed)
{
    for (int i = 0; i < LONGS; i++)
        r->vector[i] = seed * 0x9e3779b97f4a7c15 + i;
    r->fpsr = seed & 1 ? FPSR_FLAGS : 1;
    r->fpcr = seed & 1 ? FPCR_MODES : 0;
}

static bool are_as_filled(const struct registers *r, uint64_t seed)
{
    struct registers same;
    fill(&same, seed);
    return !memcmp(r, &same, sizeof same);
}

static void look(void)
{
}

static struct fpsimd_context *record_of(ucontext_t *context)
{
    struct _aarch64_ctx *head =
        (struct _aarch64_ctx *)context->uc_mcontext.__reserved;
    while (head->magic && head->magic != FPSIMD_MAGIC)
        head = (struct _aarch64_ctx *)((char *)head + head->size);
    frame_is_right = head->magic == FPSIMD_MAGIC &&
        head->size == sizeof(struct fpsimd_context);
    return (struct fpsimd_context *)head;
}

static void edit(void *context)
{
    struct fpsimd_context *record = record_of(context);
    record->vregs[3] = ((__uint128_t)0x2222 << 64) | 0x1111;
    record->fpsr = 2;
    record->fpcr = 0x400000;
}

static void test_edits(const struct registers *r, uint64_t seed)
{
    struct registers same;
    fill(&same, seed);
    is(r->vector[6], 0x1111);
    is(r->vector[7], 0x2222);
    ok(r->vector[8] == same.vector[8]);
    is(r->fpsr, 2);
    is(r->fpcr, 0x400000);
}
