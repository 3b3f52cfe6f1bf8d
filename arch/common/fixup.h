/* SPDX-License-Identifier: MIT */
/* The exception table: what becomes of an instruction of the kernel that
 * faults.  Rows are made where the instructions are (machine/user_access.h). */
#ifndef COMMON_FIXUP_H
#define COMMON_FIXUP_H

#include "lib/types.h"

struct fixup {
    uint64_t at, to, kind; /* FIXUP_SERVED, FIXUP_ALWAYS */
};

/* The row for an instruction, or NULL. */
const struct fixup *fixup_find(uint64_t ip);

/* Reads a word of kernel memory that may not be there. */
bool kernel_word_read(uintptr_t at, uint64_t *word);

#endif
