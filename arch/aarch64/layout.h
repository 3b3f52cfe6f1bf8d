/* SPDX-License-Identifier: MIT */
/* The map: the user's half is TTBR0's, the kernel's is TTBR1's.  The image lies
 * at one virtual address, wherever it was loaded. */
#ifndef MACHINE_LAYOUT_H
#define MACHINE_LAYOUT_H

#define USER_START 0x1000ul
#define USER_END   0x1000000000000ul

/* A device that is needed before there is device_map: 2 MiB, at boot only. */
#define BOOT_DEVICE_BASE 0xffffffffbfe00000

#ifndef __ASSEMBLER__
extern unsigned long kernel_physical; /* [c] */
#define KERNEL_PHYSICAL kernel_physical
#endif
#include "arch/common/layout.h"

#endif
