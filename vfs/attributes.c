/* SPDX-License-Identifier: MIT */
/* Changing attributes: chmod, chown, utimensat and truncate, with their rules.
 *
 * The hard part is that one change implies others: a new owner takes setuid
 * and setgid away, a new group may forbid setgid, a new size does as a write
 * does.  So the rights are checked first, then what is to be set is completed,
 * then the inode's own function is asked, and only then anything is set. */
#include "arch/atomic.h"
#include "lib/errno.h"
#include "sched/timer.h"
#include "vfs/file.h"
#include "vfs/inode.h"

enum {
    EXPLICIT_TIMES = SET_ACCESSED | SET_MODIFIED,
    NOW_TIMES = SET_ACCESSED_NOW | SET_MODIFIED_NOW,
    ALL_TIMES = EXPLICIT_TIMES | NOW_TIMES,
    GROUP_EXECUTE = 0010,
};

static int check_owner(const struct inode *inode, unsigned mask,
    const struct attributes *wanted, const struct credentials *who)
{
    if (!(mask & (SET_UID | SET_GID))
        || credentials_can(who, CAPABLE_CHOWN))
        return 0;
    if (who->fsuid != inode->uid)
        return -EPERM;
    if (mask & SET_UID && wanted->uid != inode->uid)
        return -EPERM;
    if (mask & SET_GID && wanted->gid != inode->gid
        && !credentials_in_group(who, wanted->gid))
        return -EPERM;
    return 0;
}

/* Touching to now is allowed to those that may write; setting a time, or one
 * of them alone, to the owner. */
static int check_times(
    struct inode *inode, unsigned mask, const struct credentials *who)
{
    if (!(mask & ALL_TIMES) || inode_is_owned(inode, who))
        return 0;
    if ((mask & ALL_TIMES) == NOW_TIMES)
        return inode_permission(inode, MAY_WRITE, who);
    return -EPERM;
}

static int check_bytes(
    struct inode *inode, unsigned mask, const struct attributes *wanted)
{
    if (!(mask & SET_BYTES))
        return 0;
    if (inode->type == INODE_DIRECTORY)
        return -EISDIR;
    if (inode->type != INODE_REGULAR || wanted->bytes > INT64_MAX)
        return -EINVAL;
    if (inode->store && wanted->bytes > atomic_load(&inode->store->bytes)
        && wanted->bytes > file_size_limit())
        return -EFBIG;
    return 0;
}

static int check_rights(struct inode *inode, unsigned mask,
    const struct attributes *wanted, const struct credentials *who)
{
    int error = check_bytes(inode, mask, wanted);
    if (!error)
        error = check_owner(inode, mask, wanted, who);
    if (!error && mask & SET_MODE && !inode_is_owned(inode, who))
        error = -EPERM;
    if (!error && mask & SET_MODE && inode->type == INODE_SYMLINK)
        error = -EOPNOTSUPP;
    return error ? error : check_times(inode, mask, who);
}

static bool may_keep_setgid(uint32_t gid, const struct credentials *who)
{
    return credentials_in_group(who, gid)
        || credentials_can(who, CAPABLE_FSETID);
}

/* The mode without what a foreign hand takes away. */
static unsigned without_set_ids(unsigned mode, uint32_t gid,
    const struct credentials *who)
{
    if (mode & GROUP_EXECUTE || !may_keep_setgid(gid, who))
        mode &= ~MODE_SETGID;
    return mode & ~MODE_SETUID;
}

/* What else must be set: adds to mask and full. */
static unsigned complete(const struct inode *inode, unsigned mask,
    struct attributes *full, const struct credentials *who)
{
    uint32_t gid = mask & SET_GID ? full->gid : inode->gid;
    bool is_directory = inode->type == INODE_DIRECTORY;
    if (mask & SET_MODE) {
        full->mode &= 07777;
        if (!may_keep_setgid(gid, who))
            full->mode &= ~MODE_SETGID;
        return mask;
    }
    bool by_owner =
        mask & (SET_UID | SET_GID | SET_OWNER_AGAIN) && !is_directory;
    bool by_size = mask & SET_BYTES && !credentials_can(who, CAPABLE_FSETID);
    if (!by_owner && !by_size)
        return mask;
    full->mode = without_set_ids(inode->mode, inode->gid, who);
    return full->mode != inode->mode ? mask | SET_MODE : mask;
}

/* Under inode->lock. */
static void apply(
    struct inode *inode, unsigned mask, const struct attributes *full)
{
    int64_t now = clock_real_ns();
    if (mask & SET_MODE)
        atomic_store(&inode->mode, full->mode);
    if (mask & SET_UID)
        atomic_store(&inode->uid, full->uid);
    if (mask & SET_GID)
        atomic_store(&inode->gid, full->gid);
    if (mask & SET_ACCESSED)
        inode->accessed_ns = full->accessed_ns;
    if (mask & SET_ACCESSED_NOW)
        inode->accessed_ns = now;
    if (mask & SET_MODIFIED)
        inode->modified_ns = full->modified_ns;
    if (mask & (SET_MODIFIED_NOW | SET_BYTES))
        inode->modified_ns = now;
    inode->changed_ns = now;
}

static int change_locked(struct inode *inode, unsigned mask,
    const struct attributes *wanted, const struct credentials *who)
{
    struct attributes full = *wanted;
    int error = check_rights(inode, mask, wanted, who);
    if (error)
        return error;
    mask = complete(inode, mask, &full, who);
    if (mask & SET_OWNER_AGAIN && mask & SET_MODE && !inode_is_owned(inode, who))
        return -EPERM;
    if (inode->ops->set_attributes)
        error = inode->ops->set_attributes(inode, mask, &full);
    else if (mask & SET_BYTES && inode->store)
        store_resize(inode->store, full.bytes);
    if (error)
        return error;
    spin_lock(&inode->lock);
    apply(inode, mask, &full);
    spin_unlock(&inode->lock);
    return 0;
}

int inode_change(struct inode *inode, unsigned mask,
    const struct attributes *attributes, const struct credentials *who)
{
    if (!mask)
        return 0;
    if (inode->ops->is_immutable)
        return -EPERM;
    mutex_lock(&inode->change);
    int error = change_locked(inode, mask, attributes, who);
    mutex_unlock(&inode->change);
    return error;
}

void inode_drop_set_ids(struct inode *inode, const struct credentials *who)
{
    if (inode->type != INODE_REGULAR
        || !(atomic_load(&inode->mode) & (MODE_SETUID | MODE_SETGID))
        || credentials_can(who, CAPABLE_FSETID))
        return;
    spin_lock(&inode->lock);
    atomic_store(
        &inode->mode, without_set_ids(inode->mode, inode->gid, who));
    spin_unlock(&inode->lock);
}
