/* SPDX-License-Identifier: MIT */
/* Of all registers xmm or, where there is AVX, ymm. */
#include <cpuid.h>

enum { REGISTERS = 16, BYTES = 32, LONGS = BYTES / 8 };

struct registers {
    uint64_t vector[REGISTERS * LONGS];
};

/* As an FXSAVE area has it, and XSAVE's header and upper halves behind it. */
enum { XMM_AT = 160, MAGIC_AT = 464, FEATURES_AT = 512, UPPER_AT = 576 };
#define MAGIC1 0x46505853
#define MAGIC2 0x46505845

static bool has_upper; /* AVX, and the kernel saves it */

static void look(void)
{
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE) || !(c & bit_AVX))
        return;
    __asm__ volatile("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
    has_upper = (a & 6) == 6;
}

#define EACH(what)                                                             \
    what(0) what(1) what(2) what(3) what(4) what(5) what(6) what(7) what(8)    \
    what(9) what(10) what(11) what(12) what(13) what(14) what(15)
#define STORE_LOW(i)  "movups %%xmm" #i ", " #i "*32(%1)\n"
#define STORE_FULL(i) "vmovups %%ymm" #i ", " #i "*32(%1)\n"
#define LOAD_LOW(i)   "movups " #i "*32(%1), %%xmm" #i "\n"
#define LOAD_FULL(i)  "vmovups " #i "*32(%1), %%ymm" #i "\n"
#define SPOILT                                                                 \
    "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",    \
        "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15"

#define AROUND(load, store)                                                    \
    __asm__ volatile(EACH(load)                                                \
        "cmpq $-1, %%rax\n"                                                    \
        "je 1f\n"                                                              \
        "syscall\n"                                                            \
        "jmp 2f\n"                                                             \
        "1: pause\n"                                                           \
        "cmpl $0, (%5)\n"                                                      \
        "je 1b\n"                                                              \
        "2:\n" EACH(store)                                                     \
        : "+a"(call)                                                           \
        : "r"(r->vector), "D"(first), "S"(second), "d"(third), "r"(flag)       \
        : "rcx", "r11", "memory", "cc", SPOILT)

static long around(struct registers *r, long call, long first, long second,
    long third, volatile int *flag)
{
    if (has_upper)
        AROUND(LOAD_FULL, STORE_FULL);
    else
        AROUND(LOAD_LOW, STORE_LOW);
    return call;
}

static void fill(struct registers *r, uint64_t seed)
{
    for (int i = 0; i < REGISTERS * LONGS; i++)
        r->vector[i] = seed * 0x9e3779b97f4a7c15 + i;
}

static bool are_as_filled(const struct registers *r, uint64_t seed)
{
    for (int i = 0; i < REGISTERS * LONGS; i++)
        if (r->vector[i] != seed * 0x9e3779b97f4a7c15 + i &&
            (has_upper || i % LONGS < 2))
            return false;
    return true;
}

static char *upper_of(char *area)
{
    uint32_t magic = *(uint32_t *)(area + MAGIC_AT);
    uint32_t bytes = *(uint32_t *)(area + MAGIC_AT + 16);
    frame_is_right = magic == MAGIC1 && *(uint64_t *)(area + MAGIC_AT + 8) & 4 &&
        *(uint64_t *)(area + FEATURES_AT) & 4 &&
        *(uint32_t *)(area + bytes) == MAGIC2;
    return area + UPPER_AT;
}

static void edit(void *context)
{
    char *area = (char *)((ucontext_t *)context)->uc_mcontext.fpregs;
    frame_is_right = true;
    *(uint64_t *)(area + XMM_AT + 3 * 16) = 0x1111;
    if (has_upper)
        *(uint64_t *)(upper_of(area) + 3 * 16) = 0x2222;
}

static void test_edits(const struct registers *r, uint64_t seed)
{
    const uint64_t *third = r->vector + 3 * LONGS;
    struct registers same;
    fill(&same, seed);
    is(third[0], 0x1111);
    ok(third[1] == same.vector[3 * LONGS + 1]);
    is(has_upper ? third[2] - 0x2222 : 0, 0);
}
