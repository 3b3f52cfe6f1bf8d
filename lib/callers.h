/* SPDX-License-Identifier: MIT */
/* Who called: chains of return addresses, each kept once, for reports that tell
 * who made something and who freed it.  Debug builds only. */
#ifndef LIB_CALLERS_H
#define LIB_CALLERS_H

#include "lib/types.h"

typedef uint16_t callers; /* 0: not known, or no more room */

#if defined(CONFIG_DEBUG) && !defined(HOSTED)
/* Of the function that calls this, without itself. */
callers callers_note(void);
/* The handler of the system call that is under way, as a number; else the
 * function at the bottom of the stack.  `who`: the chain just noted. */
uint32_t callers_call(callers who);
/* Lines of the log, the innermost first. */
void callers_print(callers who);
/* The functions' names in one line: for tests and lists. */
size_t callers_name(callers who, char *text, size_t capacity);
#else
static inline callers callers_note(void)
{
    return 0;
}

static inline uint32_t callers_call(callers who)
{
    return 0;
}
#endif

#endif
