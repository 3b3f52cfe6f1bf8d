/* SPDX-License-Identifier: MIT */
/* Files in memory: the instances, their inodes and what limits them.
 *
 * The hard part is the account of pages.  Pages come one by one, by writes and
 * by faults, and are counted as they come (fill); they go in bulk, in mm/, that
 * knows no account.  So each file remembers how many it is charged for (tally)
 * and sets that right when it knows that pages went.  The sum of the tallies is
 * always what the filesystem has used. */
#include "vfs/tmpfs.h"

#include "arch/atomic.h"
#include "lib/errno.h"
#include "lib/random.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "vfs/device.h"
#include "vfs/pipe.h"
#include "vfs/seals.h"
#include "vfs/tmpfs_tree.h"

enum { TMPFS_MAGIC = 0x01021994, MODE_GROUP_EXECUTE = 0010 };
static const uint64_t RAMFS_MAGIC = 0x858458f6;

/* The account. */

int tmpfs_take_inode(struct filesystem *filesystem)
{
    uint64_t most = atomic_load(&filesystem->max_inodes);
    uint64_t before = atomic_add(&filesystem->used_inodes, 1);
    if (!most || before < most)
        return 0;
    tmpfs_return_inode(filesystem);
    return -ENOSPC;
}

void tmpfs_return_inode(struct filesystem *filesystem)
{
    atomic_sub(&filesystem->used_inodes, 1);
}

static bool charge(struct filesystem *filesystem)
{
    uint64_t most = atomic_load(&filesystem->max_pages);
    uint64_t before = atomic_add(&filesystem->used_pages, 1);
    if (!most || before < most)
        return true;
    atomic_sub(&filesystem->used_pages, 1);
    return false;
}

/* The file may be charged for pages that went behind our back (MADV_REMOVE),
 * or that were not needed, because two faults made one at the same time. */
static int fill(struct store *store, uint64_t index, struct page *page)
{
    struct inode *inode = store->owner;
    if (!charge(inode->filesystem)) {
        tmpfs_settle(inode);
        if (!charge(inode->filesystem))
            return -ENOSPC;
    }
    atomic_add(&inode->tally, 1);
    memset(page_pointer(page), 0, PAGE_BYTES);
    return 0;
}

static const struct store_ops tmpfs_store_ops = { .fill = fill };

void tmpfs_settle(struct inode *inode)
{
    struct store *store = inode->store;
    if (!store || store->ops != &tmpfs_store_ops)
        return;
    /* A page that comes meanwhile is perhaps missed here, and then counted the
     * next time: the two numbers change by the same amount. */
    uint64_t now = atomic_load(&store->page_count);
    uint64_t charged = atomic_exchange(&inode->tally, now);
    atomic_add(&inode->filesystem->used_pages, now - charged);
}

int tmpfs_shortage(struct inode *inode)
{
    const struct filesystem *filesystem = inode->filesystem;
    uint64_t most = atomic_load(&filesystem->max_pages);
    return most && atomic_load(&filesystem->used_pages) >= most ? -ENOSPC
                                                                : -ENOMEM;
}

/* Inodes. */

void tmpfs_lose_last_name(struct inode *inode)
{
    inode->links = 0;
    atomic_add(&inode->filesystem->orphans, 1);
}

void tmpfs_forget(struct inode *inode)
{
    if (!inode->links)
        atomic_sub(&inode->filesystem->orphans, 1);
    tmpfs_return_inode(inode->filesystem);
}

static void free_file(struct inode *inode)
{
    atomic_sub(&inode->filesystem->used_pages, atomic_load(&inode->tally));
    tmpfs_forget(inode);
}

static int set_file_attributes(struct inode *inode, unsigned mask,
    const struct attributes *attributes)
{
    if (mask & SET_BYTES) {
        int error = seals_allow_size(inode, attributes->bytes);
        if (error)
            return error;
        store_resize(inode->store, attributes->bytes);
        tmpfs_settle(inode);
    }
    return 0;
}

const struct inode_ops tmpfs_file_ops = {
    .set_attributes = set_file_attributes,
    .free = free_file,
    .keeps_extended = true,
    .can_be_sealed = true,
};

static int read_link(struct inode *inode, char **target)
{
    *target = heap_copy_string(inode->private);
    return *target ? (int)strlen(*target) : -ENOMEM;
}

static void link_attributes(struct inode *inode, struct attributes *attributes)
{
    attributes->bytes = strlen(inode->private);
}

static void free_symlink(struct inode *inode)
{
    heap_free(inode->private);
    tmpfs_forget(inode);
}

