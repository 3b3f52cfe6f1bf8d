/* SPDX-License-Identifier: MIT */
/* How functions are defined that use what each CPU has of its own.  Where stacks
 * go from one to another, they may not be inlined: the compiler believes that the
 * addresses of a thread's variables stay the same in a function. */
#ifndef MACHINE_PER_CPU_H
#define MACHINE_PER_CPU_H

#ifdef STACKS_MOVE
#pragma GCC diagnostic ignored "-Wattributes" /* arch/irq.h says inline */
#define PER_CPU_INLINE __attribute__((noipa, unused)) static
#else
#define PER_CPU_INLINE static inline
#endif

#endif
