/* SPDX-License-Identifier: MIT */
/* Making and removing names: mknod, mkdir, symlink, link, unlink, rmdir.
 *
 * The hard part is the order of the checks, for it decides which of several
 * errors a program sees; it follows what Linux was seen to do.  Directories
 * are locked parent before child; a name that is being removed is frozen, so
 * that nothing is mounted there meanwhile. */
#include "vfs/path_change.h"

#include "arch/atomic.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "vfs/notify.h"

bool entry_is_directory(const struct entry *entry)
{
    return entry->inode && entry->inode->type == INODE_DIRECTORY;
}

int directory_may_gain(
    const struct entry *directory, const struct credentials *who)
{
    if (!directory->inode->links)
        return -ENOENT;
    return inode_permission(directory->inode, MAY_WRITE | MAY_EXECUTE, who);
}

int directory_may_lose(const struct entry *directory,
    const struct entry *victim, bool as_directory,
    const struct credentials *who)
{
    int error =
        inode_permission(directory->inode, MAY_WRITE | MAY_EXECUTE, who);
    if (error)
        return error;
    if (!inode_sticky_allows(directory->inode, victim->inode, who))
        return -EPERM;
    if (as_directory && !entry_is_directory(victim))
        return -ENOTDIR;
    if (!as_directory && entry_is_directory(victim))
        return -EISDIR;
    return directory->inode->links ? 0 : -ENOENT;
}

/* Making. */

/* What is to be made, in a directory that is locked. */
struct making {
    enum inode_type type;
    unsigned mode;
    uint64_t special;
    const char *target;
    struct inode *old; /* link: to this */
    const struct mount *old_mount;
    const struct credentials *who;
    struct place *made; /* where it is then, with references; or NULL */
};

/* Another's file may be linked to by who might have made a copy and could not
 * be fooled by it: a plain one that he may read and write. */
static int may_link(struct inode *inode, const struct credentials *who)
{
    unsigned mode = atomic_load(&inode->mode);
    const unsigned both = MODE_SETGID | 0010;
    if (inode_is_owned(inode, who))
        return 0;
    bool is_plain = inode->type == INODE_REGULAR && !(mode & MODE_SETUID)
        && (mode & both) != both;
    bool may = is_plain && !inode_permission(inode, MAY_READ | MAY_WRITE, who);
    return may ? 0 : -EPERM;
}

static int check_link(
    struct place directory, const struct making *what)
{
    if (!what->old)
        return 0;
    if (directory.mount != what->old_mount)
        return -EXDEV;
    return may_link(what->old, what->who);
}

static int check_making(const struct making *what, const struct inode *in)
{
    bool is_device =
        what->type == INODE_CHARACTER || what->type == INODE_BLOCK;
    bool is_whiteout = what->type == INODE_CHARACTER && !what->special;
    if (!what->old)
        return is_device && !is_whiteout
                && !credentials_can(what->who, CAPABLE_MKNOD)
            ? -EPERM
            : 0;
    if (what->old->filesystem != in->filesystem)
        return -EXDEV;
    return what->old->type == INODE_DIRECTORY || !in->ops->link ? -EPERM : 0;
}

static int make_entry(
    struct inode *directory, struct entry *entry, const struct making *what)
{
    if (what->old) {
        if (!what->old->links && !what->old->is_linkable)
            return -ENOENT;
        return directory->ops->link(directory, entry, what->old);
    }
    if (!directory->ops->create)
        return -EPERM;
    return directory->ops->create(directory, entry, what->type, what->mode,
        what->special, what->target, what->who);
}

static int make_found(struct place directory, struct entry *entry,
    const struct last *last, const struct making *what)
{
    struct inode *inode = directory.entry->inode;
    if (entry->inode)
        return -EEXIST;
    if (last->has_slash && what->type != INODE_DIRECTORY)
        return -ENOENT;
    int error = mount_begin_write(directory.mount);
    if (error)
        return error;
    error = check_link(directory, what);
    if (!error)
        error = directory_may_gain(directory.entry, what->who);
    if (!error)
        error = check_making(what, inode);
    if (!error)
        error = make_entry(inode, entry, what);
    mount_end_write(directory.mount);
    return error;
}