const struct inode_ops tmpfs_symlink_ops = {
    .read_link = read_link,
    .attributes = link_attributes,
    .free = free_symlink,
    .keeps_extended = true,
};

static int open_special(struct inode *inode, struct file *file)
{
    switch (inode->type) {
    case INODE_FIFO:
        return fifo_open(inode, file);
    case INODE_CHARACTER:
    case INODE_BLOCK:
        return device_open(inode, file);
    default:
        return -ENXIO;
    }
}

static void free_special(struct inode *inode)
{
    tmpfs_forget(inode);
}

const struct inode_ops tmpfs_special_ops = {
    .open = open_special,
    .free = free_special,
    .keeps_extended = true,
};

/* A directory with setgid gives its group to what is made in it, and setgid
 * to directories; a program gets it only from those that belong to the group. */
static void inherit_group(struct inode *inode, const struct inode *directory,
    const struct credentials *who)
{
    if (!(atomic_load(&directory->mode) & MODE_SETGID))
        return;
    inode->gid = directory->gid;
    if (inode->type == INODE_DIRECTORY)
        inode->mode |= MODE_SETGID;
    else if (inode->mode & MODE_GROUP_EXECUTE
        && !credentials_in_group(who, inode->gid)
        && !credentials_can(who, CAPABLE_FSETID))
        inode->mode &= ~MODE_SETGID;
}

static bool set_kind(struct inode *inode)
{
    switch (inode->type) {
    case INODE_DIRECTORY:
        inode->ops = &tmpfs_directory_ops;
        inode->file_ops = &tmpfs_directory_file_ops;
        return true;
    case INODE_REGULAR:
        inode->store = store_new(&tmpfs_store_ops, inode);
        if (!inode->store)
            return false;
        inode->seals = SEAL_SEAL;
        inode->ops = &tmpfs_file_ops;
        inode->file_ops = &store_file_ops;
        return true;
    case INODE_SYMLINK:
        inode->ops = &tmpfs_symlink_ops;
        return true;
    default:
        inode->ops = &tmpfs_special_ops;
        return true;
    }
}

int tmpfs_new_inode(struct filesystem *filesystem, struct inode *directory,
    enum inode_type type, unsigned mode, const struct credentials *who,
    struct inode **made)
{
    int error = tmpfs_take_inode(filesystem);
    if (error)
        return error;
    struct inode *inode = inode_new(filesystem, type, mode, who);
    if (!inode || !set_kind(inode)) {
        inode_put(inode); /* of no kind yet: it returns nothing */
        tmpfs_return_inode(filesystem);
        return -ENOMEM;
    }
    if (directory)
        inherit_group(inode, directory, who);
    *made = inode;
    return 0;
}

/* Instances. */

static int make_root(
    struct filesystem *filesystem, const struct tmpfs_options *options)
{
    const struct credentials *who = credentials_new();
    struct inode *inode;
    if (!who)
        return -ENOMEM;
    int error = tmpfs_new_inode(
        filesystem, NULL, INODE_DIRECTORY, options->mode, who, &inode);
    credentials_put(who);
    if (error)
        return error;
    inode->uid = options->uid;
    inode->gid = options->gid;
    filesystem->root = entry_new_root(filesystem, inode);
    if (filesystem->root)
        return 0;
    inode_put(inode);
    return -ENOMEM;
}

static int make(const struct filesystem_type *type,
    const struct tmpfs_options *options, struct filesystem **made)
{
    struct filesystem *filesystem = filesystem_new(type);
    if (!filesystem)
        return -ENOMEM;
    filesystem->private = heap_copy(options, sizeof *options);
    filesystem->mark = (uint32_t)random_number();
    filesystem->max_pages = options->max_pages;
    filesystem->max_inodes = options->max_inodes;
    int error = filesystem->private ? make_root(filesystem, options) : -ENOMEM;
    if (error)
        filesystem_put(filesystem);
    else
        *made = filesystem;
    return error;
}

static int make_limited(const struct filesystem_type *type,
    const char *options, struct filesystem **made)
{
    struct tmpfs_options parsed = {
        .mode = 01777,
        .max_pages = tmpfs_default_limit(),
        .max_inodes = tmpfs_default_limit(),
    };
    int error = tmpfs_parse(options, &parsed);
    return error ? error : make(type, &parsed, made);
}

int tmpfs_make(const char *options, struct filesystem **made)
{
    return make_limited(&tmpfs_type, options, made);
}

static int make_rootfs(const char *options, struct filesystem **made)
{
    return make_limited(&rootfs_type, options, made);
}

