/* SPDX-License-Identifier: MIT */
/* How kernel code touches what may fault: each such instruction has a row in
 * the exception table.  User memory is read and written with the user's rights
 * (LDTR, STTR), so that PAN need not be opened for it; only the atomic steps,
 * which have no such form, do that. */
#ifndef MACHINE_USER_ACCESS_H
#define MACHINE_USER_ACCESS_H

#include "arch/common/fixup_row.h"

#define WORD_LOAD "ldr %0, [%1]"

#endif
