/* SPDX-License-Identifier: MIT */
/* The TLB of the CPU that is a thread: see asid.c. */
#ifndef MACHINE_TLB_H
#define MACHINE_TLB_H

static void tlb_forget_all_here(void);

#endif
