/* SPDX-License-Identifier: MIT */
#ifndef ABI_LINUX_START_H
#define ABI_LINUX_START_H

#include "kernel/exec.h"

/* struct abi's start_program. */
int start_program(const struct program *program, uintptr_t *sp);

#endif
