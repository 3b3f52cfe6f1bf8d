/* SPDX-License-Identifier: MIT */
/* Inodes: made, counted, described.  Their memory outlives the last put by a
 * grace period, because walks look at entries' inodes without references. */
#include "vfs/inode.h"

#include "arch/atomic.h"
#include "mm/heap.h"
#include "sched/timer.h"
#include "vfs/extended.h"
#include "vfs/mount.h"

static const struct inode_ops no_ops;

struct inode *inode_new(struct filesystem *filesystem, enum inode_type type,
    unsigned mode, const struct credentials *owner)
{
    struct inode *inode = heap_alloc_zeroed(sizeof *inode);
    if (!inode)
        return NULL;
    refcount_init(&inode->refs);
    inode->ops = &no_ops;
    inode->filesystem = filesystem;
    atomic_add(&filesystem->inodes, 1);
    inode->number = atomic_add(&filesystem->next_inode, 1) + 1;
    inode->type = type;
    mutex_init(&inode->change, RANK_DIRECTORY);
    spin_init(&inode->lock, RANK_INODE);
    inode->mode = mode;
    inode->uid = owner->fsuid;
    inode->gid = owner->fsgid;
    inode->links = type == INODE_DIRECTORY ? 2 : 1;
    inode->accessed_ns = inode->modified_ns = inode->changed_ns =
        inode->born_ns = clock_real_ns();
    list_init(&inode->locks);
    list_init(&inode->watches);
    return inode;
}

struct inode *inode_get(struct inode *inode)
{
    refcount_get(&inode->refs);
    return inode;
}

static void free_inode(struct grace *grace)
{
    heap_free(container_of(grace, struct inode, grace));
}

void inode_put(struct inode *inode)
{
    if (!inode || !refcount_put(&inode->refs))
        return;
    if (inode->ops->free)
        inode->ops->free(inode);
    extended_free(inode);
    store_put(inode->store);
    filesystem_drop_inode(inode->filesystem);
    grace_call(&inode->grace, free_inode);
}

void inode_attributes(struct inode *inode, struct attributes *attributes)
{
    spin_lock(&inode->lock);
    *attributes = (struct attributes){
        .type = inode->type,
        .mode = inode->mode,
        .inode = inode->number,
        .links = inode->links,
        .uid = inode->uid,
        .gid = inode->gid,
        .block_bytes = 4096,
        .device = inode->filesystem->device,
        .special = inode->special,
        .accessed_ns = inode->accessed_ns,
        .modified_ns = inode->modified_ns,
        .changed_ns = inode->changed_ns,
        .born_ns = inode->born_ns,
    };
    spin_unlock(&inode->lock);
    if (inode->store) {
        attributes->bytes = atomic_load(&inode->store->bytes);
        attributes->blocks =
            atomic_load(&inode->store->page_count) * (PAGE_BYTES / 512);
    }
    if (inode->ops->attributes)
        inode->ops->attributes(inode, attributes);
}

void inode_touch(struct inode *inode, unsigned which)
{
    int64_t now = clock_real_ns();
    spin_lock(&inode->lock);
    if (which & TOUCH_ACCESSED)
        inode->accessed_ns = now;
    if (which & TOUCH_MODIFIED)
        inode->modified_ns = now;
    if (which & TOUCH_CHANGED)
        inode->changed_ns = now;
    spin_unlock(&inode->lock);
}
