/* SPDX-License-Identifier: MIT */
#ifndef MACHINE_CONSOLE_H
#define MACHINE_CONSOLE_H

#include "lib/types.h"

/* Before there is device_map: by a mapping at boot, then by one for good. */
void console_init_early(void);
void console_init(void);

#endif
