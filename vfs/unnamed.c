/* SPDX-License-Identifier: MIT */
/* The internal filesystem: a device number and a mount for all that has no
 * name in any tree, so that every open file has a place like any other. */
#include "vfs/unnamed.h"

#include "arch/atomic.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "vfs/file.h"

static struct mount *internal_mount; /* [c] */

static void destroy(struct filesystem *filesystem)
{
}

static void totals(struct filesystem *filesystem, struct filesystem_totals *t)
{
    *t = (struct filesystem_totals){
        .magic = 0x09041934, /* ANON_INODE_FS_MAGIC */
        .block_bytes = PAGE_BYTES,
        .name_max = NAME_BYTES_MAX,
    };
}

static int make(const char *options, struct filesystem **made);

static const struct filesystem_type unnamed_type = {
    .name = "anon_inodefs",
    .needs_no_device = true,
    .make = make,
    .totals = totals,
    .destroy = destroy,
};

static const struct inode_ops nothing;

static int make(const char *options, struct filesystem **made)
{
    struct filesystem *fresh = filesystem_new(&unnamed_type);
    const struct credentials *root = credentials_new();
    struct inode *inode = NULL;
    if (fresh && root)
        inode = inode_new(fresh, INODE_DIRECTORY, 0755, root);
    credentials_put(root);
    if (inode) {
        inode->ops = &nothing;
        fresh->root = entry_new_root(fresh, inode);
    }
    if (!inode || !fresh->root) {
        inode_put(inode);
        filesystem_put(fresh);
        return -ENOMEM;
    }
    *made = fresh;
    return 0;
}

int unnamed_init(void)
{
    internal_mount = mount_internal(&unnamed_type);
    return internal_mount ? 0 : -ENOMEM;
}

bool place_is_unnamed(struct place place)
{
    return place.mount && place.mount == internal_mount
        && place.entry != place.mount->root;
}

/* A symlink of /proc leads here: most of these objects cannot be opened. */
static int open_again(struct inode *inode, struct file *file)
{
    return -ENXIO;
}

static const struct inode_ops unnamed_ops = {
    .open = open_again,
};

struct inode *inode_new_unnamed(enum inode_type type, unsigned mode,
    const struct credentials *owner)
{
    struct inode *inode =
        inode_new(internal_mount->filesystem, type, mode, owner);
    if (inode)
        inode->ops = &unnamed_ops;
    return inode;
}

/* An entry of its own for an inode, whose reference moves in even if there is
 * no memory. */
static struct entry *entry_new_unnamed(const char *name, struct inode *inode)
{
    size_t bytes = strlen(name);
    struct entry *entry = entry_new_root(internal_mount->filesystem, inode);
    if (!entry) {
        inode_put(inode);
        return NULL;
    }
    char *place = entry->short_name;
    if (bytes >= sizeof entry->short_name) {
        place = heap_alloc(bytes + 1);
        if (!place) {
            entry_put(entry);
            return NULL;
        }
    }
    memcpy(place, name, bytes + 1);
    entry->name = place;
    entry->name_bytes = bytes;
    return entry;
}

int file_open_unnamed(const char *name, struct inode *inode,
    const struct file_ops *ops, void *private, unsigned flags,
    const struct credentials *opener, struct file **opened)
{
    if (!inode)
        inode = inode_new_unnamed(0, 0600, opener);
    if (!inode)
        return -ENOMEM;
    struct file *file = file_new(flags, opener);
    struct entry *entry = entry_new_unnamed(name, inode_get(inode));
    if (!file || !entry) {
        entry_put(entry);
        file_put(file);
        inode_put(inode);
        return -ENOMEM;
    }
    file->place = place_get((struct place){ internal_mount, entry });
    entry_put(entry);
    file->inode = inode;
    file->ops = ops;
    file->private = private;
    *opened = file;
    return 0;
}

char *file_path(
    struct file *file, struct place root, char *buffer, size_t capacity)
{
    struct mounts *mounts = file->place.mount->mounts;
    struct place top = { 0 };
    if (!root.mount && mounts)
        root = top = mounts_root(mounts);
    char *path = place_path(file->place, root, buffer, capacity);
    if (top.mount)
        place_put(top);
    return path;
}
