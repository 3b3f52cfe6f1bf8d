/* SPDX-License-Identifier: MIT */
/* rename(2): the one change that concerns two directories.
 *
 * The hard part is locking.  A rename from one directory to another holds the
 * filesystem's rename lock, so that nobody else moves directories meanwhile
 * and it can be seen which of the two is above the other: that one is locked
 * first.  Directories that are moved or replaced are locked after their
 * parents.  The other hard part is the order of the errors. */
#include "arch/atomic.h"
#include "lib/errno.h"
#include "vfs/path_change.h"
#include "vfs/notify.h"

/* One side: the directory and the name in it. */
struct side {
    struct place directory;
    struct last last;
    struct entry *entry; /* with a reference, once looked up */
};

struct renaming {
    struct side from, to;
    unsigned how;
    const struct credentials *who;
};

static struct mutex *change_of(const struct side *side)
{
    return &side->directory.entry->inode->change;
}

static bool is_in_one_directory(const struct renaming *r)
{
    return r->from.directory.entry == r->to.directory.entry;
}

static void lock_directories(const struct renaming *r)
{
    struct entry *from = r->from.directory.entry;
    struct entry *to = r->to.directory.entry;
    if (from == to) {
        mutex_lock(change_of(&r->from));
        return;
    }
    mutex_lock(&from->filesystem->rename);
    bool to_first = entry_is_ancestor(to, from)
        || (!entry_is_ancestor(from, to) && to < from);
    mutex_lock(change_of(to_first ? &r->to : &r->from));
    mutex_lock(change_of(to_first ? &r->from : &r->to));
}

static void unlock_directories(const struct renaming *r)
{
    mutex_unlock(change_of(&r->from));
    if (is_in_one_directory(r))
        return;
    mutex_unlock(change_of(&r->to));
    mutex_unlock(&r->from.directory.entry->filesystem->rename);
}

static int look_up(struct side *side)
{
    struct entry *found;
    int error = entry_find_locked(
        side->directory.entry, side->last.name, side->last.bytes, &found);
    if (!error)
        side->entry = found;
    return error;
}

static int check_names(const struct renaming *r)
{
    const struct entry *from = r->from.entry, *to = r->to.entry;
    bool swaps = r->how & RENAME_SWAP;
    if (!from->inode)
        return -ENOENT;
    if (r->how & RENAME_KEEP && to->inode)
        return -EEXIST;
    if (swaps && !to->inode)
        return -ENOENT;
    if (swaps && !entry_is_directory(to) && r->to.last.has_slash)
        return -ENOTDIR;
    if (!entry_is_directory(from)
        && (r->from.last.has_slash || (!swaps && r->to.last.has_slash)))
        return -ENOTDIR;
    if (entry_is_ancestor(from, r->to.directory.entry))
        return -EINVAL;
    if (to->inode && entry_is_ancestor(to, r->from.directory.entry))
        return swaps ? -EINVAL : -ENOTEMPTY;
    return 0;
}

/* A directory that gets another parent changes itself: its "..". */
static int check_new_parent(const struct renaming *r, struct entry *moved)
{
    if (is_in_one_directory(r) || !entry_is_directory(moved))
        return 0;
    return inode_permission(moved->inode, MAY_WRITE, r->who);
}

static int check_rights(const struct renaming *r)
{
    struct entry *from = r->from.entry, *to = r->to.entry;
    bool is_directory = entry_is_directory(from);
    bool swaps = r->how & RENAME_SWAP;
    int error = directory_may_lose(
        r->from.directory.entry, from, is_directory, r->who);
    if (!error && !to->inode)
        error = directory_may_gain(r->to.directory.entry, r->who);
    else if (!error)
        error = directory_may_lose(r->to.directory.entry, to,
            swaps ? entry_is_directory(to) : is_directory, r->who);
    if (!error && !r->from.directory.entry->inode->ops->rename)
        error = -EPERM;
    if (!error)
        error = check_new_parent(r, from);
    if (!error && swaps)
        error = check_new_parent(r, to);
    return error;
}

/* What is to stay under the old name: nobody finds it yet. */
static int make_left(const struct renaming *r, struct entry **made)
{
    struct entry *directory = r->from.directory.entry, *to = r->to.entry;
    if (!directory->filesystem->type->has_whiteouts)
        return -EINVAL;
    if (to->inode && entry_is_directory(to) && to->inode->tally)
        return -ENOTEMPTY;
    struct entry *left = entry_new_unhashed(
        directory, r->from.last.name, r->from.last.bytes);
    if (!left)
        return -ENOMEM;
    int error = directory->inode->ops->create(
        directory->inode, left, INODE_CHARACTER, 0, 0, NULL, r->who);
    if (error)
        entry_put(left);
    else
        *made = left;
    return error;
}

