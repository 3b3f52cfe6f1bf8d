/* SPDX-License-Identifier: MIT */
/* The finding part of open(O_CREAT) and O_TMPFILE.
 *
 * The hard part is a symlink at the end that leads nowhere: the file is made
 * where it points, so the walk goes on from inside the directory, unlocked,
 * and comes back to a last component as often as links lead on. */
#include "arch/atomic.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "vfs/file.h"
#include "vfs/notify.h"
#include "vfs/path_change.h"
#include "vfs/walker.h"

struct creation {
    struct walker walker;
    struct last last;
    unsigned flags, mode;
    bool created;
};

static int create_missing(struct creation *c, struct entry *entry)
{
    struct entry *directory = c->walker.here.entry;
    struct inode *inode = directory->inode;
    const struct credentials *who = c->walker.walk->who;
    int error = mount_begin_write(c->walker.here.mount);
    if (error)
        return error;
    error = directory_may_gain(directory, who);
    if (!error && !inode->ops->create)
        error = -EACCES;
    if (!error)
        error = inode->ops->create(
            inode, entry, INODE_REGULAR, c->mode, 0, NULL, who);
    mount_end_write(c->walker.here.mount);
    c->created = !error;
    if (!error)
        notify_name(inode, NOTIFY_CREATE, c->last.name, c->last.bytes);
    return error;
}

/* The last component, made if it was missing, with a reference. */
static int find_or_create(struct creation *c, struct entry **found)
{
    struct entry *directory = c->walker.here.entry;
    if (c->last.bytes > NAME_BYTES_MAX)
        return -ENAMETOOLONG;
    struct entry *entry =
        entry_find_cached(directory, c->last.name, c->last.bytes);
    /* There already, as is usual: no lock.  entry_fill made it so. */
    if (entry && atomic_load_acquire(&entry->inode)
        && entry_is_valid(entry)) {
        *found = entry;
        return 0;
    }
    entry_put(entry);
    mutex_lock(&directory->inode->change);
    int error = entry_find_locked(
        directory, c->last.name, c->last.bytes, found);
    if (!error && !(*found)->inode) {
        error = create_missing(c, *found);
        if (error)
            entry_put(*found);
    }
    mutex_unlock(&directory->inode->change);
    return error;
}

/* Dot, dot-dot and the root: they are there, and directories. */
static int refuse_directory(const struct creation *c)
{
    return c->flags & OPEN_EXCLUSIVE ? -EEXIST : -EISDIR;
}

static void go_down(struct walker *w, struct entry *entry)
{
    struct place old = w->here;
    w->here = (struct place){ mount_get(old.mount), entry };
    place_put(old);
    while (mount_descend(&w->here))
        ;
}

/* Takes the entry's reference. *is_done: here is what was asked for. */
static int take(struct creation *c, struct entry *entry, bool *is_done)
{
    struct walker *w = &c->walker;
    *is_done = true;
    if (!c->created && c->flags & OPEN_EXCLUSIVE) {
        entry_put(entry);
        return -EEXIST;
    }
    if (entry->inode->type == INODE_SYMLINK && w->flags & WALK_FOLLOW) {
        int error = walker_follow(w, entry, is_done);
        entry_put(entry);
        return error;
    }
    struct mount *mount = w->here.mount;
    mount_get(mount);
    go_down(w, entry);
    bool crossed = mount != w->here.mount;
    mount_put(mount);
    return crossed && w->flags & WALK_NO_MOUNTS ? -EXDEV : 0;
}

static int step(struct creation *c, bool *is_done)
{
    struct entry *entry;
    int error = walker_to_last(&c->walker, &c->last);
    if (error)
        return error;
    if (c->last.kind != LAST_NAME)
        return refuse_directory(c);
    if (c->last.has_slash)
        return -EISDIR;
    error = find_or_create(c, &entry);
    return error ? error : take(c, entry, is_done);
}

static int walk_all(struct creation *c, struct place *found)
{
    bool is_done = false;
    int error = 0;
    while (!error && !is_done)
        error = step(c, &is_done);
    if (!error && entry_is_directory(c->walker.here.entry))
        error = -EISDIR;
    if (error)
        return error;
    *found = c->walker.here;
    c->walker.here = (struct place){ 0 };
    return 0;
}

int path_open_create(const struct walk *walk, const char *path, unsigned flags,
    unsigned mode, struct place *found, bool *created)
{
    struct creation c = {
        .flags = flags,
        .mode = mode & 07777 & ~paths_umask(walk->paths),
    };
    int error = walker_start(&c.walker, walk, path);
    if (!error)
        error = walk_all(&c, found);
    walker_end(&c.walker);
    *created = c.created;
    return error;
}

/* O_TMPFILE. */

static int make_unnamed_in(struct place directory, unsigned mode,
    const struct credentials *who, struct place *found)
{
    struct inode *inode = directory.entry->inode;
    char name[24] = "#";
    int error = inode_permission(inode, MAY_WRITE | MAY_EXECUTE, who);
    if (!error && !inode->ops->make_unnamed)
        error = -EOPNOTSUPP;
    if (error)
        return error;
    int bytes = format(name, sizeof name, "#%lu",
        (unsigned long)atomic_load(&inode->filesystem->next_inode) + 1);
    struct entry *entry = entry_new_unhashed(directory.entry, name, bytes);
    if (!entry)
        return -ENOMEM;
    error = inode->ops->make_unnamed(inode, entry, mode, who);
    if (error) {
        entry_put(entry);
        return error;
    }
    entry_remove(entry);
    *found = (struct place){ mount_get(directory.mount), entry };
    return 0;
}

int path_make_unnamed(const struct walk *walk, const char *path, unsigned mode,
    struct place *found)
{
    struct place directory;
    struct walk how = *walk;
    how.flags |= WALK_DIRECTORY;
    int error = path_find(&how, path, &directory);
    if (error)
        return error;
    mode &= 07777 & ~paths_umask(walk->paths);
    error = mount_begin_write(directory.mount);
    if (!error) {
        error = make_unnamed_in(directory, mode, walk->who, found);
        mount_end_write(directory.mount);
    }
    place_put(directory);
    return error;
}
