/* SPDX-License-Identifier: MIT */
/* Where the other CPUs begin, in real mode: a page below 1 MiB. */
#ifndef MACHINE_TRAMPOLINE_H
#define MACHINE_TRAMPOLINE_H

#define TRAMPOLINE 0x8000

#ifndef __ASSEMBLER__
#include "lib/types.h"

extern const char trampoline_start[], trampoline_end[];
/* For the CPU that starts next: its stack and number. */
extern uint64_t trampoline_stack, trampoline_cpu;
#endif

#endif
