/* SPDX-License-Identifier: MIT */
/* Failures on demand: the debug build lets allocations fail that may fail, so
 * that tests walk the ways out.  Who chooses is told by kernel/. */
#ifndef MM_FAIL_H
#define MM_FAIL_H

#include "lib/types.h"

#if defined(CONFIG_DEBUG) && !defined(HOSTED)
void fail_set_chooser(bool (*must_fail)(void));
bool fail_is_wanted(void); /* asked once for each allocation */
#else
static inline bool fail_is_wanted(void)
{
    return false;
}
#endif

#endif
