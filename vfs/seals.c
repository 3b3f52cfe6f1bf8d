/* SPDX-License-Identifier: MIT */
/* Sealing files in memory.  Writers and changers of sizes hold inode->change,
 * as we do; mappings are the store's affair, for they come without it. */
#include "vfs/seals.h"

#include "lib/errno.h"

static bool can_be_sealed(const struct inode *inode)
{
    return inode->ops->can_be_sealed;
}

int file_seals(struct file *file)
{
    struct inode *inode = file->inode;
    return can_be_sealed(inode) ? (int)atomic_load(&inode->seals) : -EINVAL;
}

static int add_locked(struct inode *inode, unsigned seals)
{
    if (inode->seals & SEAL_SEAL)
        return -EPERM;
    if (seals & ~inode->seals & SEAL_WRITE) {
        int error = store_deny_writes(inode->store);
        if (error)
            return error;
    }
    atomic_store(&inode->seals, inode->seals | seals);
    return 0;
}

int file_add_seals(struct file *file, unsigned seals)
{
    struct inode *inode = file->inode;
    if (!(file->flags & OPEN_WRITE))
        return -EPERM;
    if (seals & ~SEALS_ALL || !can_be_sealed(inode))
        return -EINVAL;
    mutex_lock(&inode->change);
    int error = add_locked(inode, seals);
    mutex_unlock(&inode->change);
    return error;
}

int seals_allow_size(const struct inode *inode, uint64_t bytes)
{
    uint64_t now = atomic_load(&inode->store->bytes);
    bool is_sealed = (bytes < now && inode->seals & SEAL_SHRINK)
        || (bytes > now && inode->seals & SEAL_GROW);
    return is_sealed ? -EPERM : 0;
}
