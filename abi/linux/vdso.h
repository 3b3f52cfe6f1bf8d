/* SPDX-License-Identifier: MIT */
/* Code of the kernel's in every program.  One implementation for each CPU. */
#ifndef ABI_LINUX_VDSO_H
#define ABI_LINUX_VDSO_H

#include "lib/types.h"

struct space;

/* struct abi's map_extras. */
int vdso_map(struct space *space);
/* The real-time clock was set. */
void vdso_clock_was_set(void);
/* Where the code is that calls rt_sigreturn; 0: the CPU's programs bring it. */
uintptr_t vdso_sigreturn(const struct space *space);

#endif
