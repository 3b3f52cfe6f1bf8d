/* SPDX-License-Identifier: MIT */
/* Tables of system calls, with words for the arguments that are known at run
 * time only. */
#ifndef CALLS_H
#define CALLS_H

#include "tap.h"

struct call {
    const char *text;
    unsigned what; /* as the test likes */
    long number;
    long arguments[6];
};
#define CALL(name, what, ...) { #name, what, SYS_##name, { __VA_ARGS__ } }

/* Which argument that word is, from 1 on; 0: none. */
static inline int call_position(const struct call *call, long what)
{
    for (int i = 0; i < 6; i++)
        if (call->arguments[i] == what)
            return i + 1;
    return 0;
}

#endif
