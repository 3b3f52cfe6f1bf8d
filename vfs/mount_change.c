/* SPDX-License-Identifier: MIT */
/* mount(2), umount(2) and pivot_root(2).
 *
 * One change at a time, under a sleeping lock: so every check here stays true
 * until the change is made.  Filesystems are made and put without it. */
#include "arch/atomic.h"
#include "lib/errno.h"
#include "lib/once.h"
#include "vfs/mount_tree.h"

/* A mutex has no static form. */
struct mutex mounts_change;
static struct once mutex_made;

void mounts_change_begin(void)
{
    if (unlikely(once_begin(&mutex_made))) {
        mutex_init(&mounts_change, RANK_MOUNTS_CHANGE);
        once_end(&mutex_made);
    }
    mutex_lock(&mounts_change);
}

void mounts_change_end(void)
{
    mutex_unlock(&mounts_change);
}

void mounts_prune(void)
{
    struct list gone = LIST_INIT(gone);
    struct mount *mount;
    mounts_change_begin();
    while ((mount = mount_first_ended())) {
        struct mounts *mounts = mount->mounts;
        mount_detach_tree(mount, &gone);
        mounts_changed(mounts);
    }
    mounts_change_end();
    mounts_put_all(&gone);
}

/* The end may have come while a mount was made. */
static void prune_after(int error)
{
    if (!error && unlikely(mounts_may_end()))
        mounts_prune();
}

static bool is_root_of_mount(struct place place)
{
    return place.entry == place.mount->root;
}

static bool is_directory(const struct entry *entry)
{
    return entry->inode && entry->inode->type == INODE_DIRECTORY;
}

/* A race may have put another mount over the place since it was found. */
static struct place top_of(struct place at)
{
    at = place_get(at);
    while (mount_descend(&at))
        ;
    return at;
}

/* Under the change lock: puts mount, whose reference moves in, over at. */
static int put_over(struct mount *mount, struct place at)
{
    struct place top = top_of(at);
    int error = 0;
    if (top.mount->is_detached)
        error = -EINVAL;
    else if (is_directory(top.entry) != is_directory(mount->root))
        error = -ENOTDIR;
    else
        error = mount_attach(mount, top);
    place_put(top);
    return error;
}

static bool is_twice(const struct mount *mount, struct place at)
{
    struct place top = top_of(at);
    bool is_same = is_root_of_mount(top)
        && top.mount->filesystem == mount->filesystem
        && top.mount->root == mount->root;
    place_put(top);
    return is_same;
}

/* What is the filesystem's, for all its mounts; but for MOUNT_READ_ONLY, which
 * each may have for itself as well. */
enum {
    REMOUNTED = MOUNT_SYNCHRONOUS | MOUNT_MANDATORY | MOUNT_LAZY_TIME,
    OF_FILESYSTEM = REMOUNTED | MOUNT_SYNCHRONOUS_NAMES,
};

int mount_new(const char *type_name, const char *source, struct place at,
    unsigned flags, const char *options)
{
    const struct filesystem_type *type = filesystem_type_find(type_name);
    struct filesystem *filesystem;
    if (!type)
        return -ENODEV;
    if (at.mount->is_detached)
        return -EINVAL;
    int error = type->make(options, &filesystem);
    if (error)
        return error;
    struct mount *mount = mount_new_nowhere(
        filesystem, filesystem->root, flags & ~OF_FILESYSTEM, source);
    if (!mount) {
        filesystem_put(filesystem);
        return -ENOMEM;
    }
    mounts_change_begin();
    error = is_twice(mount, at) ? -EBUSY : put_over(mount, at);
    if (!error)
        atomic_or(
            &filesystem->flags, flags & (MOUNT_READ_ONLY | OF_FILESYSTEM));
    if (!error)
        mounts_changed(mount->mounts);
    mounts_change_end();
    if (error)
        mount_put(mount);
    prune_after(error);
    return error;
}

/* Bind. */

static struct mount *copy_mount(const struct mount *mount, struct entry *root)
{
    struct filesystem *filesystem = filesystem_get(mount->filesystem);
    struct mount *copy =
        mount_new_nowhere(filesystem, root, mount->flags, mount->source);
    if (!copy)
        filesystem_put(filesystem);
    return copy;
}

static void undo_copies(struct mount *top)
{
    struct list gone = LIST_INIT(gone);
    mount_detach_tree(top, &gone);
    mounts_put_all(&gone);
}

