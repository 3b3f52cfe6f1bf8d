/* SPDX-License-Identifier: MIT */
/* The MMU of the CPU that is a thread: see flush.c. */
#ifndef MACHINE_REGISTERS_H
#define MACHINE_REGISTERS_H

#include "lib/types.h"

enum { CR4_GLOBAL = 128 };

static uint64_t cr3_read(void);
static void cr3_write(uint64_t root);
static uint64_t cr4_read(void);
static void cr4_write(uint64_t value);
static void page_invalidate(uintptr_t address);

#endif
