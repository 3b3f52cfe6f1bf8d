/* SPDX-License-Identifier: MIT */
/* What is said of a bad access; for lib/shadow.c. */
#ifndef LIB_SHADOW_REPORT_H
#define LIB_SHADOW_REPORT_H

#include "lib/types.h"

struct bad_access {
    uintptr_t address;
    size_t bytes;
    bool is_write;
    uintptr_t from; /* the code's address */
};

void shadow_describe_global(uintptr_t address); /* if it lies there */
void shadow_report_access(const struct bad_access *access);

#endif