static int move(const struct renaming *r, struct entry_name *name)
{
    struct inode *from = r->from.directory.entry->inode;
    struct inode *to = r->to.directory.entry->inode;
    struct entry *left = NULL;
    int error = r->how & RENAME_LEAVE ? make_left(r, &left) : 0;
    if (!error)
        error = from->ops->rename(from, r->from.entry, to, r->to.entry, false);
    if (!error)
        entry_move(r->from.entry, r->to.entry, name, left);
    else
        entry_name_free(name);
    if (error && left)
        from->ops->unlink(from, left);
    entry_put(left);
    return error;
}

static int swap(const struct renaming *r, struct entry_name *name)
{
    struct inode *from = r->from.directory.entry->inode;
    struct inode *to = r->to.directory.entry->inode;
    struct entry_name *other = entry_name_copy(r->from.entry);
    int error = -ENOMEM;
    if (other)
        error = from->ops->rename(from, r->from.entry, to, r->to.entry, true);
    if (error) {
        entry_name_free(name);
        entry_name_free(other);
        return error;
    }
    entry_swap(r->from.entry, r->to.entry, other, name);
    return 0;
}

/* A directory that is replaced must not gain a name meanwhile. */
static int rename_frozen(const struct renaming *r)
{
    struct entry *to = r->to.entry;
    struct entry_name *name = entry_name_copy(to);
    if (!name)
        return -ENOMEM;
    if (r->how & RENAME_SWAP)
        return swap(r, name);
    bool locks = entry_is_directory(to);
    if (locks)
        mutex_lock(&to->inode->change);
    int error = move(r, name);
    if (locks)
        mutex_unlock(&to->inode->change);
    return error;
}

static int rename_entries(const struct renaming *r)
{
    if (!entry_freeze(r->from.entry))
        return -EBUSY;
    int error = -EBUSY;
    if (entry_freeze(r->to.entry)) {
        error = rename_frozen(r);
        entry_thaw(r->to.entry);
    }
    entry_thaw(r->from.entry);
    return error;
}

/* One entry that came to another name. */
static void tell_moved(struct entry *entry, const struct entry *from,
    const struct last *from_name, const struct entry *to,
    const struct last *to_name)
{
    unsigned kind = entry_is_directory(entry) ? NOTIFY_DIRECTORY : 0;
    uint32_t cookie = notify_cookie();
    notify_name_now(from->inode, NOTIFY_MOVED_FROM | kind, from_name->name,
        from_name->bytes, cookie);
    notify_name_now(to->inode, NOTIFY_MOVED_TO | kind, to_name->name,
        to_name->bytes, cookie);
}

static void tell_renamed(const struct renaming *r)
{
    struct entry *from = r->from.directory.entry, *to = r->to.directory.entry;
    if (!notify_is_wanted())
        return;
    tell_moved(r->from.entry, from, &r->from.last, to, &r->to.last);
    if (r->to.entry->inode && !(r->how & RENAME_SWAP))
        notify_inode(r->to.entry->inode, NOTIFY_ATTRIBUTES);
    notify_inode(r->from.entry->inode, NOTIFY_MOVE_SELF);
    if (!(r->how & RENAME_SWAP))
        return;
    tell_moved(r->to.entry, to, &r->to.last, from, &r->from.last);
    notify_inode(r->to.entry->inode, NOTIFY_MOVE_SELF);
}

static int rename_locked(struct renaming *r)
{
    int error = look_up(&r->from);
    if (!error && !r->from.entry->inode)
        error = -ENOENT;
    if (!error)
        error = look_up(&r->to);
    if (!error)
        error = check_names(r);
    if (error)
        return error;
    if (r->from.entry->inode == r->to.entry->inode)
        return 0; /* two names of one file: nothing happens */
    error = check_rights(r);
    if (!error)
        error = rename_entries(r);
    if (!error)
        tell_renamed(r);
    return error;
}

static int rename_found(struct renaming *r)
{
    if (r->from.directory.mount != r->to.directory.mount)
        return -EXDEV;
    if (r->from.last.kind != LAST_NAME)
        return -EBUSY;
    if (r->to.last.kind != LAST_NAME)
        return r->how & RENAME_KEEP ? -EEXIST : -EBUSY;
    int error = mount_begin_write(r->from.directory.mount);
    if (error)
        return error;
    lock_directories(r);
    error = rename_locked(r);
    unlock_directories(r);
    mount_end_write(r->from.directory.mount);
    entry_put(r->from.entry);
    entry_put(r->to.entry);
    return error;
}

int path_rename(const struct walk *from, const char *old_path,
    const struct walk *to, const char *new_path, unsigned how)
{
    struct renaming r = { .how = how, .who = from->who };
    int error = path_find_parent(
        from, old_path, &r.from.directory, &r.from.last);
    if (error)
        return error;
    error = path_find_parent(to, new_path, &r.to.directory, &r.to.last);
    if (!error) {
        error = rename_found(&r);
        place_put(r.to.directory);
    }
    place_put(r.from.directory);
    return error;
}
