/* SPDX-License-Identifier: MIT */
/* The internal filesystems: a device number and a mount for all that has no
 * name in any tree, so that every open file has a place like any other. */
#include "vfs/unnamed.h"

#include "lib/errno.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "vfs/file.h"
#include "vfs/file_count.h"
#include "vfs/mount_tree.h"

enum kind { OF_PIPES, OF_SOCKETS, OF_OTHERS, KIND_COUNT };

/* Each kind is a filesystem of its own: programs tell pipes by its number. */
struct unnamed_kind {
    struct filesystem_type type;
    uint64_t magic;
    struct mount *mount; /* made once, for ever */
};

static void destroy(struct filesystem *filesystem)
{
}

static void totals(struct filesystem *filesystem, struct filesystem_totals *t)
{
    const struct unnamed_kind *kind =
        container_of(filesystem->type, const struct unnamed_kind, type);
    *t = (struct filesystem_totals){
        .magic = kind->magic,
        .block_bytes = PAGE_BYTES,
        .name_max = NAME_BYTES_MAX,
    };
}

static struct unnamed_kind kinds[KIND_COUNT] = {
    [OF_PIPES] = {
        .type = { .name = "pipefs", .totals = totals, .destroy = destroy },
        .magic = 0x50495045,
    },
    [OF_SOCKETS] = {
        .type = { .name = "sockfs", .totals = totals, .destroy = destroy },
        .magic = 0x534f434b,
    },
    [OF_OTHERS] = {
        .type = { .name = "anon_inodefs", .totals = totals,
            .destroy = destroy },
        .magic = 0x09041934,
    },
};

static const struct inode_ops nothing;

/* Takes the filesystem's reference. */
static struct mount *mount_with_root(
    struct filesystem *filesystem, const struct credentials *root)
{
    struct inode *inode = inode_new(filesystem, INODE_DIRECTORY, 0755, root);
    struct mount *mount = NULL;
    if (inode) {
        inode->ops = &nothing;
        filesystem->root = entry_new_root(filesystem, inode);
        if (!filesystem->root)
            inode_put(inode);
    }
    if (filesystem->root)
        mount = mount_new_nowhere(
            filesystem, filesystem->root, 0, filesystem->type->name);
    if (!mount)
        filesystem_put(filesystem);
    return mount;
}

bool unnamed_init(void)
{
    const struct credentials *root = credentials_new();
    for (enum kind kind = 0; root && kind < KIND_COUNT; kind++) {
        struct filesystem *fresh = filesystem_new(&kinds[kind].type);
        if (fresh)
            kinds[kind].mount = mount_with_root(fresh, root);
    }
    credentials_put(root);
    return kinds[OF_PIPES].mount && kinds[OF_SOCKETS].mount
        && kinds[OF_OTHERS].mount;
}

static struct mount *mount_for(enum inode_type type)
{
    enum kind kind = type == INODE_FIFO ? OF_PIPES
        : type == INODE_SOCKET          ? OF_SOCKETS
                                        : OF_OTHERS;
    return kinds[kind].mount;
}

static bool is_of_kind(const struct mount *mount)
{
    for (enum kind kind = 0; kind < KIND_COUNT; kind++)
        if (mount == kinds[kind].mount)
            return true;
    return false;
}

bool place_is_unnamed(struct place place)
{
    return place.mount && is_of_kind(place.mount)
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
        inode_new(mount_for(type)->filesystem, type, mode, owner);
    if (inode)
        inode->ops = &unnamed_ops;
    return inode;
}

/* An entry of its own for an inode, whose reference moves in even if there is
 * no memory. */
static struct entry *entry_new_unnamed(
    struct mount *mount, const char *name, struct inode *inode)
{
    size_t bytes = strlen(name);
    struct entry *entry = entry_new_root(mount->filesystem, inode);
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

/* All of it with inode's reference, but for counting. */
static struct file *make_unnamed(const char *name, struct inode *inode,
    unsigned flags, const struct credentials *opener)
{
    struct mount *mount = mount_for(inode->type);
    struct file *file = file_new(flags, opener);
    struct entry *entry = entry_new_unnamed(mount, name, inode_get(inode));
    if (!file || !entry) {
        entry_put(entry);
        if (file)
            file_put(file);
        else
            file_count_give();
        return NULL;
    }
    file->place = place_get((struct place){ mount, entry });
    entry_put(entry);
    file->inode = inode;
    return file;
}

int file_open_unnamed(const char *name, struct inode *inode,
    const struct file_ops *ops, void *private, unsigned flags,
    const struct credentials *opener, struct file **opened)
{
    int error = file_count_take(opener);
    if (error) {
        if (inode)
            inode_put(inode);
        return error;
    }
    if (!inode)
        inode = inode_new_unnamed(0, 0600, opener);
    if (!inode) {
        file_count_give();
        return -ENOMEM;
    }
    struct file *file = make_unnamed(name, inode, flags, opener);
    if (!file) {
        inode_put(inode);
        return -ENOMEM;
    }
    file->ops = ops;
    file->private = private;
    *opened = file;
    return 0;
}

int file_open_beside(struct file *first, const struct file_ops *ops,
    void *private, unsigned flags, const struct credentials *opener,
    struct file **opened)
{
    int error = file_count_take(opener);
    if (error)
        return error;
    struct file *file = file_new(flags, opener);
    if (!file) {
        file_count_give();
        return -ENOMEM;
    }
    file->place = place_get(first->place);
    file->inode = inode_get(first->inode);
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
    char *path = place_path_from_top(file->place, root, buffer, capacity);
    if (top.mount)
        place_put(top);
    return path;
}
