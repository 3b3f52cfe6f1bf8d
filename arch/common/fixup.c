/* SPDX-License-Identifier: MIT */
/* The exception table, searched. */
#include "arch/common/fixup.h"

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
