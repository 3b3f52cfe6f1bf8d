/* SPDX-License-Identifier: MIT */
/* The boot console: the first serial line. */
#ifndef ARCH_CONSOLE_H
#define ARCH_CONSOLE_H

#include "lib/types.h"

/* Writes by polling; anywhere, also in a panic. No newline conversion. */
void console_write(const char *bytes, size_t count);
/* From now on received bytes go to input(), from the interrupt. */
void console_set_input(void (*input)(const unsigned char *bytes, size_t count));
const char *console_name(void); /* "ttyS0", "ttyAMA0" */

#endif
