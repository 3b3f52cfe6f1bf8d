/* SPDX-License-Identifier: MIT */
/* inotify_init, inotify_add_watch, inotify_rm_watch. */
#include <linux/fcntl.h>
#include <linux/inotify.h>

#include "abi/linux/arguments.h"
#include "vfs/inotify.h"

#define same(a, b) static_assert((unsigned)(a) == (unsigned)(b), #a " is " #b)
same(NOTIFY_ACCESS, IN_ACCESS);
same(NOTIFY_MODIFY, IN_MODIFY);
same(NOTIFY_ATTRIBUTES, IN_ATTRIB);
same(NOTIFY_CLOSE_WRITTEN, IN_CLOSE_WRITE);
same(NOTIFY_CLOSE_OTHER, IN_CLOSE_NOWRITE);
same(NOTIFY_OPEN, IN_OPEN);
same(NOTIFY_MOVED_FROM, IN_MOVED_FROM);
same(NOTIFY_MOVED_TO, IN_MOVED_TO);
same(NOTIFY_CREATE, IN_CREATE);
same(NOTIFY_DELETE, IN_DELETE);
same(NOTIFY_DELETE_SELF, IN_DELETE_SELF);
same(NOTIFY_MOVE_SELF, IN_MOVE_SELF);
same(NOTIFY_ALL, IN_ALL_EVENTS);
same(NOTIFY_UNMOUNT, IN_UNMOUNT);
same(NOTIFY_OVERFLOW, IN_Q_OVERFLOW);
same(NOTIFY_IGNORED, IN_IGNORED);
same(NOTIFY_DIRECTORY, IN_ISDIR);
same(WATCH_ONLY_LINKED, IN_EXCL_UNLINK);
same(WATCH_ONCE, IN_ONESHOT);
same(sizeof(struct watch_record), sizeof(struct inotify_event));
same(offsetof(struct watch_record, bytes), offsetof(struct inotify_event, len));

enum {
    CREATION_FLAGS = IN_ONLYDIR | IN_DONT_FOLLOW | IN_MASK_ADD | IN_MASK_CREATE,
};
static const unsigned all_bits = IN_ALL_EVENTS | IN_UNMOUNT | IN_Q_OVERFLOW |
    IN_IGNORED | IN_ISDIR | IN_EXCL_UNLINK | IN_ONESHOT | CREATION_FLAGS;

long sys_inotify_init1(int flags)
{
    struct file *file;
    if (flags & ~(IN_CLOEXEC | IN_NONBLOCK))
        return -EINVAL;
    int error = inotify_open(flags & IN_NONBLOCK ? OPEN_NONBLOCK : 0,
        current->credentials, &file);
    return error ? error : fd_give(file, fd_flags_from(flags));
}

long sys_inotify_init(void)
{
    return sys_inotify_init1(0);
}

static enum watch_how how_from(unsigned mask)
{
    return mask & IN_MASK_ADD ? WATCH_ADD
        : mask & IN_MASK_CREATE ? WATCH_NEW
                                : WATCH_REPLACE;
}

static long watch_path(
    struct file *file, const char __user *path, unsigned mask)
{
    struct place place;
    unsigned walk_flags = (mask & IN_DONT_FOLLOW ? 0 : WALK_FOLLOW) |
        (mask & IN_ONLYDIR ? WALK_DIRECTORY : 0);
    long result = place_argument(AT_FDCWD, path, walk_flags, &place);
    if (result)
        return result;
    struct inode *inode = place.entry->inode;
    result = inode_permission(inode, MAY_READ, current->credentials);
    if (!result)
        result = inotify_watch(file, inode, mask & ~(unsigned)CREATION_FLAGS,
            how_from(mask), current->credentials);
    place_put(place);
    return result;
}

long sys_inotify_add_watch(int fd, const char __user *path, unsigned mask)
{
    bool has_reference;
    if (!(mask & all_bits) || mask & ~all_bits)
        return -EINVAL;
    struct file *file = file_argument(fd, &has_reference);
    if (!file)
        return -EBADF;
    bool contradicts = mask & IN_MASK_ADD && mask & IN_MASK_CREATE;
    long result = contradicts || !file_is_inotify(file)
        ? -EINVAL
        : watch_path(file, path, mask);
    files_return(file, has_reference);
    return result;
}

long sys_inotify_rm_watch(int fd, int watch)
{
    bool has_reference;
    struct file *file = file_argument(fd, &has_reference);
    if (!file)
        return -EBADF;
    long result = inotify_forget(file, watch);
    files_return(file, has_reference);
    return result;
}
