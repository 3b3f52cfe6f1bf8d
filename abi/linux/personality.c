/* SPDX-License-Identifier: MIT */
/* personality, and what uname says to those who have one: all else that comes of
 * it is where it comes of it (timeouts, mmap, exec).  Flags without an effect in
 * 64 bits are kept, as in Linux. */
#include "abi/linux/personality.h"

#include <linux/personality.h>

#include "abi/linux/arguments.h"
#include "abi/linux/cpu.h"
#include "kernel/exec.h"
#include "kernel/system.h"
#include "lib/format.h"
#include "lib/string.h"

static_assert((int)PERSONALITY_FIXED_ADDRESSES == (int)ADDR_NO_RANDOMIZE &&
        (int)PERSONALITY_MAPS_UPWARDS == (int)ADDR_COMPAT_LAYOUT &&
        (int)PERSONALITY_READ_IS_EXECUTE == (int)READ_IMPLIES_EXEC &&
        (int)PERSONALITY_UNSAFE == (int)PER_CLEAR_ON_SETID,
    "kernel/ looks at these bits");

static bool is_for_32_bits(unsigned persona)
{
    return (persona & PER_MASK) == PER_LINUX32;
}

static unsigned number_at(const char *text)
{
    unsigned number = 0;
    while (*text >= '0' && *text <= '9')
        number = number * 10 + (*text++ - '0');
    return number;
}

/* M.N.P-rest as 2.6.(60 + N)-rest, for those who know only such numbers. */
static void make_release_old(struct system_names *names)
{
    enum { OLD_BEGINS = 60 };
    char old[SYSTEM_NAME_BYTES];
    const char *rest = names->release, *minor = strchr(rest, '.');
    unsigned dots = 0;
    while ((*rest >= '0' && *rest <= '9') || (*rest == '.' && ++dots < 3))
        rest++;
    format(old, sizeof old, "2.6.%u%s",
        OLD_BEGINS + (minor ? number_at(minor + 1) : 0), rest);
    string_copy(names->release, old, sizeof names->release);
}

void personality_names(struct system_names *names)
{
    unsigned persona = current->task.personality;
    if (persona & UNAME26)
        make_release_old(names);
    if (is_for_32_bits(persona) && machine_of_32_bits)
        string_copy(
            names->machine, machine_of_32_bits, sizeof names->machine);
}

bool personality_keeps_timeouts(void)
{
    return current->task.personality & STICKY_TIMEOUTS;
}

long sys_personality(unsigned persona)
{
    long old = (unsigned)current->task.personality;
    if (persona == UINT32_MAX) /* only asked */
        return old;
    if (is_for_32_bits(persona) && !machine_of_32_bits)
        return -EINVAL;
    current->task.personality = persona;
    return old;
}
