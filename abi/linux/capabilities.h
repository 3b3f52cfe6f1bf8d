/* SPDX-License-Identifier: MIT */
#ifndef ABI_LINUX_CAPABILITIES_H
#define ABI_LINUX_CAPABILITIES_H

/* prctl's options about capabilities. */
long capability_prctl(int option, unsigned long a, unsigned long b);

#endif
