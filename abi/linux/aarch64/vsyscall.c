/* SPDX-License-Identifier: MIT */
/* This CPU's programs never had calls at fixed addresses. */
#include "abi/linux/vsyscall.h"

bool vsyscall(struct frame *frame, const struct fault *fault)
{
    return false;
}

const char *vsyscall_map(void)
{
    return "";
}

void vsyscall_option(const char *value)
{
}
