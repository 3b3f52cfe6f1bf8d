/* SPDX-License-Identifier: MIT */
/* What can be changed of a file: chmod, chown, times, truncate. */
#include <linux/fcntl.h>
#include <linux/stat.h>
#include <linux/time_types.h>

#include "abi/linux/arguments.h"
#include "abi/linux/io.h"
#include "vfs/notify.h"

static int change(struct place place, struct inode *inode, unsigned mask,
    const struct attributes *attributes)
{
    int error = place.mount ? mount_begin_write(place.mount) : 0;
    if (error)
        return error;
    error = inode_change(inode, mask, attributes, current->credentials);
    if (place.mount)
        mount_end_write(place.mount);
    if (!error && place.entry)
        notify_entry(place.entry, notify_of_change(mask));
    return error;
}

static long change_path(int at, const char __user *path, unsigned walk_flags,
    unsigned mask, const struct attributes *attributes)
{
    struct place place;
    struct inode *inode;
    int error = inode_argument(at, path, walk_flags, &place, &inode);
    if (error)
        return error;
    error = change(place, inode, mask, attributes);
    inode_argument_done(&place, inode);
    return error;
}

static long change_fd(
    int fd, unsigned mask, const struct attributes *attributes)
{
    bool has_reference;
    struct file *file = file_argument(fd, &has_reference);
    if (!file)
        return -EBADF;
    int error = change(file->place, file->inode, mask, attributes);
    files_return(file, has_reference);
    return error;
}

long sys_fchmodat(int at, const char __user *path, unsigned mode)
{
    struct attributes wanted = { .mode = mode & 07777 };
    return change_path(at, path, WALK_FOLLOW, SET_MODE, &wanted);
}

long sys_chmod(const char __user *path, unsigned mode)
{
    return sys_fchmodat(AT_FDCWD, path, mode);
}

long sys_fchmod(int fd, unsigned mode)
{
    struct attributes wanted = { .mode = mode & 07777 };
    return change_fd(fd, SET_MODE, &wanted);
}

static unsigned owner_mask(unsigned user, unsigned group)
{
    return (user == -1u ? 0 : SET_UID) | (group == -1u ? 0 : SET_GID)
        | SET_OWNER_AGAIN;
}

long sys_fchownat(int at, const char __user *path, unsigned user,
    unsigned group, int flags)
{
    if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    struct attributes wanted = { .uid = user, .gid = group };
    unsigned walk_flags = flags & AT_SYMLINK_NOFOLLOW ? 0 : WALK_FOLLOW;
    if (flags & AT_EMPTY_PATH)
        walk_flags |= WALK_EMPTY;
    return change_path(
        at, path, walk_flags, owner_mask(user, group), &wanted);
}

long sys_chown(const char __user *path, unsigned user, unsigned group)
{
    return sys_fchownat(AT_FDCWD, path, user, group, 0);
}

long sys_lchown(const char __user *path, unsigned user, unsigned group)
{
    return sys_fchownat(AT_FDCWD, path, user, group, AT_SYMLINK_NOFOLLOW);
}

long sys_fchown(int fd, unsigned user, unsigned group)
{
    struct attributes wanted = { .uid = user, .gid = group };
    return change_fd(fd, owner_mask(user, group), &wanted);
}

/* No UAPI header has them: utimensat(2). */
enum { UTIME_NOW = (1 << 30) - 1, UTIME_OMIT = (1 << 30) - 2 };

/* Times as a change: what is left out, set to now, or given. */
struct times {
    unsigned mask;
    bool is_wrong; /* which is told after all that is wrong with the path */
    struct attributes attributes;
};

static int64_t saturated_ns(int64_t seconds, int64_t ns)
{
    const int64_t most = INT64_MAX / (int64_t)NS_PER_SECOND - 1;
    if (seconds > most)
        seconds = most;
    if (seconds < -most)
        seconds = -most;
    return seconds * (int64_t)NS_PER_SECOND + ns;
}

static void times_now(struct times *times)
{
    *times = (struct times){ .mask = SET_ACCESSED_NOW | SET_MODIFIED_NOW };
}

