/* SPDX-License-Identifier: MIT */
/* The account of private writable memory that was promised. */
#ifndef MM_COMMIT_H
#define MM_COMMIT_H

#include "lib/types.h"

void memory_commit(int64_t bytes); /* more, or less */

#endif
