/* SPDX-License-Identifier: MIT */
/* Asks whether an allocation is to fail. */
#include "mm/fail.h"

#ifdef CONFIG_DEBUG

static bool (*chooser)(void);

void fail_set_chooser(bool (*must_fail)(void))
{
    chooser = must_fail;
}

bool fail_is_wanted(void)
{
    return chooser && chooser();
}

#endif
