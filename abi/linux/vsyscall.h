/* SPDX-License-Identifier: MIT */
/* Fixed addresses outside the user's half that some programs call.  Each CPU
 * has its own; one without any says so. */
#ifndef ABI_LINUX_VSYSCALL_H
#define ABI_LINUX_VSYSCALL_H

#include "arch/trap.h"

/* struct abi's serve_fault: a jump to such an address is a call. */
bool vsyscall(struct frame *frame, const struct fault *fault);

const char *vsyscall_map(void); /* its line of /proc/PID/maps, or "" */
void vsyscall_option(const char *value); /* vsyscall= of the command line */

#endif
