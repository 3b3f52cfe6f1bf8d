/* SPDX-License-Identifier: MIT */
#ifndef AARCH64_VDSO_RETURN_H
#define AARCH64_VDSO_RETURN_H

#include "lib/types.h"

struct space;

/* The code that calls rt_sigreturn, for handlers that bring none. */
uintptr_t vdso_return(const struct space *space);

#endif
