/* SPDX-License-Identifier: MIT */
#ifndef ABI_LINUX_PRCTL_MM_H
#define ABI_LINUX_PRCTL_MM_H

/* prctl(PR_SET_MM, what, at, bytes, d) */
long prctl_set_mm(
    unsigned long what, unsigned long at, unsigned long bytes, unsigned long d);

#endif
