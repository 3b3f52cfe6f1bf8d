/* SPDX-License-Identifier: MIT */
/* The exception table, searched; and one row of its own. */
#include "arch/common/fixup.h"
#include "machine/user_access.h"

extern const struct fixup exception_table_start[], exception_table_end[];

/* A few dozen rows, read at faults of the kernel only. */
const struct fixup *fixup_find(uint64_t ip)
{
    for (const struct fixup *row = exception_table_start;
         row < exception_table_end; row++)
        if (row->at == ip)
            return row;
    return NULL;
}

bool kernel_word_read(uintptr_t at, uint64_t *word)
{
    uint64_t value;
    __asm__ goto volatile("1: " WORD_LOAD "\n" FIXUP("1b", "%l[fault]", 1)
                          : "=r"(value)
                          : "r"(at)
                          : "memory"
                          : fault);
    *word = value;
    return true;
fault:
    return false;
}
