/* SPDX-License-Identifier: MIT */
/* Users and groups: who current is, and who it may become.
 *
 * Credentials never change; a changed copy takes their place.  What a change of
 * user does to capabilities: capabilities(7), "Effect of user ID changes". */
#include <linux/securebits.h>

#include "abi/linux/arguments.h"
#include "abi/linux/credentials_change.h"
#include "lib/string.h"
#include "mm/heap.h"

enum { NO_ID = UINT32_MAX };

/* What file systems look at; they follow fsuid. */
static const uint64_t filesystem_capabilities = 1ull << CAPABLE_CHOWN |
    1ull << CAPABLE_DAC_OVERRIDE | 1ull << CAPABLE_DAC_READ_SEARCH |
    1ull << CAPABLE_FOWNER | 1ull << CAPABLE_FSETID | 1ull << CAPABLE_MKNOD |
    1ull << 9 /* LINUX_IMMUTABLE */ | 1ull << 32 /* MAC_OVERRIDE */;

static bool was_root_in_any(const struct credentials *who)
{
    return !who->uid || !who->euid || !who->suid;
}

static void fix_capabilities(
    const struct credentials *old, struct credentials *new)
{
    if (new->securebits & SECBIT_NO_SETUID_FIXUP)
        return;
    if (was_root_in_any(old) && !was_root_in_any(new)) {
        if (!(new->securebits & SECBIT_KEEP_CAPS)) {
            new->permitted = 0;
            new->effective = 0;
        }
        new->ambient = 0;
    }
    if (!old->euid && new->euid)
        new->effective = 0;
    if (old->euid && !new->euid)
        new->effective = new->permitted;
}

static void fix_filesystem_capabilities(
    const struct credentials *old, struct credentials *new)
{
    if (new->securebits & SECBIT_NO_SETUID_FIXUP)
        return;
    if (!old->fsuid && new->fsuid)
        new->effective &= ~filesystem_capabilities;
    if (old->fsuid && !new->fsuid)
        new->effective |= new->permitted & filesystem_capabilities;
}

int credentials_change(struct credentials *new)
{
    credentials_install(new);
    return 0;
}

long sys_getuid(void)
{
    return current->credentials->uid;
}

long sys_geteuid(void)
{
    return current->credentials->euid;
}

long sys_getgid(void)
{
    return current->credentials->gid;
}

long sys_getegid(void)
{
    return current->credentials->egid;
}

static long change_user(struct credentials *new)
{
    new->fsuid = new->euid;
    fix_capabilities(current->credentials, new);
    return credentials_change(new);
}

static long change_group(struct credentials *new)
{
    new->fsgid = new->egid;
    return credentials_change(new);
}

static long give_up(struct credentials *new, long error)
{
    credentials_put(new);
    return error;
}

long sys_setuid(unsigned user)
{
    struct credentials *new;
    if (user == NO_ID)
        return -EINVAL;
    new = credentials_copy(current->credentials);
    if (!new)
        return -ENOMEM;
    if (i_can(CAPABLE_SETUID))
        new->uid = new->suid = user;
    else if (user != new->uid && user != new->suid)
        return give_up(new, -EPERM);
    new->euid = user;
    return change_user(new);
}

long sys_setgid(unsigned group)
{
    struct credentials *new;
    if (group == NO_ID)
        return -EINVAL;
    new = credentials_copy(current->credentials);
    if (!new)
        return -ENOMEM;
    if (i_can(CAPABLE_SETGID))
        new->gid = new->sgid = group;
    else if (group != new->gid && group != new->sgid)
        return give_up(new, -EPERM);
    new->egid = group;
    return change_group(new);
}

long sys_setreuid(unsigned real, unsigned effective)
{
    const struct credentials *old = current->credentials;
    bool can = i_can(CAPABLE_SETUID);
    if (real != NO_ID && !can && real != old->uid && real != old->euid)
        return -EPERM;
    if (effective != NO_ID && !can && effective != old->uid &&
        effective != old->euid && effective != old->suid)
        return -EPERM;
    struct credentials *new = credentials_copy(old);
    if (!new)
        return -ENOMEM;
    if (real != NO_ID)
        new->uid = real;
    if (effective != NO_ID)
        new->euid = effective;
    if (real != NO_ID || (effective != NO_ID && effective != old->uid))
        new->suid = new->euid;
    return change_user(new);
}

long sys_setregid(unsigned real, unsigned effective)
{
    const struct credentials *old = current->credentials;
    bool can = i_can(CAPABLE_SETGID);
    if (real != NO_ID && !can && real != old->gid && real != old->egid)
        return -EPERM;
    if (effective != NO_ID && !can && effective != old->gid &&
        effective != old->egid && effective != old->sgid)
        return -EPERM;
    struct credentials *new = credentials_copy(old);
    if (!new)
        return -ENOMEM;
    if (real != NO_ID)
        new->gid = real;
    if (effective != NO_ID)
        new->egid = effective;
    if (real != NO_ID || (effective != NO_ID && effective != old->gid))
        new->sgid = new->egid;
    return change_group(new);
}

/* One of the three that it is already, or none. */
static bool is_own(unsigned id, unsigned a, unsigned b, unsigned c)
{
    return id == NO_ID || id == a || id == b || id == c;
}

static bool stays(unsigned wanted, unsigned now)
{
    return wanted == NO_ID || wanted == now;
}

