/* SPDX-License-Identifier: MIT */
/* The locks of an open file, for those who show them. */
#include "vfs/locks_held.h"

static bool is_of(
    const struct held *held, const struct file *file, const void *owner)
{
    return held->family == LOCK_POSIX
        ? held->by == file && held->owner == owner
        : held->owner == file;
}

/* Of one family, after `count` others: how many there are then. */
static unsigned list_family(struct file *file, const void *owner,
    enum lock_family family, struct lock_shown *to, unsigned room,
    unsigned count)
{
    const struct held *held;
    list_for_each(held, &file->inode->locks, link) {
        if (held->family != family || !is_of(held, file, owner))
            continue;
        if (count < room)
            to[count] = (struct lock_shown){
                .family = family,
                .type = held->type,
                .start = held->start,
                .end = held->end,
                .pid = family == LOCK_FILE ? -1 : held->pid,
            };
        count++;
    }
    return count;
}

unsigned lock_list(struct file *file, const void *owner, struct lock_shown *to,
    unsigned room)
{
    static const enum lock_family order[] = { LOCK_FLOCK, LOCK_POSIX,
        LOCK_FILE };
    unsigned count = 0;
    if (!file->inode || list_is_empty(&file->inode->locks))
        return 0;
    spin_lock(&file->inode->lock);
    for (unsigned i = 0; i < array_size(order); i++)
        count = list_family(file, owner, order[i], to, room, count);
    spin_unlock(&file->inode->lock);
    return count;
}
