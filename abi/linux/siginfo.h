/* SPDX-License-Identifier: MIT */
/* siginfo_t and struct signal_info. */
#ifndef ABI_LINUX_SIGINFO_H
#define ABI_LINUX_SIGINFO_H

#include <linux/signal.h>

#include "kernel/signal.h"

/* `to` is zeroed whole first. */
void siginfo_from_native(siginfo_t *to, const struct signal_info *from);
/* What rt_sigqueueinfo gives: the sender's words are taken as they are. */
void siginfo_to_native(struct signal_info *to, const siginfo_t *from);

/* What a program gives: so much of it is looked at; the rest must be zero if
 * the signal has no such code. */
enum { SIGINFO_KNOWN_BYTES = 48 };
bool siginfo_code_is_known(int number, int code);
bool siginfo_rest_is_zero(const siginfo_t *record);

/* The one that a program made itself, of signal *number (NULL: as the record
 * says): -EFAULT, -E2BIG. */
int signal_info_argument(
    struct signal_info *info, const int *number, const void __user *from);
/* Not if it looks as if the kernel had sent it, but to oneself. */
bool may_queue_code(int process, int code);

#endif