/* Copies one mount onto the copy of its parent, if there is one: else it is
 * outside of what is bound. */
static int copy_one(struct place from, struct mount *mount)
{
    struct mount *parent = mount->at.mount->copy;
    if (!parent || atomic_load(&mount->is_unbindable)
        || (mount->at.mount == from.mount
            && !entry_is_ancestor(from.entry, mount->at.entry)))
        return 0;
    struct mount *copy = copy_mount(mount, mount->root);
    if (!copy)
        return -ENOMEM;
    int error = mount_attach(copy, (struct place){ parent, mount->at.entry });
    if (error)
        mount_put(copy);
    else
        mount->copy = copy;
    return error;
}

/* Copies what is mounted below `from` onto top_copy, which is attached: it may
 * be in the very tree that is copied, and is not copied itself. */
static int copy_below(struct place from, struct mount *top_copy)
{
    struct mount *mount = from.mount;
    int error = 0;
    mount->copy = top_copy;
    while (!error && (mount = mount_next_below(mount, from.mount)))
        if (!mount_is_above(top_copy, mount))
            error = copy_one(from, mount);
    for (mount = from.mount; mount; mount = mount_next_below(mount, from.mount))
        mount->copy = NULL;
    return error;
}

static int bind_locked(
    struct place from, struct place at, struct mount *copy, bool recursive)
{
    bool cannot = from.mount->is_detached
        || atomic_load(&from.mount->is_unbindable);
    int error = cannot ? -EINVAL : put_over(copy, at);
    if (error) {
        mount_put(copy);
        return error;
    }
    if (recursive)
        error = copy_below(from, copy);
    if (error)
        undo_copies(copy);
    return error;
}

int mount_bind(struct place from, struct place at, bool recursive)
{
    struct mount *copy = copy_mount(from.mount, from.entry);
    if (!copy)
        return -ENOMEM;
    mounts_change_begin();
    int error = bind_locked(from, at, copy, recursive);
    if (!error)
        mounts_changed(copy->mounts);
    mounts_change_end();
    prune_after(error);
    return error;
}

/* Move. */

static int move_locked(struct place from, struct place top)
{
    struct mount *mount = from.mount;
    if (!is_root_of_mount(from) || mount->is_detached || !mount->at.mount
        || top.mount->is_detached
        || is_directory(top.entry) != is_directory(from.entry))
        return -EINVAL;
    if (mount_is_above(mount, top.mount))
        return -ELOOP;
    if (!entry_add_mount(top.entry))
        return -ENOENT;
    struct place old = mount_unhook(mount);
    int error = mount_reattach(mount, top);
    if (error) /* cannot be: the mount counted above keeps the name */
        mount_reattach(mount, old);
    entry_remove_mount(top.entry);
    place_put(old);
    return error;
}

int mount_move(struct place from, struct place to)
{
    mounts_change_begin();
    struct place top = top_of(to);
    int error = move_locked(from, top);
    if (!error)
        mounts_changed(from.mount->mounts);
    place_put(top);
    mounts_change_end();
    prune_after(error);
    return error;
}

/* Remount. */

/* A file without a name will be removed when it is closed: that writes too. */
static int make_all_read_only(struct filesystem *filesystem)
{
    int error = mount_forbid_writers(&filesystem->flags, &filesystem->writers);
    if (error || !atomic_load(&filesystem->orphans))
        return error;
    atomic_and(&filesystem->flags, ~MOUNT_READ_ONLY);
    return -EBUSY;
}

static int remount_all(struct mount *mount, unsigned flags, const char *options)
{
    struct filesystem *filesystem = mount->filesystem;
    unsigned before = atomic_load(&filesystem->flags);
    int error = 0;
    if (flags & ~before & MOUNT_READ_ONLY)
        error = make_all_read_only(filesystem);
    if (error)
        return error;
    if (filesystem->type->remount)
        error = filesystem->type->remount(filesystem, options);
    if (error)
        flags = before;
    atomic_or(&filesystem->flags, flags & (MOUNT_READ_ONLY | REMOUNTED));
    atomic_and(&filesystem->flags, flags | ~(MOUNT_READ_ONLY | REMOUNTED));
    return error;
}

/* What a remount says nothing of stays. */
static unsigned keep_access_times(unsigned flags, unsigned before)
{
    enum {
        ACCESS_TIMES = MOUNT_NO_ATIME | MOUNT_NO_DIR_ATIME
            | MOUNT_RELATIVE_ATIME | MOUNT_STRICT_ATIME,
    };
    return flags & ACCESS_TIMES ? flags : flags | (before & ACCESS_TIMES);
}

