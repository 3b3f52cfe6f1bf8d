/* SPDX-License-Identifier: MIT */
/* Single words of user memory, atomically or without serving faults. */
#include "arch/user_copy.h"
#include "lib/errno.h"
#include "machine/user_access.h"

int arch_read_word_nofault(uint32_t *word, const uint32_t __user *from)
{
    uint32_t value;
    user_access_open();
    __asm__ goto volatile("1: movl (%1), %0\n" FIXUP("1b", "%l[fault]", 1)
                          : "=r"(value)
                          : "r"(from)
                          : "memory"
                          : fault);
    user_access_close();
    *word = value;
    return 0;
fault:
    user_access_close();
    return -EFAULT;
}

int arch_user_compare_exchange(
    uint32_t __user *at, uint32_t expected, uint32_t wanted, uint32_t *old)
{
    user_access_open();
    __asm__ goto volatile("1: lock cmpxchgl %2, (%1)\n" FIXUP(
                              "1b", "%l[fault]", 0)
                          : "+a"(expected)
                          : "r"(at), "r"(wanted)
                          : "memory", "cc"
                          : fault);
    user_access_close();
    *old = expected;
    return 0;
fault:
    user_access_close();
    return -EFAULT;
}
