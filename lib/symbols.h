/* SPDX-License-Identifier: MIT */
/* The names of the kernel's own functions, for backtraces. */
#ifndef LIB_SYMBOLS_H
#define LIB_SYMBOLS_H

#include <stdint.h>

/*
 * The function that holds `address`, with the distance from its start in
 * *offset; NULL, and *offset untouched, when there is none.  Takes no locks,
 * allocates nothing, and may be called from a panic.
 */
const char *symbol_find(uint64_t address, uint64_t *offset);

#endif
