/* SPDX-License-Identifier: MIT */
/* Who may do what with an inode: the mode bits and the capabilities above
 * them.  Read without the inode's lock: each of mode, uid and gid is one word,
 * and who looks while they change may see either. */
#include "arch/atomic.h"
#include "lib/errno.h"
#include "vfs/inode.h"

static unsigned granted_by_mode(
    const struct inode *inode, const struct credentials *who)
{
    unsigned mode = atomic_load(&inode->mode);
    if (who->fsuid == atomic_load(&inode->uid))
        mode >>= 6;
    else if (((mode >> 3 ^ mode) & 7) /* else the groups do not matter */
        && credentials_in_group(who, atomic_load(&inode->gid)))
        mode >>= 3;
    return mode & 7;
}

static bool granted_by_capability(const struct inode *inode, unsigned rights,
    const struct credentials *who)
{
    bool is_directory = inode->type == INODE_DIRECTORY;
    bool overrides = is_directory || !(rights & MAY_EXECUTE)
        || atomic_load(&inode->mode) & 0111;
    if (overrides && credentials_can(who, CAPABLE_DAC_OVERRIDE))
        return true;
    bool only_looks =
        is_directory ? !(rights & MAY_WRITE) : rights == MAY_READ;
    return only_looks && credentials_can(who, CAPABLE_DAC_READ_SEARCH);
}

int inode_permission(
    struct inode *inode, unsigned rights, const struct credentials *who)
{
    if (rights & MAY_WRITE && inode->ops->is_immutable)
        return -EPERM;
    if (inode->ops->permission)
        return inode->ops->permission(inode, rights, who);
    if (!(rights & ~granted_by_mode(inode, who)))
        return 0;
    return granted_by_capability(inode, rights, who) ? 0 : -EACCES;
}

bool inode_is_owned(const struct inode *inode, const struct credentials *who)
{
    return who->fsuid == atomic_load(&inode->uid)
        || credentials_can(who, CAPABLE_FOWNER);
}

bool inode_sticky_allows(const struct inode *directory,
    const struct inode *victim, const struct credentials *who)
{
    return !(atomic_load(&directory->mode) & MODE_STICKY)
        || who->fsuid == atomic_load(&victim->uid)
        || who->fsuid == atomic_load(&directory->uid)
        || credentials_can(who, CAPABLE_FOWNER);
}

int inode_allow_write(struct inode *inode)
{
    spin_lock(&inode->lock);
    int error = inode->writers < 0 ? -ETXTBSY : 0;
    if (!error)
        inode->writers++;
    spin_unlock(&inode->lock);
    return error;
}

void inode_end_write(struct inode *inode)
{
    spin_lock(&inode->lock);
    inode->writers--;
    spin_unlock(&inode->lock);
}

int inode_deny_write(struct inode *inode)
{
    spin_lock(&inode->lock);
    int error = inode->writers > 0 ? -ETXTBSY : 0;
    if (!error)
        inode->writers--;
    spin_unlock(&inode->lock);
    return error;
}

void inode_end_deny(struct inode *inode)
{
    spin_lock(&inode->lock);
    inode->writers++;
    spin_unlock(&inode->lock);
}
