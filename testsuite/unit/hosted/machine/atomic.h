/* SPDX-License-Identifier: MIT */
#ifndef MACHINE_ATOMIC_H
#define MACHINE_ATOMIC_H

static inline void cpu_relax(void)
{
}

#endif