static void tell_made(
    struct inode *directory, const struct last *last, const struct making *what)
{
    unsigned events = what->type == INODE_DIRECTORY
        ? NOTIFY_CREATE | NOTIFY_DIRECTORY
        : NOTIFY_CREATE;
    if (what->old)
        notify_inode(what->old, NOTIFY_ATTRIBUTES);
    notify_name(directory, events, last->name, last->bytes);
}

static int make_locked(struct place directory, const struct last *last,
    const struct making *what)
{
    struct entry *entry;
    int error = entry_find_locked(
        directory.entry, last->name, last->bytes, &entry);
    if (error)
        return error;
    error = make_found(directory, entry, last, what);
    if (!error)
        tell_made(directory.entry->inode, last, what);
    if (!error && what->made)
        *what->made = place_get((struct place){ directory.mount, entry });
    entry_put(entry);
    return error;
}

static int make_in(struct place directory, const struct last *last,
    const struct making *what)
{
    struct mutex *change = &directory.entry->inode->change;
    if (last->kind != LAST_NAME)
        return -EEXIST;
    mutex_lock(change);
    int error = make_locked(directory, last, what);
    mutex_unlock(change);
    return error;
}

static int make_at(
    const struct walk *walk, const char *path, const struct making *what)
{
    struct place directory;
    struct last last;
    int error = path_find_parent(walk, path, &directory, &last);
    if (error)
        return error;
    error = make_in(directory, &last, what);
    place_put(directory);
    return error;
}

int path_make(const struct walk *walk, const char *path, enum inode_type type,
    unsigned mode, uint64_t special, const char *target)
{
    struct making what = {
        .type = type,
        .mode = mode,
        .special = special,
        .target = target,
        .who = walk->who,
    };
    return make_at(walk, path, &what);
}

int path_make_place(const struct walk *walk, const char *path,
    enum inode_type type, unsigned mode, struct place *made)
{
    struct making what = {
        .type = type,
        .mode = mode,
        .who = walk->who,
        .made = made,
    };
    return make_at(walk, path, &what);
}

int path_link(const struct walk *from, const char *old_path,
    const struct walk *to, const char *new_path)
{
    struct place old;
    if (!*old_path && !credentials_can(from->who, CAPABLE_DAC_READ_SEARCH))
        return -ENOENT;
    int error = path_find(from, old_path, &old);
    if (error)
        return error;
    struct making what = {
        .type = INODE_REGULAR,
        .old = old.entry->inode,
        .old_mount = old.mount,
        .who = to->who,
    };
    error = make_at(to, new_path, &what);
    place_put(old);
    return error;
}

/* Removing. */

static int remove_frozen(struct entry *directory, struct entry *victim)
{
    struct inode *inode = directory->inode;
    int error = inode->ops->unlink ? inode->ops->unlink(inode, victim) : -EPERM;
    if (!error)
        entry_remove(victim);
    return error;
}

/* The directory is locked; so must be a victim that is one. */
static int remove_entry(struct entry *directory, struct entry *victim)
{
    bool is_directory = entry_is_directory(victim);
    if (!entry_freeze(victim))
        return -EBUSY;
    if (is_directory)
        mutex_lock(&victim->inode->change);
    int error = remove_frozen(directory, victim);
    if (is_directory)
        mutex_unlock(&victim->inode->change);
    entry_thaw(victim);
    return error;
}

static int slash_error(const struct entry *victim)
{
    return entry_is_directory(victim) ? -EISDIR : -ENOTDIR;
}

static int remove_found(struct entry *directory, struct entry *victim,
    const struct last *last, bool as_directory, const struct credentials *who)
{
    if (!victim->inode)
        return -ENOENT;
    if (!as_directory && last->has_slash)
        return slash_error(victim);
    int error = directory_may_lose(directory, victim, as_directory, who);
    return error ? error : remove_entry(directory, victim);
}

