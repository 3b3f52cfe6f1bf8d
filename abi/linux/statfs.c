/* SPDX-License-Identifier: MIT */
/* statfs, fstatfs. */
#include <asm/statfs.h>
#include <linux/fcntl.h>

#include "abi/linux/arguments.h"
#include "arch/atomic.h"
#include "lib/string.h"

/* No UAPI header has the bits of f_flags: statfs(2). */
static const struct {
    unsigned flag, mount;
} flag_table[] = {
    { 0x0001 /* ST_RDONLY */, MOUNT_READ_ONLY },
    { 0x0002 /* ST_NOSUID */, MOUNT_NO_SETUID },
    { 0x0004 /* ST_NODEV */, MOUNT_NO_DEVICES },
    { 0x0008 /* ST_NOEXEC */, MOUNT_NO_EXECUTE },
    { 0x0010 /* ST_SYNCHRONOUS */, MOUNT_SYNCHRONOUS },
    { 0x0040 /* ST_MANDLOCK */, MOUNT_MANDATORY },
    { 0x0400 /* ST_NOATIME */, MOUNT_NO_ATIME },
    { 0x0800 /* ST_NODIRATIME */, MOUNT_NO_DIR_ATIME },
    { 0x1000 /* ST_RELATIME */, MOUNT_RELATIVE_ATIME },
    { 0x2000 /* ST_NOSYMFOLLOW */, MOUNT_NO_LINKS },
};
enum { ST_VALID = 0x20 };

static unsigned flags_from_mount(const struct mount *mount)
{
    unsigned flags = ST_VALID;
    unsigned set = mount
        ? atomic_load(&mount->flags) | atomic_load(&mount->filesystem->flags)
        : 0;
    for (size_t i = 0; i < array_size(flag_table); i++)
        if (set & flag_table[i].mount)
            flags |= flag_table[i].flag;
    return flags;
}

static long give(const struct mount *mount, struct filesystem *filesystem,
    void __user *to)
{
    struct filesystem_totals totals;
    filesystem_totals(filesystem, &totals);
    struct statfs status;
    memset(&status, 0, sizeof status);
    status.f_type = totals.magic;
    status.f_bsize = totals.block_bytes;
    status.f_frsize = totals.block_bytes;
    status.f_blocks = totals.blocks;
    status.f_bfree = totals.free_blocks;
    status.f_bavail = totals.free_blocks;
    status.f_files = totals.inodes;
    status.f_ffree = totals.free_inodes;
    status.f_fsid.val[0] = filesystem->device;
    status.f_fsid.val[1] = filesystem->device >> 32;
    status.f_namelen = totals.name_max;
    status.f_flags = flags_from_mount(mount);
    return user_write(to, &status, sizeof status);
}

long sys_statfs(const char __user *path, void __user *to)
{
    struct place place;
    int error = place_argument(AT_FDCWD, path, WALK_FOLLOW, &place);
    if (error)
        return error;
    long result = give(place.mount, place.mount->filesystem, to);
    place_put(place);
    return result;
}

long sys_fstatfs(int fd, void __user *to)
{
    bool has_reference;
    struct file *file = file_argument_any(fd, &has_reference);
    if (!file)
        return -EBADF;
    long result = give(file->place.mount, file->inode->filesystem, to);
    files_return(file, has_reference);
    return result;
}