int mount_change(struct place at, unsigned flags, bool is_bind_remount,
    const char *options)
{
    int error = 0;
    mounts_change_begin();
    if (!is_root_of_mount(at) || at.mount->is_detached)
        error = -EINVAL;
    else if (!is_bind_remount)
        error = remount_all(at.mount, flags, options);
    else if (flags & MOUNT_READ_ONLY)
        error = mount_forbid_writers(&at.mount->flags, &at.mount->writers);
    if (!error) {
        atomic_store(&at.mount->flags,
            keep_access_times(
                flags & ~OF_FILESYSTEM, atomic_load(&at.mount->flags)));
        mounts_changed(at.mount->mounts);
    }
    mounts_change_end();
    return error;
}

/* Removal. */

/* Beside its namespace only the caller's place may refer to it. */
static bool is_busy(const struct mount *mount)
{
    return !list_is_empty(&mount->children) || refcount_read(&mount->refs) > 2;
}

static int check_removal(struct place at, unsigned how)
{
    struct mount *mount = at.mount;
    /* Nothing is below the first one. */
    if (!is_root_of_mount(at) || mount->is_detached || !mount->at.mount)
        return -EINVAL;
    if (how & UNMOUNT_EXPIRE && how & (UNMOUNT_DETACH | UNMOUNT_FORCE))
        return -EINVAL;
    if (!(how & UNMOUNT_DETACH) && is_busy(mount))
        return -EBUSY;
    if (how & UNMOUNT_EXPIRE && !atomic_load(&mount->expiry_puts)) {
        atomic_store(&mount->expiry_puts, 2); /* the first is our caller's */
        return -EAGAIN;
    }
    return 0;
}

int mount_remove(struct place at, unsigned how)
{
    struct list gone = LIST_INIT(gone);
    mounts_change_begin();
    struct mounts *mounts = at.mount->mounts;
    int error = check_removal(at, how);
    if (!error) {
        mount_detach_tree(at.mount, &gone);
        mounts_changed(mounts);
    }
    mounts_change_end();
    mounts_put_all(&gone);
    return error;
}

/* Can `place` be reached from `root` by going down? */
static bool is_reachable(struct place place, struct place root)
{
    while (place.mount != root.mount) {
        if (!place.mount->at.mount)
            return false;
        place = place.mount->at;
    }
    return entry_is_ancestor(root.entry, place.entry);
}

static int check_pivot(struct place new_root, struct place put_old,
    struct place current_root)
{
    if (new_root.mount->is_detached || put_old.mount->is_detached
        || current_root.mount->is_detached)
        return -EINVAL;
    if (entry_is_dropped(new_root.entry))
        return -ENOENT;
    if (new_root.mount == current_root.mount
        || put_old.mount == current_root.mount)
        return -EBUSY;
    if (!is_root_of_mount(current_root) || !current_root.mount->at.mount
        || !is_root_of_mount(new_root) || !new_root.mount->at.mount)
        return -EINVAL;
    if (!is_reachable(put_old, new_root)
        || !is_reachable(new_root, current_root))
        return -EINVAL;
    return 0;
}

static int pivot_locked(struct place new_root, struct place put_old,
    struct place current_root)
{
    int error = check_pivot(new_root, put_old, current_root);
    if (error)
        return error;
    if (!entry_add_mount(put_old.entry))
        return -ENOENT;
    /* Both names are kept by the mounts counted here and above, so that the
     * second steps below cannot fail. */
    struct entry *root_name = current_root.mount->at.entry;
    entry_add_mount(root_name);
    struct place old_of_new = mount_unhook(new_root.mount);
    struct place old_of_root = mount_unhook(current_root.mount);
    mount_reattach(new_root.mount, old_of_root);
    mount_reattach(current_root.mount, put_old);
    entry_remove_mount(root_name);
    entry_remove_mount(put_old.entry);
    place_put(old_of_new);
    place_put(old_of_root);
    return 0;
}

int mount_pivot(struct place new_root, struct place put_old,
    struct place current_root)
{
    mounts_change_begin();
    struct place top = top_of(put_old);
    int error = pivot_locked(new_root, top, current_root);
    if (!error)
        mounts_changed(new_root.mount->mounts);
    place_put(top);
    mounts_change_end();
    return error;
}
