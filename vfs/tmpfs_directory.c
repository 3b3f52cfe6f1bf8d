/* SPDX-License-Identifier: MIT */
/* tmpfs' directories.  The cache of names is the directory: an entry with a
 * name in one is pinned, and the tree of children, by cookie, is what readdir
 * follows.  Cookies only grow and are read downwards, the newest name first as
 * on Linux, so that a reader meets each name once whatever comes and goes
 * meanwhile.  All of it under the directory's change mutex. */
#include "arch/atomic.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "vfs/file.h"
#include "vfs/tmpfs_tree.h"

enum { NAME_COUNTS_BYTES = 20, DOT_COOKIE = 0, DOT_DOT_COOKIE = 1, FIRST = 2 };

static void add_links(struct inode *inode, int count)
{
    spin_lock(&inode->lock);
    inode->links += count;
    spin_unlock(&inode->lock);
}

static void has_changed(struct inode *directory)
{
    inode_touch(directory, TOUCH_MODIFIED | TOUCH_CHANGED);
}

/* The entry's name is in the directory from now on; moves the reference. */
static void add_name(
    struct inode *directory, struct entry *entry, struct inode *inode)
{
    entry_fill(entry, inode);
    entry_pin(entry);
    directory->tally++;
    if (inode->type == INODE_DIRECTORY)
        add_links(directory, 1);
    has_changed(directory);
}

static int create(struct inode *directory, struct entry *entry,
    enum inode_type type, unsigned mode, uint64_t special, const char *target,
    const struct credentials *who)
{
    struct inode *inode;
    int error = tmpfs_new_inode(
        directory->filesystem, directory, type, mode, who, &inode);
    if (error)
        return error;
    inode->special = special;
    if (type == INODE_SYMLINK) {
        inode->private = heap_copy_string(target);
        if (!inode->private) {
            inode_put(inode);
            return -ENOMEM;
        }
    }
    add_name(directory, entry, inode);
    return 0;
}

static int make_unnamed(struct inode *directory, struct entry *entry,
    unsigned mode, const struct credentials *who)
{
    struct inode *inode;
    int error = tmpfs_new_inode(directory->filesystem, directory,
        INODE_REGULAR, mode, who, &inode);
    if (error)
        return error;
    tmpfs_lose_last_name(inode);
    inode->is_linkable = true;
    entry_fill(entry, inode);
    return 0;
}

/* Each further name counts as an inode. */
static int link_inode(struct inode *inode)
{
    int error = tmpfs_take_inode(inode->filesystem);
    if (error)
        return error;
    spin_lock(&inode->lock);
    bool is_first = !inode->links;
    if (is_first && !inode->is_linkable)
        error = -ENOENT; /* its last name went a moment ago */
    else
        inode->links++;
    spin_unlock(&inode->lock);
    if (is_first)
        tmpfs_return_inode(inode->filesystem);
    if (is_first && !error)
        atomic_sub(&inode->filesystem->orphans, 1);
    return error;
}

static int link(
    struct inode *directory, struct entry *entry, struct inode *inode)
{
    int error = link_inode(inode);
    if (error)
        return error;
    inode_touch(inode, TOUCH_CHANGED);
    add_name(directory, entry, inode_get(inode));
    return 0;
}

/* The inode has one name less; directories have only one. */
static void unlink_inode(struct inode *inode)
{
    spin_lock(&inode->lock);
    bool has_more = inode->type != INODE_DIRECTORY && inode->links > 1;
    if (has_more)
        inode->links--;
    else
        tmpfs_lose_last_name(inode);
    inode->is_linkable = false;
    spin_unlock(&inode->lock);
    if (has_more)
        tmpfs_return_inode(inode->filesystem);
    inode_touch(inode, TOUCH_CHANGED);
}

static void remove_name(struct inode *directory, struct entry *entry)
{
    struct inode *inode = entry->inode;
    entry_unpin(entry);
    directory->tally--;
    if (inode->type == INODE_DIRECTORY)
        add_links(directory, -1);
    unlink_inode(inode);
}

static bool is_full_directory(const struct inode *inode)
{
    return inode->type == INODE_DIRECTORY && inode->tally;
}

static int unlink(struct inode *directory, struct entry *entry)
{
    if (is_full_directory(entry->inode))
        return -ENOTEMPTY;
    remove_name(directory, entry);
    has_changed(directory);
    return 0;
}

