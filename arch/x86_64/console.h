/* SPDX-License-Identifier: MIT */
#ifndef MACHINE_CONSOLE_H
#define MACHINE_CONSOLE_H

void console_init(void);

#endif
