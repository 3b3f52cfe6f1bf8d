/* SPDX-License-Identifier: MIT */
#ifndef ABI_LINUX_USAGE_H
#define ABI_LINUX_USAGE_H

#include "kernel/process.h"

/* As a struct rusage. -EFAULT */
int usage_give(void __user *to, const struct usage *usage);

#endif
