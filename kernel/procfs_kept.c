/* SPDX-License-Identifier: MIT */
/* Modes and owners that somebody gave to the system's files in /proc.  Nodes go
 * when nobody refers to them; what was changed of them is kept here, and comes
 * back with the next one. */
#include "kernel/procfs_node.h"

#include "lib/errno.h"
#include "mm/heap.h"

struct kept {
    struct list link;
    const struct proc_entry *what;
    unsigned mode;
    uint32_t uid, gid;
};

static struct spinlock kept_lock = SPINLOCK_INIT(RANK_LEAF);
static struct list all = LIST_INIT(all);
static unsigned kept_count; /* [atomic] changed under the lock */

static struct kept *find_locked(const struct proc_entry *what)
    must_hold(kept_lock)
{
    struct kept *kept;
    list_for_each(kept, &all, link)
        if (kept->what == what)
            return kept;
    return NULL;
}

void proc_kept_apply(struct inode *inode, const struct proc_entry *what)
{
    struct kept usual = { .mode = what->mode };
    if (!atomic_load(&kept_count) && atomic_load(&inode->mode) == what->mode &&
        !atomic_load(&inode->uid) && !atomic_load(&inode->gid))
        return;
    spin_lock(&kept_lock);
    const struct kept *kept = find_locked(what);
    kept = kept ? kept : &usual;
    atomic_store(&inode->mode, kept->mode);
    atomic_store(&inode->uid, kept->uid);
    atomic_store(&inode->gid, kept->gid);
    spin_unlock(&kept_lock);
}

static void change(struct kept *kept, unsigned mask,
    const struct attributes *wanted)
{
    if (mask & SET_MODE)
        kept->mode = wanted->mode;
    if (mask & SET_UID)
        kept->uid = wanted->uid;
    if (mask & SET_GID)
        kept->gid = wanted->gid;
}

/* What is as it was made need not be kept. */
static bool is_usual(const struct kept *kept)
{
    return kept->mode == kept->what->mode && !kept->uid && !kept->gid;
}

int proc_kept_set(const struct proc_entry *what, unsigned mask,
    const struct attributes *wanted)
{
    struct kept *fresh = heap_alloc(sizeof *fresh), *unused = NULL;
    if (!fresh)
        return -ENOMEM;
    *fresh = (struct kept){ .what = what, .mode = what->mode };
    spin_lock(&kept_lock);
    struct kept *kept = find_locked(what);
    if (kept) {
        unused = fresh;
    } else {
        kept = fresh;
        list_add(&all, &kept->link);
        atomic_store(&kept_count, kept_count + 1);
    }
    change(kept, mask, wanted);
    if (is_usual(kept)) {
        list_remove(&kept->link);
        atomic_store(&kept_count, kept_count - 1);
    } else {
        kept = NULL;
    }
    spin_unlock(&kept_lock);
    heap_free(kept);
    heap_free(unused);
    return 0;
}
