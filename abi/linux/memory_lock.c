/* SPDX-License-Identifier: MIT */
/* mlock and its kin.  Nothing is ever paged out, so locking is making pages
 * present and counting them against the limit. */
#include <linux/mman.h>

#include "abi/linux/arguments.h"
#include "mm/space.h"

static long lock_range(
    unsigned long address, size_t bytes, enum lock_how how)
{
    bool lock_it = how != LOCK_NOT;
    size_t rest = address & (PAGE_BYTES - 1);
    size_t rounded = align_up(bytes + rest, (size_t)PAGE_BYTES);
    uint64_t limit = i_can(CAPABLE_IPC_LOCK)
        ? LIMIT_NONE
        : process_limit(current->process, LIMIT_LOCKED);
    if (lock_it && !limit)
        return -EPERM;
    if (lock_it && rounded > limit)
        return -ENOMEM;
    address -= rest;
    if (address + rounded < address)
        return -EINVAL;
    if (!rounded)
        return 0;
    return space_lock_range(current->space, address, rounded, how);
}

long sys_mlock(unsigned long address, size_t bytes)
{
    return lock_range(address, bytes, LOCK_NOW);
}

long sys_mlock2(unsigned long address, size_t bytes, int flags)
{
    if (flags & ~MLOCK_ONFAULT)
        return -EINVAL;
    return lock_range(
        address, bytes, flags & MLOCK_ONFAULT ? LOCK_ON_FAULT : LOCK_NOW);
}

long sys_mlockall(int flags)
{
    static_assert(MCL_CURRENT == LOCK_ALL_NOW && MCL_FUTURE == LOCK_ALL_FUTURE &&
            MCL_ONFAULT == LOCK_ALL_ON_FAULT,
        "what mlockall asks for is passed on as it is");
    if (flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) || !flags ||
        flags == MCL_ONFAULT)
        return -EINVAL;
    if (!i_can(CAPABLE_IPC_LOCK) &&
        !process_limit(current->process, LIMIT_LOCKED))
        return -EPERM;
    return space_lock_all(current->space, flags);
}

long sys_munlockall(void)
{
    space_unlock_all(current->space);
    return 0;
}

long sys_munlock(unsigned long address, size_t bytes)
{
    return lock_range(address, bytes, LOCK_NOT);
}
