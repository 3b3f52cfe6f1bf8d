/* SPDX-License-Identifier: MIT */
/* Names of flags that only this CPU has, for the tracer: none. */
#include "abi/linux/strace.h"

extern const struct flag_name names_archprctl[];
const struct flag_name names_archprctl[] = {
    { 0, NULL },
};
