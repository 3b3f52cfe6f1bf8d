/* SPDX-License-Identifier: MIT */
/* Who writes below a mount, against who makes it read-only.
 *
 * Neither takes a lock: a writer is counted first and then looks at the flags,
 * who forbids them says first that he looks, and then looks at the count.  One
 * of the two sees the other, because each step orders fully. */
#include "arch/atomic.h"
#include "lib/errno.h"
#include "vfs/mount_tree.h"

/* Who finds that it may write sees what was done while nobody might. */
static unsigned all_flags(const struct mount *mount)
{
    return atomic_load_acquire(&mount->flags) |
        atomic_load_acquire(&mount->filesystem->flags);
}

bool mount_is_read_only(const struct mount *mount)
{
    return all_flags(mount) & MOUNT_READ_ONLY;
}

bool mount_may_execute(const struct mount *mount)
{
    return !(atomic_load(&mount->flags) & MOUNT_NO_EXECUTE) &&
        !mount->filesystem->type->never_executes;
}

int mount_begin_write(struct mount *mount)
{
    atomic_add(&mount->writers, 1);
    atomic_add(&mount->filesystem->writers, 1);
    while (unlikely(all_flags(mount) & MOUNT_HOLD))
        cpu_relax();
    if (likely(!mount_is_read_only(mount)))
        return 0;
    mount_end_write(mount);
    return -EROFS;
}

void mount_end_write(struct mount *mount)
{
    atomic_sub(&mount->filesystem->writers, 1);
    atomic_sub(&mount->writers, 1);
}

int mount_forbid_writers(unsigned *flags, const int *writers)
{
    if (atomic_load(flags) & MOUNT_READ_ONLY)
        return 0;
    atomic_or(flags, MOUNT_HOLD); /* then the count: mount_begin_write */
    int error = atomic_load_acquire(writers) ? -EBUSY : 0;
    if (!error)
        atomic_or(flags, MOUNT_READ_ONLY);
    atomic_and(flags, ~MOUNT_HOLD);
    return error;
}