static int times_from_timespecs(
    struct times *times, const void __user *from)
{
    struct __kernel_timespec given[2];
    if (!from) {
        times_now(times);
        return 0;
    }
    *times = (struct times){ 0 };
    if (user_read(given, from, sizeof given))
        return -EFAULT;
    static const unsigned set[] = { SET_ACCESSED, SET_MODIFIED },
                          set_now[] = { SET_ACCESSED_NOW, SET_MODIFIED_NOW };
    int64_t *to[] = { &times->attributes.accessed_ns,
        &times->attributes.modified_ns };
    for (int i = 0; i < 2; i++) {
        int64_t ns = given[i].tv_nsec;
        if (ns == UTIME_OMIT)
            continue;
        times->mask |= ns == UTIME_NOW ? set_now[i] : set[i];
        if (ns == UTIME_NOW)
            continue;
        if ((uint64_t)ns < NS_PER_SECOND)
            *to[i] = saturated_ns(given[i].tv_sec, ns);
        else
            times->is_wrong = true;
    }
    return 0;
}

static int times_from_timevals(struct times *times, const void __user *from)
{
    struct __kernel_old_timeval given[2];
    if (!from) {
        times_now(times);
        return 0;
    }
    if (user_read(given, from, sizeof given))
        return -EFAULT;
    if ((uint64_t)given[0].tv_usec >= 1000000 ||
        (uint64_t)given[1].tv_usec >= 1000000)
        return -EINVAL;
    *times = (struct times){ .mask = SET_ACCESSED | SET_MODIFIED };
    times->attributes.accessed_ns =
        saturated_ns(given[0].tv_sec, given[0].tv_usec * 1000);
    times->attributes.modified_ns =
        saturated_ns(given[1].tv_sec, given[1].tv_usec * 1000);
    return 0;
}

static long wrong_times(
    int at, const char __user *path, unsigned walk_flags)
{
    struct place place;
    struct inode *inode;
    if (!path && at != AT_FDCWD) {
        bool has_reference;
        struct file *file = file_argument_any(at, &has_reference);
        if (!file)
            return -EBADF;
        files_return(file, has_reference);
        return -EINVAL;
    }
    int error = inode_argument(at, path, walk_flags, &place, &inode);
    if (error)
        return error;
    inode_argument_done(&place, inode);
    return -EINVAL;
}

static long set_times(int at, const char __user *path, unsigned walk_flags,
    const struct times *times)
{
    if (!path && at != AT_FDCWD)
        return walk_flags != WALK_FOLLOW
            ? -EINVAL
            : change_fd(at, times->mask, &times->attributes);
    return change_path(
        at, path, walk_flags, times->mask, &times->attributes);
}

long sys_utimensat(
    int at, const char __user *path, const void __user *from, int flags)
{
    struct times times;
    int error = times_from_timespecs(&times, from);
    if (error)
        return error;
    if (!times.mask)
        return 0; /* both left out: Linux does not even look at the path */
    if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    unsigned walk_flags = flags & AT_SYMLINK_NOFOLLOW ? 0 : WALK_FOLLOW;
    if (flags & AT_EMPTY_PATH)
        walk_flags |= WALK_EMPTY;
    if (times.is_wrong)
        return wrong_times(at, path, walk_flags);
    return set_times(at, path, walk_flags, &times);
}

long sys_futimesat(int at, const char __user *path, const void __user *from)
{
    struct times times;
    int error = times_from_timevals(&times, from);
    return error ? error : set_times(at, path, WALK_FOLLOW, &times);
}

long sys_utimes(const char __user *path, const void __user *from)
{
    return sys_futimesat(AT_FDCWD, path, from);
}

long sys_utime(const char __user *path, const void __user *from)
{
    struct times times;
    int64_t seconds[2]; /* struct utimbuf: accessed, modified */
    times_now(&times);
    if (from) {
        if (user_read(seconds, from, sizeof seconds))
            return -EFAULT;
        times.mask = SET_ACCESSED | SET_MODIFIED;
        times.attributes.accessed_ns = saturated_ns(seconds[0], 0);
        times.attributes.modified_ns = saturated_ns(seconds[1], 0);
    }
    return set_times(AT_FDCWD, path, WALK_FOLLOW, &times);
}

long sys_truncate(const char __user *path, int64_t bytes)
{
    struct place place;
    if (bytes < 0)
        return -EINVAL;
    int error = place_argument(AT_FDCWD, path, WALK_FOLLOW, &place);
    if (error)
        return error;
    error = place_truncate(place, bytes, current->credentials);
    place_put(place);
    return io_written(NULL, error);
}

long sys_ftruncate(int fd, int64_t bytes)
{
    bool has_reference;
    struct file *file = file_argument(fd, &has_reference);
    if (!file)
        return bytes < 0 ? -EINVAL : -EBADF;
    int error = bytes < 0 ? -EINVAL : file_truncate(file, bytes);
    error = io_written(file, error);
    files_return(file, has_reference);
    return error;
}
