/* SPDX-License-Identifier: MIT */
/* What the personality answers by the CPU. */
#ifndef ABI_LINUX_CPU_H
#define ABI_LINUX_CPU_H

/* What uname(2) calls the machine for programs of 32 bits; NULL: it has never
 * been asked to. */
extern const char *const machine_of_32_bits;

/* prctl(2): whether speculation of a kind is on, and what can be done about it
 * (PR_SPEC_…); -ENODEV: no such kind here.  Nothing is switched off: setting
 * says that it cannot be. */
long speculation_get(unsigned long kind);
long speculation_set(unsigned long kind, unsigned long how);

#endif
