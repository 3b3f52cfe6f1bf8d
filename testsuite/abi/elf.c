/* SPDX-License-Identifier: MIT */
/* Programs made byte by byte: what of an ELF file counts, and what a program
 * finds in its registers when it starts.  Each ends with a status of its own. */
#include "exec_tools.h"

#ifdef __x86_64__
#include <elf.h>

enum { BASE = 0x400000, CODE_AT = 0x200, STATUS = 42 };

static struct image {
    Elf64_Ehdr header;
    Elf64_Phdr segments[4];
    unsigned char rest[0x3000];
} image;

/* exit(42) */
static const unsigned char exits[] = {
    0xbf, STATUS, 0, 0, 0, /* mov $42, %edi */
    0xb8, 60, 0, 0, 0,     /* mov $60, %eax */
    0x0f, 0x05,            /* syscall */
};

static unsigned char *byte_at(size_t offset)
{
    return (unsigned char *)&image + offset;
}

static Elf64_Phdr *add_segment(
    unsigned type, unsigned flags, size_t offset, size_t bytes)
{
    Elf64_Phdr *segment = &image.segments[image.header.e_phnum++];
    *segment = (Elf64_Phdr){
        .p_type = type,
        .p_flags = flags,
        .p_offset = offset,
        .p_vaddr = BASE + offset,
        .p_filesz = bytes,
        .p_memsz = bytes,
        .p_align = 4096,
    };
    return segment;
}

/* One segment with the code in it. */
static void begin_with(const void *code, size_t bytes)
{
    memset(&image, 0, sizeof image);
    image.header = (Elf64_Ehdr){
        .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, 1 },
        .e_type = ET_EXEC,
        .e_machine = EM_X86_64,
        .e_version = 1,
        .e_entry = BASE + CODE_AT,
        .e_phoff = sizeof image.header,
        .e_ehsize = sizeof image.header,
        .e_phentsize = sizeof(Elf64_Phdr),
    };
    add_segment(PT_LOAD, PF_R | PF_X, 0, 0x1000);
    memcpy(byte_at(CODE_AT), code, bytes);
}

static void begin(void)
{
    begin_with(exits, sizeof exits);
}

/* How it ends; 1000 and a signal if by that. */
static int outcome(void)
{
    put_file("image", &image, sizeof image, 0755);
    return exec_error("image", WORDS("x"), WORDS());
}

static void kinds(void)
{
    begin();
    is(outcome(), STATUS);
    image.header.e_type = ET_DYN;
    is(outcome(), STATUS);
    image.header.e_type = ET_REL;
    is(outcome(), ENOEXEC);
    image.header.e_type = ET_CORE;
    is(outcome(), ENOEXEC);
    begin();
    image.header.e_ident[EI_MAG3] = 'f';
    is(outcome(), ENOEXEC);
    begin();
    image.header.e_machine = EM_AARCH64;
    is(outcome(), ENOEXEC);
    begin();
    image.header.e_machine = EM_NONE;
    is(outcome(), ENOEXEC);
    begin();
    image.header.e_phentsize++;
    is(outcome(), ENOEXEC);
    begin();
    image.header.e_phnum = 0;
    is(outcome(), ENOEXEC);
    begin();
    image.header.e_phnum = 0xffff;
    is(outcome(), ENOEXEC);
}

static void segments(void)
{
    begin(); /* the headers need not be loaded, the table lies anywhere */
    memcpy(byte_at(0x1100), image.segments, sizeof image.segments);
    memset(image.segments, 0, sizeof image.segments);
    image.header.e_phoff = 0x1100;
    is(outcome(), STATUS);
    begin();
    image.segments[0].p_align = 0;
    is(outcome(), STATUS);
    begin(); /* the program can do without its stack's word */
    add_segment(PT_GNU_STACK, PF_R | PF_W, 0, 0)->p_memsz = 0;
    is(outcome(), STATUS);
    begin(); /* unknown ones are skipped */
    add_segment(0x6fffff00, 0, 0x7000000, 0x9000000);
    is(outcome(), STATUS);
    begin(); /* code in the part of a page that the file does not fill */
    image.segments[0].p_filesz = CODE_AT + 4;
    image.segments[0].p_memsz = CODE_AT + 4;
    is(outcome(), STATUS);
}

/* movzbl (address), %edi; exit */
static void begin_that_reads(uint32_t address)
{
    static const unsigned char reads[] = {
        0x0f, 0xb6, 0x3c, 0x25, 0, 0, 0, 0, /* movzbl address, %edi */
        0xb8, 60, 0, 0, 0, 0x0f, 0x05,
    };
    begin_with(reads, sizeof reads);
    memcpy(byte_at(CODE_AT + 4), &address, sizeof address);
}

