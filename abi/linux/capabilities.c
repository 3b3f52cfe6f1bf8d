/* SPDX-License-Identifier: MIT */
/* capget, capset, and prctl's capability words. */
#include <linux/capability.h>
#include <linux/prctl.h>
#include <linux/securebits.h>

#include "abi/linux/arguments.h"
#include "abi/linux/capabilities.h"
#include "abi/linux/credentials_change.h"
#include "lib/string.h"

/* How many 32-bit words of each set the version has; 0: unknown. */
static unsigned words_of(uint32_t version)
{
    switch (version) {
    case _LINUX_CAPABILITY_VERSION_1:
        return 1;
    case _LINUX_CAPABILITY_VERSION_2:
    case _LINUX_CAPABILITY_VERSION_3:
        return 2;
    }
    return 0;
}

static int head_argument(void __user *at,
    struct __user_cap_header_struct *head, unsigned *words)
{
    if (user_read(&head->version, at, sizeof head->version))
        return -EFAULT;
    *words = words_of(head->version);
    if (*words)
        return user_read(&head->pid,
            (char __user *)at + offsetof(struct __user_cap_header_struct, pid),
            sizeof head->pid);
    head->version = _LINUX_CAPABILITY_VERSION_3;
    return user_write(at, &head->version, sizeof head->version) ? -EFAULT
                                                                : -EINVAL;
}

long sys_capget(void __user *head_at, void __user *to)
{
    struct __user_cap_header_struct head;
    unsigned words;
    int error = head_argument(head_at, &head, &words);
    if (error) /* without data it is the question which version we have */
        return error == -EINVAL && !to ? 0 : error;
    if (head.pid < 0)
        return -EINVAL;
    struct thread *thread = thread_argument(head.pid);
    if (!thread)
        return -ESRCH;
    const struct credentials *who = thread_credentials(thread);
    thread_put(thread);
    if (!who)
        return -ESRCH;
    struct __user_cap_data_struct data[2];
    for (int i = 0; i < 2; i++) {
        data[i].effective = who->effective >> 32 * i;
        data[i].permitted = who->permitted >> 32 * i;
        data[i].inheritable = who->inheritable >> 32 * i;
    }
    credentials_put(who);
    return to ? user_write(to, data, words * sizeof data[0]) : 0;
}

static int check_sets(const struct credentials *old, uint64_t effective,
    uint64_t permitted, uint64_t inheritable)
{
    if (!i_can(CAPABLE_SETPCAP) &&
        inheritable & ~(old->inheritable | old->permitted))
        return -EPERM;
    if (inheritable & ~(old->inheritable | old->bounding))
        return -EPERM;
    if (permitted & ~old->permitted || effective & ~permitted)
        return -EPERM;
    return 0;
}

long sys_capset(void __user *head_at, const void __user *from)
{
    struct __user_cap_header_struct head;
    struct __user_cap_data_struct data[2];
    unsigned words;
    int error = head_argument(head_at, &head, &words);
    if (error)
        return error;
    if (head.pid && head.pid != thread_number(current))
        return -EPERM;
    memset(data, 0, sizeof data);
    if (user_read(data, from, words * sizeof data[0]))
        return -EFAULT;
    uint64_t sets[3] = { data[0].effective, data[0].permitted,
        data[0].inheritable };
    sets[0] |= (uint64_t)data[1].effective << 32;
    sets[1] |= (uint64_t)data[1].permitted << 32;
    sets[2] |= (uint64_t)data[1].inheritable << 32;
    for (int i = 0; i < 3; i++)
        sets[i] &= CAPABILITIES_ALL;
    const struct credentials *old = current->credentials;
    error = check_sets(old, sets[0], sets[1], sets[2]);
    if (error)
        return error;
    struct credentials *new = credentials_copy(old);
    if (!new)
        return -ENOMEM;
    new->effective = sets[0];
    new->permitted = sets[1];
    new->inheritable = sets[2];
    new->ambient &= new->permitted & new->inheritable;
    return credentials_change(new);
}

static long drop_bounding(unsigned long capability)
{
    if (!i_can(CAPABLE_SETPCAP))
        return -EPERM;
    if (capability > CAPABLE_LAST)
        return -EINVAL;
    struct credentials *new = credentials_copy(current->credentials);
    if (!new)
        return -ENOMEM;
    new->bounding &= ~(1ull << capability);
    return credentials_change(new);
}

/* A bit may change if it is not locked; locks are for ever. */
static long set_securebits(unsigned long bits)
{
    const struct credentials *old = current->credentials;
    unsigned locked = (old->securebits & SECURE_ALL_LOCKS) >> 1;
    if (locked & (old->securebits ^ bits) ||
        old->securebits & SECURE_ALL_LOCKS & ~bits ||
        bits & ~(unsigned long)(SECURE_ALL_LOCKS | SECURE_ALL_BITS) ||
        !i_can(CAPABLE_SETPCAP))
        return -EPERM;
    struct credentials *new = credentials_copy(old);
    if (!new)
        return -ENOMEM;
    new->securebits = bits;
    return credentials_change(new);
}

static long keep_capabilities(unsigned long keep)
{
    const struct credentials *old = current->credentials;
    if (keep > 1)
        return -EINVAL;
    if (old->securebits & SECBIT_KEEP_CAPS_LOCKED)
        return -EPERM;
    struct credentials *new = credentials_copy(old);
    if (!new)
        return -ENOMEM;
    new->securebits = (old->securebits & ~SECBIT_KEEP_CAPS) |
        (keep ? SECBIT_KEEP_CAPS : 0);
    return credentials_change(new);
}

static long change_ambient(unsigned long what, unsigned long capability)
{
    const struct credentials *old = current->credentials;
    if (what == PR_CAP_AMBIENT_CLEAR_ALL ? capability != 0
                                         : capability > CAPABLE_LAST)
        return -EINVAL;
    uint64_t bit = 1ull << capability;
    if (what == PR_CAP_AMBIENT_IS_SET)
        return (old->ambient & bit) != 0;
    if (what == PR_CAP_AMBIENT_RAISE &&
        (!(old->permitted & old->inheritable & bit) ||
            old->securebits & SECBIT_NO_CAP_AMBIENT_RAISE))
        return -EPERM;
    struct credentials *new = credentials_copy(old);
    if (!new)
        return -ENOMEM;
    new->ambient = what == PR_CAP_AMBIENT_RAISE ? old->ambient | bit
        : what == PR_CAP_AMBIENT_LOWER          ? old->ambient & ~bit
                                                : 0;
    return credentials_change(new);
}

long capability_prctl(int option, unsigned long a, unsigned long b)
{
    switch (option) {
    case PR_CAPBSET_READ:
        if (a > CAPABLE_LAST)
            return -EINVAL;
        return current->credentials->bounding >> a & 1;
    case PR_CAPBSET_DROP:
        return drop_bounding(a);
    case PR_GET_SECUREBITS:
        return current->credentials->securebits;
    case PR_SET_SECUREBITS:
        return set_securebits(a);
    case PR_GET_KEEPCAPS:
        return (current->credentials->securebits & SECBIT_KEEP_CAPS) != 0;
    case PR_SET_KEEPCAPS:
        return keep_capabilities(a);
    case PR_CAP_AMBIENT:
        return a < PR_CAP_AMBIENT_IS_SET || a > PR_CAP_AMBIENT_CLEAR_ALL
            ? -EINVAL
            : change_ambient(a, b);
    }
    return -EINVAL;
}
