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

static uint32_t result_of(
    enum user_operation operation, uint32_t before, uint32_t operand)
{
    switch (operation) {
    case USER_SET:
        return operand;
    case USER_ADD:
        return before + operand;
    case USER_OR:
        return before | operand;
    case USER_ANDN:
        return before & ~operand;
    case USER_XOR:
        return before ^ operand;
    }
    return before;
}

static int read_word(uint32_t *word, const uint32_t __user *from)
{
    return arch_copy_from_user(word, from, sizeof *word) ? -EFAULT : 0;
}

/* Other threads may write the word for ever: so many tries, then an error as
 * if it could not be reached. */
int arch_user_operate(uint32_t __user *at, enum user_operation operation,
    uint32_t operand, uint32_t *old)
{
    uint32_t before;
    if (read_word(&before, at))
        return -EFAULT;
    for (unsigned tries = 0; tries < 100000; tries++) {
        uint32_t wanted = result_of(operation, before, operand);
        if (arch_user_compare_exchange(at, before, wanted, old))
            return -EFAULT;
        if (*old == before)
            return 0;
        before = *old;
    }
    return -EFAULT;
}
