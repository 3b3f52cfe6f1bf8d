/* SPDX-License-Identifier: MIT */
/* The map: the user's half ends a page early, for the sake of SYSRET.  The image
 * is loaded where it is linked. */
#ifndef MACHINE_LAYOUT_H
#define MACHINE_LAYOUT_H

#define USER_START 0x10000ul
#define USER_END   0x7ffffffff000ul

#define KERNEL_PHYSICAL 0
#include "arch/common/layout.h"

#endif
