/* SPDX-License-Identifier: MIT */
/* printf's formatting: d i u x X o c s p %, flags `-0+ #`, width and precision
 * (also `*`), lengths hh h l ll z. */
#ifndef LIB_FORMAT_H
#define LIB_FORMAT_H

#include "lib/types.h"

/* Always ends with NUL if capacity > 0; the length the whole would have. */
int format(char *buffer, size_t capacity, const char *how, ...) printf_like(3);
int format_list(char *buffer, size_t capacity, const char *how, va_list list);

#endif
