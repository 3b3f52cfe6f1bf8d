/* SPDX-License-Identifier: MIT */
/* Filesystems: their types by name, and what all instances have in common.
 *
 * An instance has two lives.  Its references are the mounts; with the last of
 * them the tree is taken down.  Its inodes may be held longer, by open files
 * or mappings, and look at it: the memory goes with the last of those. */
#include "arch/atomic.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/heap.h"
#include "vfs/mount.h"
#include "vfs/tmpfs.h"
#include "vfs/notify.h"

enum { TYPES_MAX = 32 };

static struct spinlock types_lock = SPINLOCK_INIT(RANK_LEAF);
static const struct filesystem_type *types[TYPES_MAX] = {
    &tmpfs_type,
    &ramfs_type,
};
static unsigned type_count = 2; /* only grows; stored after the type */

static int register_locked(const struct filesystem_type *type)
{
    for (unsigned i = 0; i < type_count; i++) {
        if (types[i] == type)
            return 0;
        if (!strcmp(types[i]->name, type->name))
            return -EBUSY;
    }
    if (type_count == TYPES_MAX)
        return -ENOMEM;
    types[type_count] = type; /* there before it counts: filesystem_type_at */
    atomic_store_release(&type_count, type_count + 1);
    return 0;
}

int filesystem_register(const struct filesystem_type *type)
{
    spin_lock(&types_lock);
    int error = register_locked(type);
    spin_unlock(&types_lock);
    return error;
}

const struct filesystem_type *filesystem_type_at(unsigned index)
{
    return index < atomic_load_acquire(&type_count) ? types[index] : NULL;
}

const struct filesystem_type *filesystem_type_find(const char *name)
{
    const struct filesystem_type *type;
    for (unsigned i = 0; (type = filesystem_type_at(i)); i++)
        if (!strcmp(type->name, name))
            return type;
    return NULL;
}

uint64_t device_number_new(void)
{
    static uint64_t last; /* [atomic] */
    return atomic_add(&last, 1) + 1;
}

struct filesystem *filesystem_new(const struct filesystem_type *type)
{
    struct filesystem *filesystem = heap_alloc_zeroed(sizeof *filesystem);
    if (!filesystem)
        return NULL;
    refcount_init(&filesystem->refs);
    filesystem->type = type;
    filesystem->device = device_number_new();
    mutex_init(&filesystem->rename, RANK_RENAME);
    list_init(&filesystem->removed);
    return filesystem;
}

struct filesystem *filesystem_get(struct filesystem *filesystem)
{
    refcount_get(&filesystem->refs);
    return filesystem;
}

void filesystem_drop_inode(struct filesystem *filesystem)
{
    /* -1 afterwards: no inode is left, and the tree is gone too. */
    if (!atomic_sub(&filesystem->inodes, 1))
        heap_free(filesystem);
}

void filesystem_put(struct filesystem *filesystem)
{
    if (!filesystem || !refcount_put(&filesystem->refs))
        return;
    notify_unmounted(filesystem);
    if (filesystem->type->destroy)
        filesystem->type->destroy(filesystem);
    entry_put(filesystem->root);
    filesystem_drop_inode(filesystem);
}

void filesystem_totals(
    struct filesystem *filesystem, struct filesystem_totals *totals)
{
    *totals = (struct filesystem_totals){
        .block_bytes = PAGE_BYTES,
        .name_max = NAME_BYTES_MAX,
    };
    if (filesystem->type->totals)
        filesystem->type->totals(filesystem, totals);
}
