/* SPDX-License-Identifier: MIT */
/* Gives the kernel's memory a shadow of its own, at boot. */
#ifndef MM_SHADOW_MAP_H
#define MM_SHADOW_MAP_H

struct boot_info;

#ifdef CONFIG_KASAN
/* Takes what it needs from the ranges of RAM; before pages_init. */
void shadow_init(struct boot_info *boot);
#else
static inline void shadow_init(struct boot_info *boot)
{
}
#endif

#endif
