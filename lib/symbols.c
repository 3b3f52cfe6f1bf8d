/* SPDX-License-Identifier: MIT */
/*
 * The kernel's table of its own functions, made by tools/symbols.awk while
 * linking; tools/link-kernel links first with an empty one, whose count is 0.
 */
#include "lib/symbols.h"

#include <stddef.h>

struct symbol {
    uint32_t offset; /* from symbol_base */
    uint32_t name;   /* from symbol_names */
};

/* Sorted by offset. */
extern const uint64_t symbol_base, symbol_count;
extern const struct symbol symbol_table[];
extern const char symbol_names[];

const char *symbol_find(uint64_t address, uint64_t *offset)
{
    uint64_t distance = address - symbol_base;
    if (!symbol_count || address < symbol_base || distance > UINT32_MAX)
        return NULL;

    /* The last symbol that starts at or before the address. */
    uint64_t low = 0, high = symbol_count;
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        if (symbol_table[middle].offset <= distance)
            low = middle;
        else
            high = middle;
    }
    *offset = distance - symbol_table[low].offset;
    return symbol_names + symbol_table[low].name;
}
