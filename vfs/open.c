/* SPDX-License-Identifier: MIT */
/* open(2): from a path to an open file.
 *
 * The hard part is the order of the checks, which programs can tell by the
 * error they get: what the name leads to, what the kind of file allows, the
 * permissions, read-only mounts, running programs, the device's own opinion,
 * and only then truncation. */
#include "arch/atomic.h"
#include "lib/errno.h"
#include "vfs/file.h"
#include "vfs/file_count.h"
#include "vfs/notify.h"

enum {
    LASTING_FLAGS = OPEN_READ | OPEN_WRITE | OPEN_APPEND | OPEN_NONBLOCK
        | OPEN_SYNC | OPEN_DATA_SYNC | OPEN_DIRECT | OPEN_ASYNC | OPEN_NO_ATIME
        | OPEN_PATH | OPEN_LARGE | OPEN_DIRECTORY | OPEN_NO_FOLLOW
        | OPEN_UNNAMED,
};

static const struct file_ops path_ops = { .cannot_seek = true };
static const struct file_ops empty_ops;

static unsigned rights_of(unsigned flags)
{
    unsigned rights = 0;
    /* Access mode 3 allows neither, but asks for both. */
    if (!(flags & (OPEN_READ | OPEN_WRITE | OPEN_PATH)))
        rights = MAY_READ | MAY_WRITE;
    if (flags & OPEN_READ)
        rights |= MAY_READ;
    if (flags & (OPEN_WRITE | OPEN_TRUNCATE))
        rights |= MAY_WRITE;
    return flags & OPEN_EXECUTE ? MAY_EXECUTE : rights;
}

/* What the kind of the file and its mount forbid to anyone. */
static int check_kind(struct place place, unsigned flags, unsigned rights)
{
    unsigned mount_flags = atomic_load(&place.mount->flags);
    switch (place.entry->inode->type) {
    case INODE_SYMLINK:
        return -ELOOP;
    case INODE_DIRECTORY:
        if (rights & MAY_EXECUTE)
            return -EACCES;
        return rights & MAY_WRITE || flags & OPEN_CREATE ? -EISDIR : 0;
    case INODE_CHARACTER:
    case INODE_BLOCK:
        if (rights & MAY_EXECUTE || mount_flags & MOUNT_NO_DEVICES)
            return -EACCES;
        return 0;
    case INODE_REGULAR:
        if (rights & MAY_EXECUTE && !mount_may_execute(place.mount))
            return -EACCES;
        return 0;
    default:
        return rights & MAY_EXECUTE ? -EACCES : 0;
    }
}

static bool is_of_tree(enum inode_type type)
{
    return type == INODE_REGULAR || type == INODE_DIRECTORY;
}

/* A filesystem that is read-only says so before the mode bits are looked at;
 * a mount that is, afterwards. */
static int filesystem_check_write(const struct inode *inode)
{
    return is_of_tree(inode->type)
            && atomic_load(&inode->filesystem->flags) & MOUNT_READ_ONLY
        ? -EROFS
        : 0;
}

static int check(struct place place, unsigned flags, bool was_created,
    const struct credentials *who)
{
    struct inode *inode = place.entry->inode;
    unsigned rights = rights_of(flags);
    if (!inode)
        return -ENOENT;
    if (flags & OPEN_DIRECTORY && !(flags & OPEN_UNNAMED)
        && inode->type != INODE_DIRECTORY)
        return -ENOTDIR;
    int error = check_kind(place, flags, rights);
    if (!error && rights & MAY_WRITE)
        error = filesystem_check_write(inode);
    if (!error && !was_created)
        error = inode_permission(inode, rights, who);
    if (error)
        return error;
    if (rights & MAY_WRITE && is_of_tree(inode->type)
        && mount_is_read_only(place.mount))
        return -EROFS;
    if (flags & OPEN_NO_ATIME && !inode_is_owned(inode, who))
        return -EPERM;
    return 0;
}

/* Counts the writer; O_TRUNC counts as one while it lasts. */
static int take_write_access(struct file *file, unsigned flags)
{
    if (file->inode->type != INODE_REGULAR
        || !(flags & (OPEN_WRITE | OPEN_TRUNCATE)))
        return 0;
    int error = inode_allow_write(file->inode);
    if (error)
        return error;
    error = mount_begin_write(file->place.mount);
    if (error)
        inode_end_write(file->inode);
    file->is_writer = !error;
    return error;
}

