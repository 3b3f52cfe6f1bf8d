/* SPDX-License-Identifier: MIT */
/* The end of the machine. */
#ifndef ARCH_POWER_H
#define ARCH_POWER_H

#include "lib/types.h"

noreturn_fn void power_off(void);    /* falls back to halting with a message */
noreturn_fn void power_reset(void);
noreturn_fn void power_halt(void);   /* CPUs stopped, interrupts off */
/* Leaves the emulator with a status that is not 0 if it offers a way
 * (isa-debug-exit, semihosting); returns otherwise. */
void power_fail(void);

#endif