/* What changes nothing leaves the filesystem's id as well. */
long sys_setresuid(unsigned real, unsigned effective, unsigned saved)
{
    const struct credentials *old = current->credentials;
    unsigned a = old->uid, b = old->euid, c = old->suid;
    if (stays(real, a) && stays(saved, c) && stays(effective, b) &&
        stays(effective, old->fsuid))
        return 0;
    if (!i_can(CAPABLE_SETUID) &&
        !(is_own(real, a, b, c) && is_own(effective, a, b, c) &&
            is_own(saved, a, b, c)))
        return -EPERM;
    struct credentials *new = credentials_copy(old);
    if (!new)
        return -ENOMEM;
    new->uid = real == NO_ID ? a : real;
    new->euid = effective == NO_ID ? b : effective;
    new->suid = saved == NO_ID ? c : saved;
    return change_user(new);
}

long sys_setresgid(unsigned real, unsigned effective, unsigned saved)
{
    const struct credentials *old = current->credentials;
    unsigned a = old->gid, b = old->egid, c = old->sgid;
    if (stays(real, a) && stays(saved, c) && stays(effective, b) &&
        stays(effective, old->fsgid))
        return 0;
    if (!i_can(CAPABLE_SETGID) &&
        !(is_own(real, a, b, c) && is_own(effective, a, b, c) &&
            is_own(saved, a, b, c)))
        return -EPERM;
    struct credentials *new = credentials_copy(old);
    if (!new)
        return -ENOMEM;
    new->gid = real == NO_ID ? a : real;
    new->egid = effective == NO_ID ? b : effective;
    new->sgid = saved == NO_ID ? c : saved;
    return change_group(new);
}

static long give_three(void __user *const at[3], const uint32_t ids[3])
{
    for (int i = 0; i < 3; i++)
        if (user_write(at[i], &ids[i], sizeof ids[i]))
            return -EFAULT;
    return 0;
}

long sys_getresuid(
    void __user *real, void __user *effective, void __user *saved)
{
    const struct credentials *who = current->credentials;
    return give_three((void __user *const[]){ real, effective, saved },
        (uint32_t[]){ who->uid, who->euid, who->suid });
}

long sys_getresgid(
    void __user *real, void __user *effective, void __user *saved)
{
    const struct credentials *who = current->credentials;
    return give_three((void __user *const[]){ real, effective, saved },
        (uint32_t[]){ who->gid, who->egid, who->sgid });
}

/* These two say who it was; that nothing changed is told by asking again. */
long sys_setfsuid(unsigned user)
{
    const struct credentials *old = current->credentials;
    unsigned before = old->fsuid;
    if (user == NO_ID || user == before ||
        !(i_can(CAPABLE_SETUID) || user == old->uid || user == old->euid ||
            user == old->suid))
        return before;
    struct credentials *new = credentials_copy(old);
    if (!new)
        return before;
    new->fsuid = user;
    fix_filesystem_capabilities(old, new);
    credentials_change(new);
    return before;
}

long sys_setfsgid(unsigned group)
{
    const struct credentials *old = current->credentials;
    unsigned before = old->fsgid;
    if (group == NO_ID || group == before ||
        !(i_can(CAPABLE_SETGID) || group == old->gid || group == old->egid ||
            group == old->sgid))
        return before;
    struct credentials *new = credentials_copy(old);
    if (!new)
        return before;
    new->fsgid = group;
    credentials_change(new);
    return before;
}

long sys_getgroups(int count, void __user *to)
{
    const struct credentials *who = current->credentials;
    if (count < 0)
        return -EINVAL;
    if (!count)
        return who->group_count;
    if ((unsigned)count < who->group_count)
        return -EINVAL;
    if (who->group_count && user_write(to, who->groups,
                                who->group_count * sizeof *who->groups))
        return -EFAULT;
    return who->group_count;
}

static void sift_down(uint32_t *ids, size_t root, size_t count)
{
    for (size_t child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && ids[child + 1] > ids[child])
            child++;
        if (ids[root] >= ids[child])
            return;
        uint32_t id = ids[root];
        ids[root] = ids[child];
        ids[child] = id;
    }
}

/* Heap sort: the list is the program's, up to 65536 long. */
static void sort(uint32_t *ids, size_t count)
{
    for (size_t i = count / 2; i-- > 0;)
        sift_down(ids, i, count);
    for (size_t end = count; end-- > 1;) {
        uint32_t id = ids[0];
        ids[0] = ids[end];
        ids[end] = id;
        sift_down(ids, 0, end);
    }
}

long sys_setgroups(int count, const void __user *from)
{
    if (!i_can(CAPABLE_SETGID))
        return -EPERM;
    if ((unsigned)count > GROUPS_MAX)
        return -EINVAL;
    size_t bytes = count * sizeof(uint32_t);
    uint32_t *groups = heap_alloc(bytes ? bytes : 1);
    struct credentials *new = credentials_copy(current->credentials);
    int error = groups && new ? 0 : -ENOMEM;
    /* One by one: a bad one before a hole is told first. */
    for (int i = 0; !error && i < count; i++) {
        error = user_read(
            &groups[i], (const uint32_t __user *)from + i, sizeof groups[i]);
        if (!error && groups[i] == NO_ID)
            error = -EINVAL;
    }
    if (error) {
        heap_free(groups);
        credentials_put(new);
        return error;
    }
    sort(groups, count);
    heap_free(new->groups);
    new->groups = groups;
    new->group_count = count;
    return credentials_change(new);
}