static int truncate(struct file *file, unsigned flags, bool was_created)
{
    if (!(flags & OPEN_TRUNCATE) || file->inode->type != INODE_REGULAR)
        return 0;
    struct attributes wanted = { .bytes = 0 };
    int error = was_created
        ? 0
        : inode_change(file->inode, SET_BYTES, &wanted, file->opener);
    if (!error && !was_created)
        notify_entry(file->place.entry, NOTIFY_MODIFY);
    if (!(flags & OPEN_WRITE)) {
        file->is_writer = false;
        inode_end_write(file->inode);
        mount_end_write(file->place.mount);
    }
    return error;
}

/* The inode's own open, which sees the call's flags too; if it fails the file
 * must not be released through its operations. */
static int open_inode(struct file *file)
{
    struct inode *inode = file->inode;
    if (inode->type == INODE_SOCKET)
        return -ENXIO;
    file->ops = inode->file_ops ? inode->file_ops : &empty_ops;
    int error = inode->ops && inode->ops->open
        ? inode->ops->open(inode, file)
        : 0;
    if (!error && inode->type == INODE_BLOCK && file->ops == &empty_ops)
        error = -ENXIO;
    if (error)
        file->ops = &empty_ops;
    return error;
}

static int open_file(struct file *file, unsigned flags, bool was_created)
{
    if (flags & OPEN_EXECUTE)
        flags |= OPEN_READ; /* the kernel reads what may be run */
    file->flags = flags;
    int error = take_write_access(file, flags);
    if (!error)
        error = open_inode(file);
    if (!error && flags & OPEN_DIRECT && !file->ops->takes_direct)
        error = -EINVAL;
    if (!error)
        error = truncate(file, flags, was_created);
    /* Only the call's words go: an O_PATH answer never comes here. */
    atomic_and(&file->flags, LASTING_FLAGS);
    return error;
}

/* Takes place's references over, and the count of the file to be. */
static int open_at(struct place place, unsigned flags, bool was_created,
    const struct credentials *who, struct file **opened)
{
    int error = flags & OPEN_PATH ? 0 : check(place, flags, was_created, who);
    struct file *file = error ? NULL : file_new(flags & LASTING_FLAGS, who);
    if (!file) {
        file_count_give();
        place_put(place);
        return error ? error : -ENOMEM;
    }
    file->place = place;
    file->inode = inode_get(place.entry->inode);
    if (flags & OPEN_PATH)
        file->ops = &path_ops;
    else
        error = open_file(file, flags, was_created);
    if (error) {
        file_put(file);
        return error;
    }
    if (!(flags & OPEN_PATH))
        notify_file(file, NOTIFY_OPEN);
    *opened = file;
    return 0;
}

int file_open_place(struct place place, unsigned flags,
    const struct credentials *who, struct file **opened)
{
    int error = file_count_take(who);
    return error ? error
                 : open_at(place_get(place), flags, false, who, opened);
}

/* The file of the name, made if it is missing. */
static int find_or_create(const struct walk *walk, const char *path,
    unsigned flags, unsigned mode, struct place *found, bool *created)
{
    mode &= 07777;
    if (flags & OPEN_UNNAMED) {
        *created = true;
        int error = path_make_unnamed(walk, path, mode, found);
        if (!error && flags & OPEN_EXCLUSIVE)
            found->entry->inode->is_linkable = false;
        return error;
    }
    if (flags & OPEN_CREATE)
        return path_open_create(walk, path,
            flags & (OPEN_EXCLUSIVE | OPEN_NO_FOLLOW), mode, found, created);
    return path_find(walk, path, found);
}

int file_open(const struct walk *walk, const char *path, unsigned flags,
    unsigned mode, struct file **opened)
{
    struct walk how = *walk;
    struct place place;
    bool created = false;
    if (flags & OPEN_PATH)
        flags &= OPEN_PATH | OPEN_DIRECTORY | OPEN_NO_FOLLOW;
    if (flags & OPEN_CREATE && flags & OPEN_DIRECTORY)
        return -EINVAL;
    unsigned asked = flags; /* what F_GETFL will tell */
    if (flags & OPEN_EXCLUSIVE && flags & OPEN_CREATE)
        flags |= OPEN_NO_FOLLOW;
    how.flags &= ~(WALK_FOLLOW | WALK_DIRECTORY);
    if (!(flags & OPEN_NO_FOLLOW))
        how.flags |= WALK_FOLLOW;
    if (flags & (OPEN_DIRECTORY | OPEN_UNNAMED))
        how.flags |= WALK_DIRECTORY;
    int error = file_count_take(walk->who);
    if (error)
        return error;
    error = find_or_create(&how, path, flags, mode, &place, &created);
    if (error) {
        file_count_give();
        return error;
    }
    return open_at(place, asked, created, walk->who, opened);
}
