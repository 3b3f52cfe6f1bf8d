/* SPDX-License-Identifier: MIT */
/* The bare copies between kernel and the current user addresses; mm/user.h
 * checks ranges and is what everyone else calls.  A fault that on_fault cannot
 * serve ends the copy through the exception table. */
#ifndef ARCH_USER_COPY_H
#define ARCH_USER_COPY_H

#include "lib/types.h"

/* Bytes NOT copied: 0 is success. */
size_t arch_copy_from_user(void *to, const void __user *from, size_t bytes);
size_t arch_copy_to_user(void __user *to, const void *from, size_t bytes);
size_t arch_clear_user(void __user *at, size_t bytes);
/* Bytes copied before the NUL, `most` if none was met (a NUL is not written
 * then), or -EFAULT. */
ssize_t arch_string_from_user(char *to, const char __user *from, size_t most);
/* Without serving faults: -EFAULT at once if the page is not there. */
int arch_read_word_nofault(uint32_t *word, const uint32_t __user *from);
/* Atomic on user memory: *old is what was there before. 0 or -EFAULT. Faults
 * are served. compare-exchange succeeded if *old == expected. */
int arch_user_compare_exchange(
    uint32_t __user *at, uint32_t expected, uint32_t wanted, uint32_t *old);
enum user_operation { USER_SET, USER_ADD, USER_OR, USER_ANDN, USER_XOR };
int arch_user_operate(uint32_t __user *at, enum user_operation operation,
    uint32_t operand, uint32_t *old);
/* While > 0 on current, on_fault does not serve faults of the kernel. */

#endif
