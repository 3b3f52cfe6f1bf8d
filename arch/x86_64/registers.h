/* SPDX-License-Identifier: MIT */
/* The CPU's own registers and the I/O ports. */
#ifndef MACHINE_REGISTERS_H
#define MACHINE_REGISTERS_H

#include "lib/types.h"

#define CR0_PROTECTED   0x1ul
#define CR0_MONITOR     0x2ul
#define CR0_EMULATE     0x4ul
#define CR0_TASK_SWITCHED 0x8ul
#define CR0_FPU_ERRORS  0x20ul
#define CR0_WRITE_PROTECT 0x10000ul
#define CR0_ALIGNMENT   0x40000ul
#define CR0_PAGING      0x80000000ul

#define CR4_PAE        0x20ul
#define CR4_MCE        0x40ul
#define CR4_GLOBAL     0x80ul
#define CR4_OSFXSR     0x200ul
#define CR4_OSXMMEXCPT 0x400ul
#define CR4_UMIP       0x800ul
#define CR4_FSGSBASE   0x10000ul
#define CR4_OSXSAVE    0x40000ul
#define CR4_SMEP       0x100000ul
#define CR4_SMAP       0x200000ul

#define MSR_APIC_BASE      0x1b
#define MSR_TSC_DEADLINE   0x6e0
#define MSR_EFER           0xc0000080
#define MSR_STAR           0xc0000081
#define MSR_LSTAR          0xc0000082
#define MSR_CSTAR          0xc0000083
#define MSR_SYSCALL_MASK   0xc0000084
#define MSR_FS_BASE        0xc0000100
#define MSR_GS_BASE        0xc0000101
#define MSR_KERNEL_GS_BASE 0xc0000102

#define EFER_SYSCALL   0x1ul
#define EFER_LONG_MODE 0x100ul
#define EFER_NX        0x800ul

static inline uint64_t msr_read(uint32_t msr)
{
    uint32_t low, high;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
    return (uint64_t)high << 32 | low;
}

static inline void msr_write(uint32_t msr, uint64_t value)
{
    __asm__ volatile("wrmsr"
                     :
                     : "c"(msr), "a"((uint32_t)value),
                     "d"((uint32_t)(value >> 32))
                     : "memory");
}

#define REGISTER_ACCESS(name)                                                  \
    static inline uint64_t name##_read(void)                                   \
    {                                                                          \
        uint64_t value;                                                        \
        __asm__ volatile("movq %%" #name ", %0" : "=r"(value) : : "memory");   \
        return value;                                                          \
    }                                                                          \
    static inline void name##_write(uint64_t value)                            \
    {                                                                          \
        __asm__ volatile("movq %0, %%" #name : : "r"(value) : "memory");       \
    }

REGISTER_ACCESS(cr0)
REGISTER_ACCESS(cr2)
REGISTER_ACCESS(cr3)
REGISTER_ACCESS(cr4)
REGISTER_ACCESS(dr6)
#undef REGISTER_ACCESS

static inline uint64_t tsc_read(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

static inline void page_invalidate(uintptr_t address)
{
    __asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}

struct cpuid {
    uint32_t eax, ebx, ecx, edx;
};

/* Leaves above the maximum do not read as 0: see cpu_leaf. */
static inline struct cpuid cpuid(uint32_t leaf, uint32_t subleaf)
{
    struct cpuid r;
    __asm__ volatile("cpuid"
                     : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
                     : "a"(leaf), "c"(subleaf));
    return r;
}

static inline uint8_t port_read8(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

static inline uint32_t port_read32(uint16_t port)
{
    uint32_t value;
    __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

static inline void port_write8(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline void port_write16(uint16_t port, uint16_t value)
{
    __asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline void port_write32(uint16_t port, uint32_t value)
{
    __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

#endif
