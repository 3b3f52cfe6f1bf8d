/* SPDX-License-Identifier: MIT */
/* How tables of names are written, for the tracer.  Where one name's bits hold
 * another's, it comes first.  A value of 0 is printed when nothing else is set. */
#ifndef ABI_LINUX_STRACE_NAMES_H
#define ABI_LINUX_STRACE_NAMES_H

#include "abi/linux/strace.h"

/* The table itself is declared where syscall_table.c refers to it. */
#define NAMES(table)                                                           \
    extern const struct flag_name names_##table[];                             \
    const struct flag_name names_##table[]
#define N(name)      { (uint32_t)(name), #name }
#define END          { 0, NULL }

#endif
