/* SPDX-License-Identifier: MIT */
/* Modes and owners that somebody gave to the system's files in /proc.  Nodes go
 * when nobody refers to them; what was changed of them is kept here, and comes
 * back with the next one.  There is room for all the files there are. */
#include "kernel/procfs_node.h"

#include "lib/errno.h"

enum { KEPT_MOST = 128 };

struct kept {
    const struct proc_entry *what; /* NULL: free */
    unsigned mode;
    uint32_t uid, gid;
};

static struct spinlock kept_lock = SPINLOCK_INIT(RANK_LEAF);
static struct kept all[KEPT_MOST];
static unsigned kept_count; /* [atomic] changed under the lock */

/* That of what, or if it has none a free one; NULL: all are taken. */
static struct kept *find_locked(const struct proc_entry *what)
    must_hold(kept_lock)
{
    struct kept *free = NULL;
    for (unsigned i = 0; i < KEPT_MOST; i++) {
        if (all[i].what == what)
            return &all[i];
        if (!free && !all[i].what)
            free = &all[i];
    }
    return free;
}

void proc_kept_apply(struct inode *inode, const struct proc_entry *what)
{
    struct kept usual = { .mode = what->mode };
    if (!atomic_load(&kept_count) && atomic_load(&inode->mode) == what->mode &&
        !atomic_load(&inode->uid) && !atomic_load(&inode->gid))
        return;
    spin_lock(&kept_lock);
    const struct kept *kept = find_locked(what);
    kept = kept && kept->what ? kept : &usual;
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
    spin_lock(&kept_lock);
    struct kept *kept = find_locked(what);
    unsigned count = kept_count;
    if (kept && !kept->what) {
        *kept = (struct kept){ .what = what, .mode = what->mode };
        count++;
    }
    if (kept)
        change(kept, mask, wanted);
    if (kept && is_usual(kept)) {
        kept->what = NULL;
        count--;
    }
    atomic_store(&kept_count, count);
    spin_unlock(&kept_lock);
    return kept ? 0 : -ENOMEM;
}
