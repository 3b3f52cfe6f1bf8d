/* SPDX-License-Identifier: MIT */
/* Programs of a few instructions, for elf.c. */
enum { MACHINE = EM_AARCH64, OTHER_MACHINE = EM_X86_64 };

/* exit(42) */
static const uint32_t exits[] = {
    0xd2800000 | STATUS << 5, /* mov x0, #42 */
    0xd2800ba8,               /* mov x8, #93 */
    0xd4000001,               /* svc #0 */
};

/* ldrb w0, [address]; exit */
static const uint32_t reads[] = {
    0x52800001, /* mov w1, #address */
    0x72a00001, /* movk w1, #address >> 16, lsl #16 */
    0x39400020, /* ldrb w0, [x1] */
    0xd2800ba8, 0xd4000001,
};

static void set_reads_address(unsigned char *code, uint32_t address)
{
    uint32_t words[2] = { reads[0] | (address & 0xffff) << 5,
        reads[1] | address >> 16 << 5 };
    memcpy(code, words, sizeof words);
}

/* strb 1, [BASE]; exit(42) */
static const uint32_t writes[] = {
    0x52a00801, /* mov w1, #0x400000 */
    0x52800022, /* mov w2, #1 */
    0x39000022, /* strb w2, [x1] */
    0xd2800000 | STATUS << 5,
    0xd2800ba8, 0xd4000001,
};

/* x0 is everything that should be zero, or-ed together. */
static const uint32_t checks_registers[] = {
    0xaa010000, /* orr x0, x0, x1 */
    0xaa020000, /* orr x0, x0, x2 */
    0xaa030000, /* orr x0, x0, x3 */
    0xaa040000, /* orr x0, x0, x4 */
    0xaa050000, /* orr x0, x0, x5 */
    0xaa060000, /* orr x0, x0, x6 */
    0xaa070000, /* orr x0, x0, x7 */
    0xaa080000, /* orr x0, x0, x8 */
    0xaa090000, /* orr x0, x0, x9 */
    0xaa0a0000, /* orr x0, x0, x10 */
    0xaa0b0000, /* orr x0, x0, x11 */
    0xaa0c0000, /* orr x0, x0, x12 */
    0xaa0d0000, /* orr x0, x0, x13 */
    0xaa0e0000, /* orr x0, x0, x14 */
    0xaa0f0000, /* orr x0, x0, x15 */
    0xaa100000, /* orr x0, x0, x16 */
    0xaa110000, /* orr x0, x0, x17 */
    0xaa120000, /* orr x0, x0, x18 */
    0xaa130000, /* orr x0, x0, x19 */
    0xaa140000, /* orr x0, x0, x20 */
    0xaa150000, /* orr x0, x0, x21 */
    0xaa160000, /* orr x0, x0, x22 */
    0xaa170000, /* orr x0, x0, x23 */
    0xaa180000, /* orr x0, x0, x24 */
    0xaa190000, /* orr x0, x0, x25 */
    0xaa1a0000, /* orr x0, x0, x26 */
    0xaa1b0000, /* orr x0, x0, x27 */
    0xaa1c0000, /* orr x0, x0, x28 */
    0xaa1d0000, /* orr x0, x0, x29 */
    0xaa1e0000, /* orr x0, x0, x30 */
    0x910003e1, /* mov x1, sp */
    0x92400c21, /* and x1, x1, #0xf */
    0xaa010000, /* orr x0, x0, x1 */
    0xd53bd041, /* mrs x1, tpidr_el0 */
    0xaa010000, /* orr x0, x0, x1 */
    0xd53b4401, /* mrs x1, fpcr */
    0xaa010000, /* orr x0, x0, x1 */
    0xd53b4421, /* mrs x1, fpsr */
    0xaa010000, /* orr x0, x0, x1 */
    0x9e6600e1, /* fmov x1, d7 */
    0xaa010000, /* orr x0, x0, x1 */
    0x9eae03e1, /* fmov x1, v31.d[1] */
    0xaa010000, /* orr x0, x0, x1 */
    0xf94003e1, /* ldr x1, [sp] */
    0xd2400021, /* eor x1, x1, #0x1 */
    0xaa010000, /* orr x0, x0, x1 */
    0xf100001f, /* cmp x0, #0x0 */
    0x9a9f07e0, /* cset x0, ne */
    0xd2800ba8, /* mov x8, #0x5d */
    0xd4000001, /* svc #0x0 */
};

static void spoil_registers(void)
{
    uint64_t control = 0x1000000, status = 0x1f; /* flush to zero; all flags */
    asm volatile("msr fpcr, %0; msr fpsr, %1; movi v7.16b, #255;"
                 "movi v31.16b, #255" :: "r"(control), "r"(status)
                 : "v7", "v31");
}

static void mend_registers(void)
{
    asm volatile("msr fpcr, %0; msr fpsr, %0" :: "r"(0l));
}
