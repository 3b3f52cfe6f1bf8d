/* SPDX-License-Identifier: MIT */
/* The CPU's own registers, and accesses to those of devices. */
#ifndef MACHINE_REGISTERS_H
#define MACHINE_REGISTERS_H

/* Memory types, by number: normal, device. */
#define MAIR_VALUE 0x04ff
/* 48 bits on both sides, 4 KiB, walks by the caches, shared by all CPUs; the
 * top byte of the user's addresses is ignored.  Sizes of physical addresses and
 * of ASIDs come from the CPU. */
#define TCR_VALUE  0x00000020b5103510
#define TCR_IPS_SHIFT 32
#define TCR_ASID_16 (1 << 36)

/* On: MMU, caches, checks of the stack pointers' alignment; user code may use
 * DC ZVA, read CTR, maintain caches, and wait. */
#define SCTLR_VALUE 0x3455d81d
#define SCTLR_USER_CTR (1 << 15)
#define SCTLR_SPAN  (1 << 23) /* set: PAN stays as it is at an exception */
#define SCTLR_OFF   0x30d00800 /* what is always one */

#ifndef __ASSEMBLER__

#include "lib/types.h"

#define register_read(name)                                                    \
    ({                                                                         \
        uint64_t register_value;                                               \
        __asm__ volatile("mrs %0, " #name : "=r"(register_value) : : "memory"); \
        register_value;                                                        \
    })
#define register_write(name, value)                                            \
    ({                                                                         \
        uint64_t register_value = (value);                                     \
        __asm__ volatile("msr " #name ", %0" : : "r"(register_value)           \
                         : "memory");                                          \
    })

static inline void isb(void)
{
    __asm__ volatile("isb" : : : "memory");
}

/* Device registers: nothing before is left undone when one is written. */
static inline uint32_t device_read(volatile void *base, unsigned at)
{
    uint32_t value;
    volatile uint32_t *from = (volatile uint32_t *)((uintptr_t)base + at);
    __asm__ volatile("ldr %w0, [%1]\n\tdmb oshld"
                     : "=r"(value)
                     : "r"(from)
                     : "memory");
    return value;
}

static inline void device_write(
    volatile void *base, unsigned at, uint32_t value)
{
    volatile uint32_t *to = (volatile uint32_t *)((uintptr_t)base + at);
    __asm__ volatile("dmb oshst\n\tstr %w0, [%1]"
                     :
                     : "rZ"(value), "r"(to)
                     : "memory");
}

static inline void device_write64(
    volatile void *base, unsigned at, uint64_t value)
{
    volatile uint64_t *to = (volatile uint64_t *)((uintptr_t)base + at);
    __asm__ volatile("dmb oshst\n\tstr %x0, [%1]"
                     :
                     : "rZ"(value), "r"(to)
                     : "memory");
}

static inline uint64_t device_read64(volatile void *base, unsigned at)
{
    uint64_t value;
    volatile uint64_t *from = (volatile uint64_t *)((uintptr_t)base + at);
    __asm__ volatile("ldr %0, [%1]\n\tdmb oshld"
                     : "=r"(value)
                     : "r"(from)
                     : "memory");
    return value;
}

#endif
#endif
