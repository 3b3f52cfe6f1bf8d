/* SPDX-License-Identifier: MIT */
/* personality(2): what comes of it in other calls. */
#ifndef ABI_LINUX_PERSONALITY_H
#define ABI_LINUX_PERSONALITY_H

#include "lib/types.h"

struct system_names;
/* Changes what uname is to say to current. */
void personality_names(struct system_names *names);
/* select and its kin leave the timeout alone. */
bool personality_keeps_timeouts(void);

#endif