static void zeros(void)
{
    const uint32_t data = BASE + 0x1800;
    begin_that_reads(data);
    memset(byte_at(0x1000), 7, 0x2000);
    add_segment(PT_LOAD, PF_R | PF_W, 0x1000, 0x900);
    is(outcome(), 7);
    image.segments[1].p_filesz = 0x800; /* zeroed behind the file's bytes */
    is(outcome(), 0);
    image.segments[1].p_filesz = 0x801;
    is(outcome(), 7);
    image.segments[1].p_vaddr += 0x100; /* no page of its own */
    image.segments[1].p_offset += 0x100;
    is(outcome(), 7);
    begin_that_reads(BASE + 0x5123);
    add_segment(PT_LOAD, PF_R | PF_W, 0x1000, 0x10)->p_memsz = 0x6000;
    is(outcome(), 0);
    begin_that_reads(BASE + 0x8000);
    add_segment(PT_LOAD, PF_R | PF_W, 0x1000, 0x10)->p_memsz = 0x6000;
    is(outcome(), 1000 + SIGSEGV);
    begin_that_reads(BASE + 0x1000); /* without the right to read */
    add_segment(PT_LOAD, 0, 0x1000, 0x1000);
    is(outcome(), 1000 + SIGSEGV);
    begin_that_reads(BASE + 0x100000);
    add_segment(PT_LOAD, PF_R, 0x10000000, 0x1000)->p_vaddr = BASE + 0x100000;
    is(outcome(), 1000 + SIGBUS); /* beyond the file's end */
}

static void rights(void)
{
    begin();
    image.segments[0].p_flags = PF_R;
    is(outcome(), 1000 + SIGSEGV);
    begin();
    image.segments[0].p_flags = PF_X;
    is(outcome(), STATUS);
    begin();
    image.header.e_entry = BASE + 0x5000;
    is(outcome(), 1000 + SIGSEGV);
    /* movb $1, (BASE); exit */
    static const unsigned char writes[] = {
        0xc6, 0x04, 0x25, 0x00, 0x00, 0x40, 0x00, 0x01,
        0xbf, STATUS, 0, 0, 0, 0xb8, 60, 0, 0, 0, 0x0f, 0x05,
    };
    begin_with(writes, sizeof writes);
    is(outcome(), 1000 + SIGSEGV);
    image.segments[0].p_flags = PF_R | PF_W | PF_X;
    is(outcome(), STATUS);
    /* What it writes stays its own. */
    is(outcome(), STATUS);
}

static void interpreters(void)
{
    static const struct {
        const char *name;
        int outcome;
    } rows[] = {
        { "/tests/helper/tell", 0 },
        { "missing", ENOENT },
        { "/dev", EACCES },
        { "short", EIO },
        { "text", ELIBBAD },
        { "other", ELIBBAD },
        { "unloaded", EACCES },
    };
    begin();
    put_text("short", "x", 0755);
    put_text("text", "no program, and longer than an ELF header: "
                     "sixty-four bytes and a few more", 0755);
    put_text("unloaded", "x", 0644);
    image.header.e_machine = EM_AARCH64;
    put_file("other", &image, sizeof image, 0755);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        begin();
        strcpy((char *)byte_at(0x800), rows[i].name);
        add_segment(PT_INTERP, PF_R, 0x800, strlen(rows[i].name) + 1);
        if (!is(outcome(), rows[i].outcome))
            note("of %s", rows[i].name);
    }
    begin();
    strcpy((char *)byte_at(0x800), "/tests/helper/tell");
    add_segment(PT_INTERP, PF_R, 0x800, 5); /* without its NUL */
    is(outcome(), ENOEXEC);
    image.segments[1].p_filesz = 1;
    is(outcome(), ENOEXEC);
    image.segments[1].p_filesz = 5000;
    is(outcome(), ENOEXEC);
    image.segments[1].p_filesz = 19;
    image.segments[1].p_offset = 0x100000; /* beyond the file's end */
    is(outcome(), EIO);
}

/* A position-independent program without an interpreter. */
static void movable(void)
{
    /* lea -7(%rip), %rdi; shr $44, %rdi: where it is; 5 is 0x5555…, 7 0x7f… */
    begin();
    image.header.e_type = ET_DYN;
    image.header.e_entry = CODE_AT;
    image.segments[0].p_vaddr = 0;
    is(outcome(), STATUS);
    image.segments[0].p_align = 0x200000;
    is(outcome(), STATUS);
    image.segments[0].p_vaddr = image.header.e_entry = 0x10000;
    image.header.e_entry += CODE_AT;
    is(outcome(), STATUS);
}

/* All registers are zero but for the stack's, which is aligned; the flags and
 * the floating point are as the ABI wants them.  The status counts the checks
 * that failed. */
static const char code_text[] =
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

static void registers(void)
{
    begin_with(code_text, sizeof code_text - 1);
    /* Something to be forgotten. */
    unsigned mxcsr = 0x1fa0 | 0x6000, control = 0xc7f;
    asm volatile("ldmxcsr %0; fldcw %1; pcmpeqd %%xmm7, %%xmm7; fld1"
                 :: "m"(mxcsr), "m"(control) : "xmm7");
    is(outcome(), 0);
    asm volatile("fninit");
    mxcsr = 0x1f80;
    asm volatile("ldmxcsr %0" :: "m"(mxcsr));
}

static void run(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    kinds();
    segments();
    zeros();
    rights();
    interpreters();
    movable();
    registers();
}
#else
static void run(void)
{
    skip("images", "made for another CPU");
}
#endif
TEST_MAIN
