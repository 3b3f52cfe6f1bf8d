/* SPDX-License-Identifier: MIT */
/* A CPU's set-up: what it can do, its segments, its control registers. */
#include "arch/common/kernel_map.h"
#include "arch/cpu.h"
#include "machine/cpu_local.h"
#include "machine/features.h"
#include "machine/frame.h"
#include "machine/layout.h"
#include "machine/registers.h"
#include "machine/traps.h"

char cpu_local_version;
struct cpu_local cpu_locals[CPU_MAX];
struct cpu_features cpu_features;
uint64_t pte_no_execute;

extern char entry_syscall[];
extern const uint64_t user_access_sites_start[], user_access_sites_end[];

struct cpuid cpu_leaf(uint32_t leaf, uint32_t subleaf)
{
    struct cpuid most = cpuid(leaf & 0xf0000000, 0);
    bool is_there = leaf <= most.eax;
    if (leaf >> 28 == 4)
        is_there = is_there && cpu_features.is_virtual;
    return is_there ? cpuid(leaf, subleaf) : (struct cpuid){ 0 };
}

/* "TCGTCGTCGTCG", by its first four letters. */
enum { TCG_SIGNATURE = 0x54474354 };

void cpu_detect(void)
{
    struct cpu_features *has = &cpu_features;
    struct cpuid basic = cpu_leaf(1, 0), more = cpu_leaf(7, 0);
    struct cpuid extended = cpu_leaf(0x80000001, 0);
    has->has_rdrand = basic.ecx >> 30 & 1;
    has->has_xsave = basic.ecx >> 26 & 1;
    has->is_virtual = basic.ecx >> 31 & 1;
    has->has_global = basic.edx >> 13 & 1;
    has->has_fsgsbase = more.ebx & 1;
    has->has_smep = more.ebx >> 7 & 1;
    has->has_smap = more.ebx >> 20 & 1;
    has->has_umip = more.ecx >> 2 & 1;
    has->has_nx = extended.edx >> 20 & 1;
    has->is_tcg = cpu_leaf(0x40000000, 0).ebx == TCG_SIGNATURE;
    has->has_tsc_deadline = (basic.ecx >> 24 & 1) && !has->is_tcg;
    has->physical_bits = cpu_leaf(0x80000008, 0).eax & 0xff;
    if (!has->physical_bits)
        has->physical_bits = 36;
    if (has->has_nx)
        pte_no_execute = 1ull << 63;
    fpu_detect();
}

/* NOPs become STAC and CLAC; before the code is made read-only. */
void cpu_patch_user_access(void)
{
    if (!cpu_features.has_smap)
        return;
    for (const uint64_t *site = user_access_sites_start;
         site < user_access_sites_end; site += 2) {
        unsigned char *code = (unsigned char *)site[0];
        code[0] = 0x0f;
        code[1] = 0x01;
        code[2] = site[1];
    }
}

static void load_segments(struct cpu_local *cpu)
{
    uint64_t tss = (uint64_t)&cpu->tss;
    cpu->gdt[2] = 0x00af9b000000ffff; /* kernel code */
    cpu->gdt[3] = 0x00cf93000000ffff; /* kernel data */
    cpu->gdt[4] = 0; /* no 32-bit code: its SYSCALL comes in elsewhere */
    cpu->gdt[5] = 0x00cff3000000ffff; /* user data */
    cpu->gdt[6] = 0x00affb000000ffff; /* user code */
    cpu->gdt[8] = (sizeof cpu->tss - 1) | (tss & 0xffffff) << 16 |
                  0x89ull << 40 | (tss >> 24 & 0xff) << 56;
    cpu->gdt[9] = tss >> 32;
    cpu->gdt[SELECTOR_CPU_NUMBER / 8] = 0x0040f10000000000 | cpu->id;
    cpu->tss.io_map = sizeof cpu->tss;

    struct {
        uint16_t limit;
        uint64_t base;
    } packed_struct pointer = { sizeof cpu->gdt - 1, (uint64_t)cpu->gdt };
    __asm__ volatile("lgdt %0\n"
                     "pushq %1\n"
                     "leaq 1f(%%rip), %%rax\n"
                     "pushq %%rax\n"
                     "lretq\n"
                     "1: movl %2, %%eax\n"
                     "movl %%eax, %%ss\n"
                     "xorl %%eax, %%eax\n"
                     "movl %%eax, %%ds\n"
                     "movl %%eax, %%es\n"
                     "movl %%eax, %%fs\n"
                     "movl %%eax, %%gs\n"
                     "movl %3, %%eax\n"
                     "ltr %%ax\n"
                     :
                     : "m"(pointer), "i"(SELECTOR_KERNEL_CODE),
                     "i"(SELECTOR_KERNEL_DATA), "i"(SELECTOR_TSS)
                     : "rax", "memory");
}