static int remove_in(struct place directory, const struct last *last,
    bool as_directory, const struct credentials *who)
{
    struct entry *in = directory.entry, *victim = NULL;
    int error = mount_begin_write(directory.mount);
    if (error)
        return error;
    mutex_lock(&in->inode->change);
    error = entry_find_locked(in, last->name, last->bytes, &victim);
    if (!error)
        error = remove_found(in, victim, last, as_directory, who);
    else
        victim = NULL;
    mutex_unlock(&in->inode->change);
    mount_end_write(directory.mount);
    if (!error && !as_directory)
        notify_inode(victim->inode, NOTIFY_ATTRIBUTES);
    entry_put(victim); /* may free much: without the lock */
    if (!error)
        notify_name(in->inode,
            as_directory ? NOTIFY_DELETE | NOTIFY_DIRECTORY : NOTIFY_DELETE,
            last->name, last->bytes);
    return error;
}

int path_unlink(const struct walk *walk, const char *path)
{
    struct place directory;
    struct last last;
    int error = path_find_parent(walk, path, &directory, &last);
    if (error)
        return error;
    error = last.kind == LAST_NAME
        ? remove_in(directory, &last, false, walk->who)
        : -EISDIR;
    place_put(directory);
    return error;
}

int path_rmdir(const struct walk *walk, const char *path)
{
    static const int errors[] = {
        [LAST_DOT] = -EINVAL,
        [LAST_DOT_DOT] = -ENOTEMPTY,
        [LAST_ROOT] = -EBUSY,
    };
    struct place directory;
    struct last last;
    int error = path_find_parent(walk, path, &directory, &last);
    if (error)
        return error;
    error = last.kind == LAST_NAME ? remove_in(directory, &last, true, walk->who)
                                   : errors[last.kind];
    place_put(directory);
    return error;
}

/* Reading a symlink. */

static int read_link_text(struct inode *inode, char *buffer, size_t capacity)
{
    char *text;
    if (inode->type != INODE_SYMLINK || !inode->ops->read_link)
        return -EINVAL;
    int length = inode->ops->read_link(inode, &text);
    if (length < 0)
        return length;
    size_t bytes = min((size_t)length, capacity);
    memcpy(buffer, text, bytes);
    heap_free(text);
    return bytes;
}

int path_read_link(
    const struct walk *walk, const char *path, char *buffer, size_t capacity)
{
    struct place place;
    int error = path_find(walk, path, &place);
    if (error)
        return error;
    int length = read_link_text(place.entry->inode, buffer, capacity);
    if (length >= 0)
        mount_touch_accessed(place.mount, place.entry->inode);
    place_put(place);
    return length;
}

/* Attributes of places. */

int place_change(struct place place, unsigned mask,
    const struct attributes *attributes, const struct credentials *who)
{
    int error = mount_begin_write(place.mount);
    if (error)
        return error;
    error = inode_change(place.entry->inode, mask, attributes, who);
    if (!error)
        notify_entry(place.entry, notify_of_change(mask));
    mount_end_write(place.mount);
    return error;
}

int place_truncate(
    struct place place, uint64_t bytes, const struct credentials *who)
{
    struct inode *inode = place.entry->inode;
    struct attributes wanted = { .bytes = bytes };
    if (inode->type == INODE_DIRECTORY)
        return -EISDIR;
    if (inode->type != INODE_REGULAR)
        return -EINVAL;
    int error = mount_begin_write(place.mount);
    if (error)
        return error;
    error = inode_permission(inode, MAY_WRITE, who);
    if (!error)
        error = inode_allow_write(inode);
    if (!error) {
        error = inode_change(inode, SET_BYTES, &wanted, who);
        if (!error)
            notify_entry(place.entry, NOTIFY_MODIFY);
        inode_end_write(inode);
    }
    mount_end_write(place.mount);
    return error;
}
