/* SPDX-License-Identifier: MIT */
/* What a file is: stat in its forms, statx. */
#include <asm/stat.h>
#include <linux/fcntl.h>
#include <linux/stat.h>

#include "abi/linux/arguments.h"
#include "abi/linux/device_numbers.h"
#include "lib/string.h"

/* Times before 1970 are rounded down, so that nanoseconds stay positive. */
static int64_t seconds_of(int64_t ns)
{
    int64_t second = NS_PER_SECOND;
    return ns >= 0 ? ns / second : -((-ns + second - 1) / second);
}

static unsigned rest_of(int64_t ns)
{
    return ns - seconds_of(ns) * (int64_t)NS_PER_SECOND;
}

static unsigned mode_of(const struct attributes *a)
{
    return a->type << 12 | a->mode;
}

static long give_stat(struct inode *inode, void __user *to)
{
    struct attributes a;
    struct stat status;
    inode_attributes(inode, &a);
    memset(&status, 0, sizeof status);
    status.st_dev = device_to_linux(a.device);
    status.st_ino = a.inode;
    status.st_nlink = a.links;
    status.st_mode = mode_of(&a);
    status.st_uid = a.uid;
    status.st_gid = a.gid;
    status.st_rdev = device_to_linux(a.special);
    status.st_size = a.bytes;
    status.st_blksize = a.block_bytes;
    status.st_blocks = a.blocks;
    status.st_atime = seconds_of(a.accessed_ns);
    status.st_atime_nsec = rest_of(a.accessed_ns);
    status.st_mtime = seconds_of(a.modified_ns);
    status.st_mtime_nsec = rest_of(a.modified_ns);
    status.st_ctime = seconds_of(a.changed_ns);
    status.st_ctime_nsec = rest_of(a.changed_ns);
    return user_write(to, &status, sizeof status);
}

static long stat_path(
    int at, const char __user *path, void __user *to, unsigned walk_flags)
{
    struct place place;
    struct inode *inode;
    int error = inode_argument(at, path, walk_flags, &place, &inode);
    if (error)
        return error;
    long result = give_stat(inode, to);
    inode_argument_done(&place, inode);
    return result;
}

long sys_stat(const char __user *path, void __user *to)
{
    return stat_path(AT_FDCWD, path, to, WALK_FOLLOW);
}

long sys_lstat(const char __user *path, void __user *to)
{
    return stat_path(AT_FDCWD, path, to, 0);
}

long sys_fstat(int fd, void __user *to)
{
    bool has_reference;
    struct file *file = file_argument_any(fd, &has_reference);
    if (!file)
        return -EBADF;
    long result = give_stat(file->inode, to);
    files_return(file, has_reference);
    return result;
}

/* -EINVAL if there are others. */
static int walk_flags_from(int flags)
{
    const int known = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH |
        AT_STATX_SYNC_TYPE;
    if (flags & ~known)
        return -EINVAL;
    return (flags & AT_SYMLINK_NOFOLLOW ? 0 : WALK_FOLLOW) |
        (flags & AT_EMPTY_PATH ? WALK_EMPTY : 0);
}

long sys_newfstatat(
    int at, const char __user *path, void __user *to, int flags)
{
    int walk_flags = walk_flags_from(flags);
    return walk_flags < 0 ? walk_flags : stat_path(at, path, to, walk_flags);
}

static struct statx_timestamp timestamp(int64_t ns)
{
    return (struct statx_timestamp){
        .tv_sec = seconds_of(ns),
        .tv_nsec = rest_of(ns),
    };
}

static void fill_statx(const struct attributes *a, struct statx *to)
{
    memset(to, 0, sizeof *to);
    to->stx_mask = STATX_BASIC_STATS | STATX_BTIME;
    to->stx_blksize = a->block_bytes;
    to->stx_nlink = a->links;
    to->stx_uid = a->uid;
    to->stx_gid = a->gid;
    to->stx_mode = mode_of(a);
    to->stx_ino = a->inode;
    to->stx_size = a->bytes;
    to->stx_blocks = a->blocks;
    to->stx_atime = timestamp(a->accessed_ns);
    to->stx_btime = timestamp(a->born_ns);
    to->stx_ctime = timestamp(a->changed_ns);
    to->stx_mtime = timestamp(a->modified_ns);
    to->stx_rdev_major = device_major(a->special);
    to->stx_rdev_minor = device_minor(a->special);
    to->stx_dev_major = device_major(a->device);
    to->stx_dev_minor = device_minor(a->device);
}

static long give_statx(
    struct place place, struct inode *inode, void __user *to)
{
    struct attributes a;
    struct statx status;
    inode_attributes(inode, &a);
    fill_statx(&a, &status);
    if (place.mount) {
        status.stx_mask |= STATX_MNT_ID;
        status.stx_mnt_id = place.mount->id;
        status.stx_attributes_mask = STATX_ATTR_MOUNT_ROOT;
        if (place.mount->root == place.entry)
            status.stx_attributes = STATX_ATTR_MOUNT_ROOT;
    }
    return user_write(to, &status, sizeof status);
}

long sys_statx(int at, const char __user *path, int flags, unsigned mask,
    void __user *to)
{
    int walk_flags = walk_flags_from(flags);
    if (walk_flags < 0)
        return walk_flags;
    if (mask & STATX__RESERVED ||
        (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE)
        return -EINVAL;
    struct place place;
    struct inode *inode;
    int error = inode_argument(at, path, walk_flags, &place, &inode);
    if (error)
        return error;
    long result = give_statx(place, inode, to);
    inode_argument_done(&place, inode);
    return result;
}
