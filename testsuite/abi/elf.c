/* SPDX-License-Identifier: MIT */
/* Programs made byte by byte: what of an ELF file counts, and what a program
 * finds in its registers when it starts.  Each ends with a status of its own. */
#include "exec_tools.h"

#include <elf.h>
#include <stdint.h>

enum { BASE = 0x400000, CODE_AT = 0x200, STATUS = 42 };

#ifdef __x86_64__
#include "elf_code_x86_64.h"
#else
#include "elf_code_aarch64.h"
#endif

static struct image {
    Elf64_Ehdr header;
    Elf64_Phdr segments[4];
    unsigned char rest[0x3000];
} image;

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
        .e_machine = MACHINE,
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
    image.header.e_machine = OTHER_MACHINE;
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

/* exit with the byte at the address */
static void begin_that_reads(uint32_t address)
{
    begin_with(reads, sizeof reads);
    set_reads_address(byte_at(CODE_AT), address);
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
    image.header.e_machine = OTHER_MACHINE;
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
    add_segment(PT_INTERP, PF_R, 0x900, 0); /* the first is the one */
    is(outcome(), 0);
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
static void registers(void)
{
    begin_with(checks_registers, sizeof checks_registers);
    spoil_registers(); /* something to be forgotten */
    is(outcome(), 0);
    mend_registers();
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
TEST_MAIN
