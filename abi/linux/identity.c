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

/* Users and groups change by the same rules. */
enum whose { USER, GROUP };

static const struct ids *ids_now(enum whose whose)
{
    const struct credentials *who = current->credentials;
    return whose == USER ? &who->user : &who->group;
}

static bool may_take_any(enum whose whose)
{
    return i_can(whose == USER ? CAPABLE_SETUID : CAPABLE_SETGID);
}

/* fix: what that does to capabilities. Nothing, of a group. */
static long take(enum whose whose, const struct ids *ids,
    void (*fix)(const struct credentials *old, struct credentials *new))
{
    const struct credentials *old = current->credentials;
    struct credentials *new = credentials_copy(old);
    if (!new)
        return -ENOMEM;
    *(whose == USER ? &new->user : &new->group) = *ids;
    fix(old, new);
    return credentials_change(new);
}

/* The filesystem's follows the effective one. */
static long take_all(enum whose whose, struct ids ids)
{
    ids.fs = ids.effective;
    return take(whose, &ids, fix_capabilities);
}

static long set_one(enum whose whose, unsigned id)
{
    struct ids ids = *ids_now(whose);
    if (id == NO_ID)
        return -EINVAL;
    if (may_take_any(whose))
        ids.real = ids.saved = id;
    else if (id != ids.real && id != ids.saved)
        return -EPERM;
    ids.effective = id;
    return take_all(whose, ids);
}

long sys_setuid(unsigned user)
{
    return set_one(USER, user);
}

long sys_setgid(unsigned group)
{
    return set_one(GROUP, group);
}

static unsigned or_now(unsigned wanted, unsigned now)
{
    return wanted == NO_ID ? now : wanted;
}

static bool is_own(unsigned id, const struct ids *old)
{
    return id == old->real || id == old->effective || id == old->saved;
}

static long set_two(enum whose whose, unsigned real, unsigned effective)
{
    const struct ids *old = ids_now(whose);
    struct ids new = {
        .real = or_now(real, old->real),
        .effective = or_now(effective, old->effective),
        .saved = old->saved,
    };
    if (!may_take_any(whose) &&
        ((new.real != old->real && new.real != old->effective) ||
            !is_own(new.effective, old)))
        return -EPERM;
    if (real != NO_ID ||
        (effective != NO_ID && effective != old->real))
        new.saved = new.effective;
    return take_all(whose, new);
}

long sys_setreuid(unsigned real, unsigned effective)
{
    return set_two(USER, real, effective);
}

long sys_setregid(unsigned real, unsigned effective)
{
    return set_two(GROUP, real, effective);
}

/* What changes nothing leaves the filesystem's id as well. */
static long set_three(
    enum whose whose, unsigned real, unsigned effective, unsigned saved)
{
    const struct ids *old = ids_now(whose);
    struct ids new = {
        .real = or_now(real, old->real),
        .effective = or_now(effective, old->effective),
        .saved = or_now(saved, old->saved),
    };
    if (new.real == old->real && new.effective == old->effective &&
        new.saved == old->saved &&
        (effective == NO_ID || effective == old->fs))
        return 0;
    if (!may_take_any(whose) &&
        !(is_own(new.real, old) && is_own(new.effective, old) &&
            is_own(new.saved, old)))
        return -EPERM;
    return take_all(whose, new);
}

long sys_setresuid(unsigned real, unsigned effective, unsigned saved)
{
    return set_three(USER, real, effective, saved);
}

long sys_setresgid(unsigned real, unsigned effective, unsigned saved)
{
    return set_three(GROUP, real, effective, saved);
}

static long give_three(enum whose whose, unsigned __user *real,
    unsigned __user *effective, unsigned __user *saved)
{
    const struct ids *ids = ids_now(whose);
    if (user_write(real, &ids->real, sizeof ids->real) ||
        user_write(effective, &ids->effective, sizeof ids->effective) ||
        user_write(saved, &ids->saved, sizeof ids->saved))
        return -EFAULT;
    return 0;
}

long sys_getresuid(
    void __user *real, void __user *effective, void __user *saved)
{
    return give_three(USER, real, effective, saved);
}

long sys_getresgid(
    void __user *real, void __user *effective, void __user *saved)
{
    return give_three(GROUP, real, effective, saved);
}

/* Says which it was; that nothing changed is told by asking again. */
static long set_filesystem(enum whose whose, unsigned id)
{
    struct ids ids = *ids_now(whose);
    unsigned before = ids.fs;
    if (id == NO_ID || id == before ||
        !(may_take_any(whose) || is_own(id, &ids)))
        return before;
    ids.fs = id;
    (void)take(whose, &ids, fix_filesystem_capabilities);
    return before;
}

long sys_setfsuid(unsigned user)
{
    return set_filesystem(USER, user);
}

long sys_setfsgid(unsigned group)
{
    return set_filesystem(GROUP, group);
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