/* ramfs has no limits and takes no offence. */
static int make_ramfs(const char *options, struct filesystem **made)
{
    struct tmpfs_options parsed = { .mode = 0755 };
    if (tmpfs_parse(options, &parsed))
        parsed = (struct tmpfs_options){ .mode = 0755 };
    parsed.max_pages = parsed.max_inodes = 0;
    return make(&ramfs_type, &parsed, made);
}

static int remount(struct filesystem *filesystem, const char *options)
{
    struct tmpfs_options *now = filesystem->private, wanted = *now;
    wanted.max_pages = filesystem->max_pages;
    wanted.max_inodes = filesystem->max_inodes;
    int error = tmpfs_parse(options, &wanted);
    if (error)
        return error;
    if (wanted.max_pages
        && wanted.max_pages < atomic_load(&filesystem->used_pages))
        return -EINVAL;
    if (wanted.max_inodes
        && wanted.max_inodes < atomic_load(&filesystem->used_inodes))
        return -EINVAL;
    atomic_store(&filesystem->max_pages, wanted.max_pages);
    atomic_store(&filesystem->max_inodes, wanted.max_inodes);
    return 0;
}

static uint64_t rest_of(uint64_t most, uint64_t used)
{
    return used < most ? most - used : 0;
}

static void tmpfs_totals(
    struct filesystem *filesystem, struct filesystem_totals *totals)
{
    uint64_t pages = atomic_load(&filesystem->max_pages);
    uint64_t inodes = atomic_load(&filesystem->max_inodes);
    *totals = (struct filesystem_totals){
        .magic = TMPFS_MAGIC,
        .block_bytes = PAGE_BYTES,
        .blocks = pages,
        .free_blocks = rest_of(pages, atomic_load(&filesystem->used_pages)),
        .inodes = inodes,
        .free_inodes = rest_of(inodes, atomic_load(&filesystem->used_inodes)),
        .name_max = NAME_BYTES_MAX,
    };
}

static void ramfs_totals(
    struct filesystem *filesystem, struct filesystem_totals *totals)
{
    *totals = (struct filesystem_totals){
        .magic = RAMFS_MAGIC,
        .block_bytes = PAGE_BYTES,
        .name_max = NAME_BYTES_MAX,
    };
}

/* The whole tree goes, leaves first, without recursion. */
static void destroy(struct filesystem *filesystem)
{
    struct entry *root = filesystem->root, *at = root;
    while (at) {
        struct entry *child =
            tree_entry(tree_first(&at->children), struct entry, child_node);
        if (child) {
            at = child;
            continue;
        }
        if (at == root)
            break;
        struct entry *parent = at->parent;
        entry_drop(at);
        entry_unpin(at);
        at = parent;
        thread_breathe();
    }
    heap_free(filesystem->private);
    filesystem->private = NULL;
}

const struct filesystem_type tmpfs_type = {
    .name = "tmpfs",
    .needs_no_device = true,
    .has_handles = true,
    .has_whiteouts = true,
    .make = tmpfs_make,
    .totals = tmpfs_totals,
    .options = tmpfs_show_options,
    .remount = remount,
    .destroy = destroy,
};

const struct filesystem_type rootfs_type = {
    .name = "rootfs",
    .needs_no_device = true,
    .has_handles = true,
    .has_whiteouts = true,
    .make = make_rootfs,
    .totals = tmpfs_totals,
    .options = tmpfs_show_options,
    .remount = remount,
    .destroy = destroy,
};

const struct filesystem_type ramfs_type = {
    .name = "ramfs",
    .needs_no_device = true,
    .make = make_ramfs,
    .totals = ramfs_totals,
    .destroy = destroy,
};

/* Files without names: memfd and shared memory. */

static const struct filesystem_type memory_type;

static int make_memory(const char *options, struct filesystem **made)
{
    static const struct tmpfs_options unlimited = { .mode = 01777 };
    return make(&memory_type, &unlimited, made);
}

static const struct filesystem_type memory_type = {
    .name = "tmpfs",
    .needs_no_device = true,
    .has_handles = true,
    .make = make_memory,
    .totals = tmpfs_totals,
    .destroy = destroy,
};

static struct mount *memory_mount; /* made once, for ever */

bool tmpfs_init(void)
{
    memory_mount = mount_internal(&memory_type);
    return memory_mount;
}

struct inode *tmpfs_unnamed(const struct credentials *who)
{
    struct inode *inode;
    if (tmpfs_new_inode(
            memory_mount->filesystem, NULL, INODE_REGULAR, 0777, who, &inode))
        return NULL;
    tmpfs_lose_last_name(inode);
    return inode;
}
