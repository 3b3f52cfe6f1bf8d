/* SPDX-License-Identifier: MIT */
/* When reading shows in the access time: as often as the mount says. */
#include "arch/atomic.h"
#include "sched/timer.h"
#include "vfs/file.h"

static bool is_due(const struct inode *inode, unsigned flags)
{
    if (flags & MOUNT_STRICT_ATIME)
        return true;
    int64_t accessed = inode->accessed_ns;
    return accessed <= inode->modified_ns || accessed <= inode->changed_ns
        || (int64_t)clock_real_ns() - accessed
        > (int64_t)(86400 * NS_PER_SECOND);
}

void mount_touch_accessed(const struct mount *mount, struct inode *inode)
{
    unsigned flags = mount ? atomic_load(&mount->flags) : 0;
    if (mount && mount_is_read_only(mount))
        return;
    if (flags & MOUNT_NO_ATIME
        || (flags & MOUNT_NO_DIR_ATIME && inode->type == INODE_DIRECTORY))
        return;
    if (is_due(inode, flags))
        inode_touch(inode, TOUCH_ACCESSED);
}

void file_touch_accessed(struct file *file)
{
    if (!(atomic_load(&file->flags) & OPEN_NO_ATIME))
        mount_touch_accessed(file->place.mount, file->inode);
}
