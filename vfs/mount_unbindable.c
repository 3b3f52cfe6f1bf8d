/* SPDX-License-Identifier: MIT */
/* Mounts that nobody may bind elsewhere, nor anything that is below them. */
#include "arch/atomic.h"
#include "vfs/mount_tree.h"

void mount_set_unbindable(
    struct mount *mount, bool is_unbindable, enum mount_reach reach)
{
    const struct mount *top = mount;
    mounts_change_begin();
    do {
        atomic_store(&mount->is_unbindable, is_unbindable);
        mount = mount_next_below(mount, top);
    } while (mount && reach == MOUNT_AND_BELOW);
    mounts_change_end();
}
