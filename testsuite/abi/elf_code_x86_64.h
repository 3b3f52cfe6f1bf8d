/* SPDX-License-Identifier: MIT */
/* Programs of a few instructions, for elf.c. */
enum { MACHINE = EM_X86_64, OTHER_MACHINE = EM_AARCH64 };

/* exit(42) */
static const unsigned char exits[] = {
    0xbf, STATUS, 0, 0, 0, /* mov $42, %edi */
    0xb8, 60, 0, 0, 0,     /* mov $60, %eax */
    0x0f, 0x05,            /* syscall */
};

/* movzbl (address), %edi; exit */
static const unsigned char reads[] = {
    0x0f, 0xb6, 0x3c, 0x25, 0, 0, 0, 0, /* movzbl address, %edi */
    0xb8, 60, 0, 0, 0, 0x0f, 0x05,
};

static void set_reads_address(unsigned char *code, uint32_t address)
{
    memcpy(code + 4, &address, sizeof address);
}

/* movb $1, (BASE); exit */
static const unsigned char writes[] = {
    0xc6, 0x04, 0x25, 0x00, 0x00, 0x40, 0x00, 0x01,
    0xbf, STATUS, 0, 0, 0, 0xb8, 60, 0, 0, 0, 0x0f, 0x05,
};

static const char checks_registers[] =
    /* xor of all into rdi: or them together */
    "\x48\x09\xc7" /* or %rax, %rdi */
    "\x48\x09\xdf" /* or %rbx, %rdi */
    "\x48\x09\xef" /* or %rbp, %rdi */
    "\x48\x09\xd7" /* or %rdx, %rdi */
    "\x48\x09\xf7" /* or %rsi, %rdi */
    "\x4c\x09\xc7" /* or %r8, %rdi */
    "\x4c\x09\xcf" /* or %r9, %rdi */
    "\x4c\x09\xd7" /* or %r10, %rdi */
    "\x4c\x09\xe7" /* or %r12, %rdi */
    "\x4c\x09\xef" /* or %r13, %rdi */
    "\x4c\x09\xf7" /* or %r14, %rdi */
    "\x4c\x09\xff" /* or %r15, %rdi */
    "\x48\x89\xe0" /* mov %rsp, %rax */
    "\x83\xe0\x0f" /* and $15, %eax */
    "\x48\x09\xc7" /* or %rax, %rdi */
    "\x66\x8c\xe0" /* mov %fs, %ax */
    "\x48\x09\xc7"
    "\x66\x8c\xe8" /* mov %gs, %ax */
    "\x48\x09\xc7"
    "\x0f\xae\x5c\x24\xf8"         /* stmxcsr -8(%rsp) */
    "\x81\x74\x24\xf8\x80\x1f\0\0" /* xorl $0x1f80, -8(%rsp) */
    "\x48\x63\x44\x24\xf8"         /* movslq -8(%rsp), %rax */
    "\x48\x09\xc7"
    "\xd9\x7c\x24\xf8"             /* fnstcw -8(%rsp) */
    "\x0f\xb7\x44\x24\xf8"         /* movzwl -8(%rsp), %eax */
    "\x35\x7f\x03\0\0"             /* xor $0x37f, %eax */
    "\x48\x09\xc7"
    "\x66\x48\x0f\x7e\xf8" /* movq %xmm7, %rax */
    "\x48\x09\xc7"
    "\x8b\x04\x24"                 /* mov (%rsp), %eax: argc */
    "\x83\xf0\x01"                 /* xor $1, %eax */
    "\x48\x09\xc7"
    "\x48\x85\xff"                 /* test %rdi, %rdi */
    "\x40\x0f\x95\xc7"             /* setne %dil */
    "\x40\x0f\xb6\xff"             /* movzbl %dil, %edi */
    "\xb8\x3c\0\0\0"               /* mov $60, %eax */
    "\x0f\x05";

static void spoil_registers(void)
{
    unsigned mxcsr = 0x1fa0 | 0x6000, control = 0xc7f;
    asm volatile("ldmxcsr %0; fldcw %1; pcmpeqd %%xmm7, %%xmm7; fld1"
                 :: "m"(mxcsr), "m"(control) : "xmm7");
}

static void mend_registers(void)
{
    unsigned mxcsr = 0x1f80;
    asm volatile("fninit; ldmxcsr %0" :: "m"(mxcsr));
}