static void set_control_registers(void)
{
    const struct cpu_features *has = &cpu_features;
    cr0_write((cr0_read() & ~(CR0_EMULATE | CR0_TASK_SWITCHED | 0x60000000)) |
              CR0_MONITOR | CR0_FPU_ERRORS | CR0_WRITE_PROTECT |
              CR0_ALIGNMENT);
    cr4_write(CR4_PAE | CR4_MCE | CR4_OSFXSR | CR4_OSXMMEXCPT |
              (has->has_global ? CR4_GLOBAL : 0) |
              (has->has_umip ? CR4_UMIP : 0) |
              (has->has_fsgsbase ? CR4_FSGSBASE : 0) |
              (has->has_xsave ? CR4_OSXSAVE : 0) |
              (has->has_smep ? CR4_SMEP : 0) | (has->has_smap ? CR4_SMAP : 0));
    msr_write(MSR_EFER, EFER_LONG_MODE | EFER_SYSCALL |
                            (has->has_nx ? EFER_NX : 0));
}

static void set_syscall(void)
{
    /* SYSRET takes the base + 8 as stack, + 16 as code. */
    msr_write(MSR_STAR, (uint64_t)(SELECTOR_USER_DATA - 8) << 48 |
                            (uint64_t)SELECTOR_KERNEL_CODE << 32);
    msr_write(MSR_LSTAR, (uint64_t)entry_syscall);
    msr_write(MSR_CSTAR, (uint64_t)entry_syscall);
    /* Off at entry: TF IF DF IOPL NT RF AC ID. */
    msr_write(MSR_SYSCALL_MASK, 0x257700);
}

void cpu_init(unsigned id)
{
    struct cpu_local *cpu = &cpu_locals[id];
    cpu->id = id;
    cpu->deadline_ns = UINT64_MAX;
    set_control_registers();
    load_segments(cpu);
    msr_write(MSR_GS_BASE, (uint64_t)cpu);
    msr_write(MSR_KERNEL_GS_BASE, 0);
    traps_load();
    set_syscall();
    fpu_init_cpu();
}

bool cpu_make_stacks(unsigned id)
{
    struct cpu_local *cpu = &cpu_locals[id];
    uintptr_t idle = kernel_stack_make(KERNEL_STACK_BYTES);
    uintptr_t irq = kernel_stack_make(KERNEL_STACK_BYTES);
    uintptr_t ist[IST_COUNT] = {
        [IST_FATAL - 1] = kernel_stack_make(KERNEL_STACK_BYTES),
        [IST_NMI - 1] = kernel_stack_make(PAGE_BYTES),
        [IST_DEBUG - 1] = kernel_stack_make(PAGE_BYTES),
    };
    if (!idle || !irq)
        return false;
    for (unsigned i = 0; i < IST_COUNT; i++) {
        if (!ist[i])
            return false;
        /* entry.S finds the block by the end of the stack's page. */
        uint64_t *end = (uint64_t *)(ist[i] - 16);
        *end = (uint64_t)cpu;
        cpu->tss.ist[i] = (uint64_t)end;
    }
    cpu->idle_stack_top = idle;
    cpu->irq_stack_top = irq;
    cpu->stack_top = cpu->tss.sp0 = idle;
    return true;
}

bool cpu_random(uint64_t *number)
{
    if (!cpu_features.has_rdrand)
        return false;
    for (unsigned tries = 0; tries < 16; tries++) {
        bool is_good;
        __asm__ volatile("rdrand %0" : "=r"(*number), "=@ccc"(is_good));
        if (is_good)
            return true;
    }
    return false;
}

uint64_t cpu_cycles(void)
{
    return tsc_read();
}

uint64_t cpu_hwcap(void)
{
    return cpu_leaf(1, 0).edx;
}

uint64_t cpu_hwcap2(void)
{
    return cpu_features.has_fsgsbase ? 2 : 0; /* may use RDFSBASE */
}

const char *cpu_platform(void)
{
    return "x86_64";
}