/* What an inode that goes from one directory to the other changes in them. */
static void pass(
    struct inode *from, struct inode *to, const struct inode *inode)
{
    from->tally--;
    to->tally++;
    if (inode->type == INODE_DIRECTORY && from != to) {
        add_links(from, -1);
        add_links(to, 1);
    }
}

static int rename(struct inode *from_directory, struct entry *from,
    struct inode *to_directory, struct entry *to, bool exchange)
{
    if (!exchange && to->inode) {
        if (is_full_directory(to->inode))
            return -ENOTEMPTY;
        remove_name(to_directory, to);
    }
    pass(from_directory, to_directory, from->inode);
    if (exchange) {
        pass(to_directory, from_directory, to->inode);
        inode_touch(to->inode, TOUCH_CHANGED);
    }
    inode_touch(from->inode, TOUCH_CHANGED);
    has_changed(from_directory);
    if (to_directory != from_directory)
        has_changed(to_directory);
    return 0;
}

static void attributes(struct inode *inode, struct attributes *attributes)
{
    attributes->bytes = (atomic_load(&inode->tally) + 2) * NAME_COUNTS_BYTES;
}

static void free_directory(struct inode *inode)
{
    tmpfs_forget(inode);
}

const struct inode_ops tmpfs_directory_ops = {
    .create = create,
    .link = link,
    .unlink = unlink,
    .rename = rename,
    .make_unnamed = make_unnamed,
    .attributes = attributes,
    .free = free_directory,
    .keeps_extended = true,
};

/* Reading. */

/* The newest child that is older than the cookie; with FIRST, of all. */
static struct entry *newest_before(struct entry *directory, uint64_t cookie)
{
    struct tree_node *node = directory->children.root;
    struct entry *found = NULL;
    while (node) {
        struct entry *entry = container_of(node, struct entry, child_node);
        if (cookie == FIRST || entry->cookie < cookie) {
            found = entry;
            node = node->right;
        } else {
            node = node->left;
        }
    }
    return found;
}

/* The two that are not in the tree. False: the reader is full. */
static bool list_dots(
    struct entry *directory, uint64_t *cookie, list_fn give, void *data)
{
    if (*cookie == DOT_COOKIE) {
        if (!give(data, ".", 1, directory->inode->number, INODE_DIRECTORY,
                DOT_DOT_COOKIE))
            return false;
        *cookie = DOT_DOT_COOKIE;
    }
    if (*cookie == DOT_DOT_COOKIE) {
        struct entry *parent = entry_parent(directory);
        uint64_t number = parent->inode->number;
        entry_put(parent);
        if (!give(data, "..", 2, number, INODE_DIRECTORY, FIRST))
            return false;
        *cookie = FIRST;
    }
    return true;
}

static int list_locked(
    struct entry *directory, uint64_t *cookie, list_fn give, void *data)
{
    if (!directory->inode->links)
        return -ENOENT;
    if (!list_dots(directory, cookie, give, data))
        return 0;
    struct entry *entry = newest_before(directory, *cookie);
    while (entry) {
        if (!give(data, entry->name, entry->name_bytes, entry->inode->number,
                entry->inode->type, entry->cookie))
            return 0;
        *cookie = entry->cookie;
        entry = tree_entry(
            tree_prev(&entry->child_node), struct entry, child_node);
    }
    return 0;
}

static int list(
    struct file *file, uint64_t *cookie, list_fn give, void *data)
{
    struct entry *directory = file->place.entry;
    mutex_lock(&directory->inode->change);
    int result = list_locked(directory, cookie, give, data);
    mutex_unlock(&directory->inode->change);
    return result;
}

static int64_t seek(struct file *file, int64_t offset, enum seek_from from)
{
    if (from == SEEK_CURRENT
        && __builtin_add_overflow(offset, (int64_t)file->position, &offset))
        return -EINVAL;
    if ((from != SEEK_START && from != SEEK_CURRENT) || offset < 0)
        return -EINVAL;
    file->position = offset;
    return offset;
}

static int sync(struct file *file)
{
    return 0;
}

const struct file_ops tmpfs_directory_file_ops = {
    .list = list,
    .seek = seek,
    .sync = sync,
};
