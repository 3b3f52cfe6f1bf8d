/* SPDX-License-Identifier: MIT */
/* What the TLBs of all CPUs are to forget. */
#ifndef MACHINE_TLB_H
#define MACHINE_TLB_H

#include "machine/registers.h"

static inline void tlb_barrier_before(void)
{
    __asm__ volatile("dsb ishst" ::: "memory");
}

static inline void tlb_barrier_after(void)
{
    __asm__ volatile("dsb ish" ::: "memory");
}

/* The operand: a page's number below, an ASID above. */
static inline uint64_t tlb_operand(uint64_t asid, uintptr_t address)
{
    return (address >> 12 & 0xfffffffffffull) | asid << 48;
}

static inline void tlb_forget_page(uint64_t asid, uintptr_t address)
{
    __asm__ volatile("tlbi vae1is, %0"
                     :
                     : "r"(tlb_operand(asid, address))
                     : "memory");
}

static inline void tlb_forget_kernel_page(uintptr_t address)
{
    __asm__ volatile("tlbi vaae1is, %0"
                     :
                     : "r"(tlb_operand(0, address))
                     : "memory");
}

static inline void tlb_forget_asid(uint64_t asid)
{
    __asm__ volatile("tlbi aside1is, %0"
                     :
                     : "r"(tlb_operand(asid, 0))
                     : "memory");
}

static inline void tlb_forget_all(void)
{
    __asm__ volatile("tlbi vmalle1is" ::: "memory");
}

static inline void tlb_forget_space(uint64_t asid)
{
    tlb_barrier_before();
    tlb_forget_asid(asid);
    tlb_barrier_after();
}

static inline void tlb_forget_all_here(void)
{
    __asm__ volatile("tlbi vmalle1\n\tdsb nsh\n\tisb" ::: "memory");
}

/* A stale entry of this CPU only: it had fewer rights than there are now. */
static inline void tlb_forget_page_here(uintptr_t address)
{
    __asm__ volatile("dsb nshst\n\ttlbi vaae1, %0\n\tdsb nsh\n\tisb"
                     :
                     : "r"(tlb_operand(0, address))
                     : "memory");
}

#endif
