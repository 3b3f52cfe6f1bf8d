/* SPDX-License-Identifier: MIT */
/* Single words of user memory, atomically or without serving faults. */
#include "arch/user_copy.h"
#include "lib/errno.h"
#include "machine/features.h"
#include "machine/user_access.h"

int arch_read_word_nofault(uint32_t *word, const uint32_t __user *from)
{
    uint32_t value;
    __asm__ goto volatile("1: ldtr %w0, [%1]\n" FIXUP("1b", "%l[fault]", 1)
                          : "=r"(value)
                          : "r"(from)
                          : "memory"
                          : fault);
    *word = value;
    return 0;
fault:
    return -EFAULT;
}

/* Exclusive loads and stores have the kernel's rights only. */
static void user_access_open(void)
{
    if (cpu_features.has_pan)
        __asm__ volatile(".inst 0xd500409f" ::: "memory"); /* MSR PAN, #0 */
}

static void user_access_close(void)
{
    if (cpu_features.has_pan)
        __asm__ volatile(".inst 0xd500419f" ::: "memory"); /* MSR PAN, #1 */
}

enum { STEP_DONE, STEP_DIFFERS, STEP_LOST, STEP_FAULTED };

static int try_exchange(
    uint32_t __user *at, uint32_t expected, uint32_t wanted, uint32_t *old)
{
    uint32_t before, is_lost;
    __asm__ goto volatile("1: ldaxr %w0, [%2]\n"
                          "cmp %w0, %w3\n"
                          "b.ne %l[differs]\n"
                          "2: stlxr %w1, %w4, [%2]\n" FIXUP(
                              "1b", "%l[fault]", 0)
                              FIXUP("2b", "%l[fault]", 0)
                          : "=&r"(before), "=&r"(is_lost)
                          : "r"(at), "r"(expected), "r"(wanted)
                          : "memory", "cc"
                          : differs, fault);
    *old = before;
    return is_lost ? STEP_LOST : STEP_DONE;
differs:
    __asm__ volatile("clrex" ::: "memory");
    *old = before;
    return STEP_DIFFERS;
fault:
    return STEP_FAULTED;
}

/* Another CPU's store takes the reservation away, and any interrupt.  A program
 * that does it for ever gets an error as if the word could not be reached. */
int arch_user_compare_exchange(
    uint32_t __user *at, uint32_t expected, uint32_t wanted, uint32_t *old)
{
    enum { TRIES = 1 << 20 };
    int step = STEP_LOST;
    user_access_open();
    for (unsigned i = 0; step == STEP_LOST && i < TRIES; i++)
        step = try_exchange(at, expected, wanted, old);
    user_access_close();
    __asm__ volatile("dmb ish" ::: "memory");
    return step <= STEP_DIFFERS ? 0 : -EFAULT;
}
