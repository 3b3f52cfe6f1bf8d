/* SPDX-License-Identifier: MIT */
/* Operations on a word of user memory, by compare and exchange. */
#include "arch/user_copy.h"
#include "lib/errno.h"

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
