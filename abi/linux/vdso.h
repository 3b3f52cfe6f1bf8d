/* SPDX-License-Identifier: MIT */
/* Code of the kernel's in every program. */
#ifndef ABI_LINUX_VDSO_H
#define ABI_LINUX_VDSO_H

#include "lib/types.h"

struct space;

/* struct abi's map_extras. */
int vdso_map(struct space *space);
/* The real-time clock was set. */
void vdso_clock_was_set(void);
/* A struct timezone was. */
void vdso_zone_was_set(uint64_t zone);

extern const char vdso_image[], vdso_image_end[];

#endif
